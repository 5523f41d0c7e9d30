import HTTPTypes

/// What each route does, by its method and pattern. Whatever a server answers is here, and nothing else: a test holds the two together.
enum Operations {
  /// `GET /path/{variable}` and its operation.
  static let all = Dictionary(
    uniqueKeysWithValues: (events + subscriptions + deliveries + replays + accounts + service).map { ($0.route, $0.operation) })

  static func operation(of route: Route) -> Operation? { all["\(route.method.rawValue) \(route.pattern)"] }

  // MARK: Events

  private static let api = "/api/v1/events"

  private static let newest =
    "Only what the caller may see, the newest first, ties by arrival. The next page is at the Link header's `rel=\"next\"`."

  private static let eventPage = Operation.Answer.json(
    "A page of events.", #"{"oneOf":[\#(schema(arrayOf: "Event")),\#(schema("EventsByID"))]}"#,
    headers: [("Link", "Where the next page is, if there is one."), ("X-Next-Page-From", "The page_from of the next page.")])

  private static func listing(
    _ path: String, _ id: String, _ summary: String, detail: String = "", parameters: [Operation.Parameter] = []
  ) -> (route: String, operation: Operation) {
    (
      "GET \(api)/query\(path)",
      Operation(
        id: id, tag: .events, summary: summary, detail: detail.isEmpty ? newest : "\(detail) \(newest)",
        parameters: Operation.Parameter.eventPage + parameters, answers: [eventPage])
    )
  }

  private static let queries: [(route: String, operation: Operation)] =
    [
      listing("", "listEvents", "Every visible event", parameters: Operation.Parameter.path),
      listing("/inventory", "listInventoryEvents", "Events of the Inventory"),
      listing("/inventory/{project}", "listInventoryProjectEvents", "Events of a project of the Inventory"),
      listing("/inventory/{project}/{application}", "listApplicationEvents", "Events of an application"),
      listing(
        "/inventory/{project}/{application}/{version}", "listVersionEvents", "Events of a version",
        detail: "A leading `v` before a digit does not count."),
    ] + [("project", ""), ("state", "State")].flatMap { side, suffix in stateListings(side, suffix) }

  private static func stateListings(_ side: String, _ suffix: String) -> [(route: String, operation: Operation)] {
    let detail = suffix.isEmpty ? "" : "The same as under `/query/project`."
    return [
      listing("/\(side)", "listStateEvents\(suffix)", "Events of the State", detail: detail),
      listing("/\(side)/{project}", "listStateProjectEvents\(suffix)", "Events of a project of the State", detail: detail),
      listing("/\(side)/{project}/{environment}", "listEnvironmentEvents\(suffix)", "Events of an environment", detail: detail),
      listing(
        "/\(side)/{project}/{environment}/{deployment...}", "listDeploymentEvents\(suffix)", "Events of a deployment",
        detail:
          "The name is the rest of the path and may hold `/`. `…/deployment?deployment=NAME` means NAME, and `…/deployment` alone all deployments of the environment, unless one has that name. \(detail)",
        parameters: [
          Operation.Parameter(
            name: "deployment", meaning: "The deployment's name, where the path's is `deployment`.",
            schema: #"{"type":"string","minLength":1}"#)
        ]),
    ]
  }

  private static let events: [(route: String, operation: Operation)] =
    queries + [
      (
        "GET \(api)/event/{id}",
        Operation(
          id: "getEvent", tag: .events, summary: "One event", parameters: [.timestamp], answers: [.json("The event.", schema("Event"))],
          errors: [.unknownEvent])
      ),
      (
        "GET \(api)/event/{id}/explain",
        Operation(
          id: "explainEvent", tag: .events, summary: "Where an event came from, who was told, and why others were not",
          detail: "Reasons name a filter only to those who may read the project's subscriptions.", parameters: [.timestamp],
          answers: [.json("The event's custody, and a verdict for each subscription.", schema("Explanation"))], errors: [.unknownEvent])
      ),
      (
        "GET \(api)/stream",
        Operation(
          id: "streamEvents", tag: .events, summary: "Events as they come in, live",
          detail:
            "Server-sent events, in the order of storing: `id` is what `Last-Event-ID` takes, `data` the event. Comments keep a quiet line open. A client that reads too slowly is cut off, and goes on where it was.",
          parameters: [
            .types, .username, .receivedSince, .lastSeen, .timestamp, .lastEventID,
          ] + Operation.Parameter.path,
          answers: [.text("The stream, which ends when the client goes.", type: "text/event-stream")], errors: [.unknownEvent])
      ),
      (
        "GET \(api)/export",
        Operation(
          id: "exportEvents", tag: .events, summary: "Any number of events as one file",
          detail: "The newest first. An answer that ends without its last chunk was cut off.",
          parameters: [.exportFormat, .timestamp] + Operation.Parameter.filter + Operation.Parameter.path,
          answers: [
            Operation.Answer(
              status: 200, meaning: "The file: an event a line as JSON, or a table.", type: "application/x-ndjson", otherType: "text/csv",
              headers: [("Content-Disposition", "A name for the file.")])
          ])
      ),
    ]
}
