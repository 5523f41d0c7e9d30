import Fanfare

extension APIError {
  static func unknownReplay(_ id: String) -> APIError { unknown("replay", code: .unknownReplay, id: id) }

  static func replay(_ error: ReplayError) -> APIError {
    switch error {
    case .ended(let state):
      APIError(code: .replayEnded, message: "the replay is \(state.rawValue) already", data: ["state": .string(state.rawValue)])
    case .tooMany:
      APIError(
        code: .tooManyReplays, message: "\(Replay.maximumOpen) replays are running or paused already; wait for one, or cancel it",
        data: ["limit": .integer(Replay.maximumOpen)])
    case .unknownSubscription(let id):
      .invalidBody(
        ValidationErrors([
          ValidationError(
            pointer: "/subscription", code: "unknown_subscription",
            message: "the project has no subscription \(id.debugDescription); leave it out for all of them")
        ]))
    }
  }
}
