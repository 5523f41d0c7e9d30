import Fanfare
import Hummingbird

/// Test messages to a subscription's receiver. Only for those who may write the project's subscriptions: they say where the messages go.
struct PingRoutes: Sendable {
  let ports: APIPorts
  private let slots = Slots(limit: 16)

  init(ports: APIPorts) { self.ports = ports }

  var routes: [Route] {
    SubscriptionScope.Side.allCases.map { side in
      Route(.post, "/api/v1/events/subscriptions/\(side.rawValue)/{project}/{id}/ping") {
        try await ping($0, SubscriptionScope(side: side, project: $0["project"]))
      }
    }
  }

  private func ping(_ call: Call, _ scope: SubscriptionScope) async throws -> Response {
    try call.require(.write, project: scope.project)
    var query = call.query
    try query.finish()
    guard let subscription = try await ports.subscriptions.subscriptions(of: scope).subscriptions.first(where: { $0.id == call["id"] })
    else { throw APIError.unknownSubscription(call["id"]) }
    guard let slot = slots.take() else { throw APIError.tooMany("pings", limit: slots.limit) }
    let report = await ports.ping(subscription)
    return withExtendedLifetime(slot) { .json(report.json, headers: [.cacheControl: "no-store"]) }
  }
}

extension PingReport {
  /// The first KiB of an answer is shown.
  private static let shownBytes = 1_024

  fileprivate var json: [UInt8] {
    var json = JSONWriter(capacity: 2_048)
    json.beginObject()
    json.key("delivered")
    json.bool(isDelivered)
    if case .response(let status, _, _) = outcome {
      json.key("status")
      json.integer(status)
    }
    json.member("outcome", reason)
    json.key("duration_ms")
    json.integer(duration.wholeNanoseconds / 1_000_000)
    if let request {
      json.key("request")
      request.append(to: &json)
    }
    switch outcome {
    case .response(_, let body, _):
      json.key("response")
      json.beginObject()
      // A body may be of any encoding, and may have been cut inside of a character: what is not UTF-8 shows as U+FFFD.
      json.member("body", String(decoding: body.prefix(Self.shownBytes), as: UTF8.self))
      json.endObject()
    case .failure(let failure): json.member("detail", failure.detail)
    }
    json.endObject()
    return json.bytes
  }
}

extension PingReport.Request {
  fileprivate func append(to json: inout JSONWriter) {
    json.beginObject()
    json.member("url", url)
    json.key("headers")
    json.beginObject()
    for header in headers { json.member(header.name, header.value) }
    json.endObject()
    json.member("body", String(decoding: body, as: UTF8.self))
    json.endObject()
  }
}
