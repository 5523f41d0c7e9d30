import Fanfare
import Hummingbird

/// How one event came in, and what each subscription of its projects made of it.
struct ExplainRoute: Sendable {
  let events: any EventQuery

  var routes: [Route] { [Route(.get, "/api/v1/events/event/{id}/explain", access: .anonymousToo, handler: explain)] }

  @Sendable private func explain(_ call: Call) async throws -> Response {
    var query = call.query
    let format = query.choice("timestamp", default: TimestampFormat.number)
    try query.finish()
    guard let explanation = try await events.explanation(of: call["id"], for: call.caller.reader) else {
      throw APIError.unknownEvent(call["id"])
    }
    var json = JSONWriter(capacity: explanation.event.compact.count + 1_024)
    explanation.appendJSON(to: &json, for: call.caller, timestamp: format)
    return .json(json.bytes)
  }
}
