internal import Fanfare

/// A message for `fanfare.dead` (contract §3) before it has its place in the outbox.
struct DeadLetter {
  var routingKey: String
  var contentType: String
  var headers: [(name: String, value: String)]
  var body: [UInt8]

  /// The raw bytes, and in the headers why they could not be read and where they came from.
  static func quarantined(_ quarantined: Quarantined) -> DeadLetter {
    let origin = quarantined.origin
    var headers = [("x-fanfare-reason", quarantined.reason.rawValue), ("x-fanfare-detail", headerValue(quarantined.detail))]
    if case .amqp(let exchange, let routingKey) = origin.door {
      headers.append(("x-fanfare-exchange", headerValue(exchange)))
      headers.append(("x-fanfare-routing-key", headerValue(routingKey)))
    }
    return DeadLetter(
      routingKey: "quarantine.\(quarantined.reason.rawValue)",
      contentType: origin.contentType.map { headerValue($0) } ?? "application/octet-stream",
      headers: headers.map { (name: $0.0, value: $0.1) }, body: origin.raw)
  }

  /// The event, the subscription without its secrets, and why the delivery died.
  static func delivery(_ task: DeliveryTask, reason: DeadReason, lastReason: String, attempts: Int64) -> DeadLetter {
    var json = JSONWriter(capacity: task.event.compact.count + 512)
    json.beginObject()
    json.key("event")
    task.event.appendWireJSON(to: &json)
    json.key("subscription")
    json.beginObject()
    json.member("id", task.subscription.id)
    json.member("type", task.subscription.kind.rawValue)
    json.member("side", task.subscription.scope.side.rawValue)
    json.member("project", task.subscription.scope.project)
    json.member("url", task.subscription.publicURL)
    json.endObject()
    json.member("delivery", task.id.description)
    json.member("reason", reason.rawValue)
    json.member("last_reason", lastReason)
    json.key("attempts")
    json.integer(attempts)
    json.endObject()
    return DeadLetter(
      routingKey: "delivery.\(task.subscription.kind.rawValue)", contentType: "application/json", headers: [], body: json.bytes)
  }

  /// At most 255 bytes of printable text.
  private static func headerValue(_ text: String) -> String {
    var value = ""
    for scalar in text.unicodeScalars {
      let isPrintable = scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value) && scalar.value != 0x2028 && scalar.value != 0x2029
      let next: Unicode.Scalar = isPrintable ? scalar : " "
      if value.utf8.count + UTF8.width(next) > 255 { break }
      value.unicodeScalars.append(next)
    }
    return value
  }
}

extension Subscription {
  /// The URL without what may be secret in it.
  var publicURL: String { kind.publicURL(url) }
}
