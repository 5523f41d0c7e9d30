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
    try call.requireAdmin()
    var query = call.query
    let reader = PageReader(&query)
    let filter = DeliveryFilter(&query)
    try query.finish()
    let page = try await ports.deliveries.deliveries(matching: filter.dead, page: reader.page)
    return .json(reader.json(page, id: \.id.ksuid) { $0.appendJSON(to: &$1) })
  }

  @Sendable private func requeue(_ call: Call) async throws -> Response {
    try call.requireAdmin()
    var query = call.query
    try query.finish()
    let order = try RequeueOrder(parsing: await call.document())
    let count =
      switch order {
      case .deliveries(let ids): try await ports.deliveries.requeue(ids, at: ports.now())
      case .matching(let filter): try await ports.deliveries.requeue(matching: filter.dead, at: ports.now())
      }
    ports.onRequeue()
    return .json(["requeued": .integer(count)])
  }
}
