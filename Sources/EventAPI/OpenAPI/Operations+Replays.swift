extension Operations {
  private static let root = "/api/v1/events/replays"

  private static let whoSees = "For admins, and for who may read the project's subscriptions."
  private static let whoActs = "Needs an admin, or the role `project:{project}:global:write` or `:owner`."

  static let replays: [(route: String, operation: Operation)] = [
    (
      "GET \(root)",
      Operation(
        id: "listReplays", tag: .deliveries, summary: "Deliveries that are made once more", detail: whoSees,
        parameters: Operation.Parameter.cursor + [.replayProject],
        answers: [.json("A page of replays.", schema(pageOf: "Replay"))])
    ),
    (
      "POST \(root)",
      Operation(
        id: "createReplay", tag: .deliveries, summary: "Make deliveries once more",
        detail:
          "As a job that survives whatever stops the service. Each is a new delivery whose `X-Event-Replay-Of` names the one that it repeats, or the event where the subscription never got one. \(whoActs)",
        body: .json(schema("NewReplay")),
        answers: [
          .json("How many it would make: with `preview`, nothing is made.", schema("ReplayCount")),
          .json("The replay, which is running.", schema("Replay"), status: 201, headers: [("Location", "Where it is.")]),
        ], errors: [.permissionDenied, .invalidRequestBody, .tooManyReplays, .payloadTooLarge, .unsupportedMediaType])
    ),
    (
      "GET \(root)/{id}",
      Operation(
        id: "getReplay", tag: .deliveries, summary: "How far a replay has come", detail: whoSees,
        answers: [.json("The replay.", schema("Replay"))], errors: [.unknownReplay])
    ),
    (
      "POST \(root)/{id}/pause",
      change("pauseReplay", "Schedule nothing more for now", "What it made waits with it.")
    ),
    ("POST \(root)/{id}/resume", change("resumeReplay", "Go on where a replay was paused", "")),
    (
      "POST \(root)/{id}/cancel",
      change("cancelReplay", "End a replay", "What it made and is not settled yet is cancelled.")
    ),
  ]

  private static func change(_ id: String, _ summary: String, _ detail: String) -> Operation {
    Operation(
      id: id, tag: .deliveries, summary: summary, detail: detail.isEmpty ? whoActs : "\(detail) \(whoActs)",
      answers: [.json("The replay as it is now.", schema("Replay"))], errors: [.permissionDenied, .unknownReplay, .replayEnded])
  }
}
