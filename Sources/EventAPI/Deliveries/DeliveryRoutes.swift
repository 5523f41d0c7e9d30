import Fanfare
import Hummingbird

/// Who was told, and what came of it.
struct DeliveryRoutes: Sendable {
  let ports: APIPorts

  private static let root = "/api/v1/events/deliveries"

  var routes: [Route] {
    [
      Route(.get, Self.root, handler: list), Route(.get, "\(Self.root)/{id}", handler: get),
      Route(.post, "\(Self.root)/{id}/retry", handler: retry),
    ]
  }

  @Sendable private func list(_ call: Call) async throws -> Response {
    var query = call.query
    let reader = PageReader(&query)
    var filter = DeliveryFilter(&query)
    filter.state = query.optionalChoice("state", of: DeliveryStateName.self)?.rawValue
    filter.replay = query.ksuid("replay")
    try query.finish()
    let page = try await ports.deliveries.deliveries(matching: filter, for: call.caller.reader, page: reader.page)
    return .json(reader.json(page, id: \.id.ksuid) { $0.appendJSON(to: &$1, for: call.caller) })
  }

  @Sendable private func get(_ call: Call) async throws -> Response {
    var query = call.query
    try query.finish()
    let id = try call.deliveryID
    guard let delivery = try await ports.deliveries.delivery(id, for: call.caller.reader) else {
      throw APIError.unknownDelivery(id.description)
    }
    var json = JSONWriter(capacity: 1024)
    delivery.summary.appendJSON(to: &json, for: call.caller, attempts: delivery.attempts)
    return .json(json.bytes)
  }

  @Sendable private func retry(_ call: Call) async throws -> Response {
    var query = call.query
    try query.finish()
    let count = try await ports.requeue([call.deliveryID], for: call)
    ports.onRequeue()
    return .json(["requeued": .integer(count)])
  }
}

extension Call {
  /// The route's `{id}`. What cannot be an id is that of no delivery.
  fileprivate var deliveryID: DeliveryID {
    get throws(APIError) {
      guard let id = DeliveryID(self["id"]) else { throw .unknownDelivery(self["id"]) }
      return id
    }
  }
}
