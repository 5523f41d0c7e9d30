import Fanfare
import Hummingbird

/// Deliveries that nobody tries any more, and another chance for them.
struct DeadLetterRoutes: Sendable {
  let ports: APIPorts

  private static let root = "/api/v1/events/dead-letters"

  var routes: [Route] {
    [Route(.get, Self.root, handler: list), Route(.post, "\(Self.root)/requeue", handler: requeue)]
  }

  @Sendable private func list(_ call: Call) async throws -> Response {
    var query = call.query
    let reader = PageReader(&query)
    let filter = DeliveryFilter(&query)
    try query.finish()
    let page = try await ports.deliveries.deliveries(matching: filter.dead, for: call.caller.reader, page: reader.page)
    return .json(reader.json(page, id: \.id.ksuid) { $0.appendJSON(to: &$1, for: call.caller) })
  }

  @Sendable private func requeue(_ call: Call) async throws -> Response {
    var query = call.query
    try query.finish()
    let order = try RequeueOrder(parsing: await call.document())
    let count =
      switch order {
      case .deliveries(let ids): try await ports.requeue(ids, for: call)
      case .matching(let filter): try await ports.requeue(matching: filter.dead, for: call)
      }
    ports.onRequeue()
    return .json(["requeued": .integer(count)])
  }
}
