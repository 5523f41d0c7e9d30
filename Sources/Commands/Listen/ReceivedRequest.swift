import Fanfare

/// One request as it came, and what it was answered.
struct ReceivedRequest: Sendable {
  enum Signature: String, Sendable {
    case good
    case bad
    /// The timestamp is further from this clock than a receiver should accept.
    case stale
    case missing
    /// No secret was given to verify with.
    case unchecked
  }

  var time: Timestamp
  var method: String
  var path: String
  var webhookID: String?
  /// `X-Delivery-Attempt`.
  var attempt: String?
  var signature: Signature
  var bytes: Int
  var event: EventSummary
  /// The how-manieth time this message came.
  var arrival: Int
  var status: Int
  var isFailureOnPurpose: Bool

  /// One readable line.
  var line: String {
    var parts = [String(time.rfc3339.prefix(23).dropFirst(11)), "\(method) \(path)", event.text]
    switch signature {
    case .good: parts.append("signature ok")
    case .bad: parts.append("SIGNATURE WRONG")
    case .stale: parts.append("SIGNATURE TOO OLD OR TOO NEW")
    case .missing: parts.append("NOT SIGNED")
    case .unchecked: break
    }
    if let attempt, attempt != "1" { parts.append("attempt \(attempt)") }
    parts.append("answered \(status)\(isFailureOnPurpose ? " on purpose" : "")")
    return parts.joined(separator: "  ").printableLine
  }

  var json: [UInt8] {
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    json.member("time", time.rfc3339)
    json.member("method", method)
    json.member("path", path)
    json.member("webhook_id", webhookID)
    json.member("event", event.id)
    json.member("event_type", event.type)
    json.member("text", event.slackText)
    json.member("attempt", attempt)
    json.key("arrival")
    json.integer(arrival)
    json.member("signature", signature.rawValue)
    json.key("status")
    json.integer(status)
    json.key("bytes")
    json.integer(bytes)
    json.endObject()
    return json.bytes
  }
}

/// What a request's body is about.
struct EventSummary: Sendable, Equatable {
  var id: String?
  var type: String?
  /// A Slack message's fallback text.
  var slackText: String?
  private var place: String?
  private var size: Int

  init(body: [UInt8]) {
    size = body.count
    guard let json = try? JSONValue(parsing: body, repeatedKeys: .lastCounts) else { return }
    slackText = json["text"]?.stringValue
    id = json["id"]?.stringValue
    type = json["type"]?.stringValue
    // A structured CloudEvent has the event inside.
    let event = json["specversion"] != nil ? json["data"] ?? json : json
    let keys = [
      ["inventory_project", "inventory_application", "inventory_version"], ["state_project", "state_environment", "state_deployment"],
    ]
    let places = keys.map { $0.compactMap { event[$0]?.stringValue }.joined(separator: "/") }.filter { !$0.isEmpty }
    place = places.isEmpty ? nil : places.joined(separator: " + ")
  }

  var text: String {
    if let slackText { return "“\(slackText.split(separator: "\n").first.map(String.init) ?? "")”" }
    let parts = [type, place, id].compactMap(\.self)
    return parts.isEmpty ? "\(size) bytes" : parts.joined(separator: " ")
  }
}
