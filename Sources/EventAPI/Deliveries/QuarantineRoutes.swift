import Fanfare
import Hummingbird

/// What could not be read, and another try at reading it.
struct QuarantineRoutes: Sendable {
  let ports: APIPorts

  private static let root = "/api/v1/events/quarantine"

  var routes: [Route] {
    [
      Route(.get, Self.root, handler: list), Route(.get, "\(Self.root)/{id}", handler: get),
      Route(.post, "\(Self.root)/{id}/requeue", handler: requeue),
    ]
  }

  @Sendable private func list(_ call: Call) async throws -> Response {
    try call.requireAdmin()
    var query = call.query
    let reader = PageReader(&query)
    try query.finish()
    let page = try await ports.deliveries.quarantine(page: reader.page)
    return .json(reader.json(page, id: \.id) { $0.appendJSON(to: &$1) })
  }

  @Sendable private func get(_ call: Call) async throws -> Response {
    try call.requireAdmin()
    var query = call.query
    try query.finish()
    let entry = try await entry(call)
    var json = JSONWriter(capacity: entry.entry.origin.raw.count + 512)
    entry.appendJSON(to: &json)
    return .json(json.bytes)
  }

  @Sendable private func requeue(_ call: Call) async throws -> Response {
    try call.requireAdmin()
    var query = call.query
    try query.finish()
    let entry = try await entry(call)
    do {
      let ids = try await ports.intake.release(entry)
      return .json(["requeued": 1, "events": .strings(ids)])
    } catch let errors as ValidationErrors {
      throw Self.stillQuarantined("it can still not be read", errors.data)
    } catch let error as DocumentTooLarge {
      throw Self.stillQuarantined("it is still longer than \(error.limit) bytes", ["limit": .integer(error.limit)])
    }
  }

  private func entry(_ call: Call) async throws -> QuarantineEntry {
    guard let id = KSUID(call["id"]), let entry = try await ports.deliveries.quarantined(id) else {
      throw APIError.unknown("entry in the quarantine", code: .unknownQuarantineEntry, id: call["id"])
    }
    return entry
  }

  private static func stillQuarantined(_ message: String, _ data: JSONValue) -> APIError {
    APIError(code: .stillQuarantined, message: message, data: data)
  }
}
