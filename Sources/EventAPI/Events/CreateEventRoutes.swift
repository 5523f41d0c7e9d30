import Fanfare
import Hummingbird

/// The door for events over HTTP: answers once they are durable.
struct CreateEventRoutes: Sendable {
  let intake: any EventIntake
  let events: any EventQuery

  private static let accepted = ["application/json", "application/cloudevents+json", "application/cloudevents-batch+json"]

  var routes: [Route] {
    ["/internal/create-event", "/api/v1/internal/create-event"].map { Route(.post, $0, handler: create) }
  }

  @Sendable private func create(_ call: Call) async throws -> Response {
    var query = call.query
    try query.finish()
    let body = try await call.document(accepting: Self.accepted, codings: ["gzip", "x-gzip"])
    let headers = call.request.headers
    let document = InboundDocument(
      body: body, contentType: headers[.contentType], contentEncoding: headers[.contentEncoding],
      headers: headers.map { ($0.name.canonicalName, $0.value) })
    let ids = try await intake.create(document)

    var answer = HTTPFields()
    answer[.eventID] = Self.list(ids)
    guard Self.wantsRepresentation(headers) else { return Response(status: .ok, headers: answer) }
    let isList = ids.count != 1 || body.first { !$0.isJSONSpace } == UInt8(ascii: "[")
    // A duplicate of an event that is too old to be kept cannot be shown. It is known all the same, and so nothing has failed.
    guard let events = try await representation(of: ids, isList: isList) else { return Response(status: .ok, headers: answer) }
    answer[.preferenceApplied] = "return=representation"
    return .json(events, headers: answer)
  }

  /// What clients still take as one header.
  private static let maximumListBytes = 32 << 10

  /// Ids in the document's order, separated by commas. In a list, a comma or a percent sign inside of an id is percent-encoded. Nil for a
  /// list that is too long for a header: clients would take its answer for a failure, and send all again.
  private static func list(_ ids: [String]) -> String? {
    if ids.count == 1 { return ids[0] }
    let list = ids.map { id in
      String(id.flatMap { $0 == "," ? "%2C" : $0 == "%" ? "%25" : String($0) })
    }.joined(separator: ",")
    return list.utf8.count <= maximumListBytes ? list : nil
  }

  private static func wantsRepresentation(_ headers: HTTPFields) -> Bool {
    headers[values: .prefer].contains { header in
      header.lowercased().split { $0 == "," || $0 == ";" }.contains { $0.filter { $0 != " " && $0 != "\"" } == "return=representation" }
    }
  }

  private func representation(of ids: [String], isList: Bool) async throws -> [UInt8]? {
    var json = JSONWriter()
    if isList { json.beginArray() }
    for id in ids {
      guard let event = try await events.event(id, for: .everything) else { return nil }
      event.appendWireJSON(to: &json)
    }
    if isList { json.endArray() }
    return json.bytes
  }
}

extension UInt8 {
  fileprivate var isJSONSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
