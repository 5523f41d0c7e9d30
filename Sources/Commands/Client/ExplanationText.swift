import Fanfare

/// The answer to `explain`, for people: how the event came in, a table of the subscriptions, and each delivery with its attempts.
struct ExplanationText {
  private let explanation: JSONValue
  private let subscriptions: [JSONValue]

  init(_ explanation: JSONValue) {
    self.explanation = explanation
    subscriptions = explanation["subscriptions"].elements
  }

  var text: String {
    var parts = [custody + (explanation["summary"]?.stringValue.map { "\n\($0.sentence)" } ?? "")]
    if !subscriptions.isEmpty { parts.append(table) }
    for subscription in subscriptions {
      for delivery in subscription["deliveries"].elements { parts.append(Self.text(of: delivery, to: Self.name(of: subscription))) }
    }
    return parts.joined(separator: "\n\n")
  }

  private var custody: String {
    func text(_ part: String, _ key: String) -> String { (explanation[part]?[key]?.stringValue ?? "-").printableLine }
    func time(_ key: String) -> String? {
      (explanation["custody"]?[key]?.stringValue).map { Timestamp.tableText($0) }
    }
    let door =
      switch text("custody", "door") {
      case "amqp": "over AMQP from \(text("custody", "exchange")) as \(text("custody", "routing_key"))"
      case "service": "from the service itself"
      default: "over HTTP"
      }
    let again = explanation["custody"]?["redelivered"] == true ? ", redelivered" : ""
    var line = "\(text("event", "id")) \(text("event", "type")) came \(door) at \(time("received_time") ?? "-")\(again)"
    if let committed = time("committed_time") { line += ", and was on disk at \(committed)" }
    if case .number(let sequence)? = explanation["custody"]?["sequence"] { line += " as number \(sequence)" }
    return line + "."
  }

  private var table: String {
    var table = TextTable("SUBSCRIPTION", "VERDICT", "WHY")
    for subscription in subscriptions {
      func text(_ key: String) -> String { subscription[key]?.stringValue ?? "-" }
      table.add(Self.name(of: subscription), text("verdict"), text("reason") + Self.pause(of: subscription))
    }
    return table.text
  }

  private static func pause(of subscription: JSONValue) -> String {
    let since = subscription["paused_since"]?.stringValue.map { "paused since \(Timestamp.tableText($0))" }
    let reason = subscription["paused_reason"]?.stringValue.map { "paused because \($0)" }
    let facts = [since, reason].compactMap(\.self)
    return facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))"
  }

  private static func name(of subscription: JSONValue) -> String {
    func text(_ key: String) -> String { subscription[key]?.stringValue ?? "-" }
    return "\(text("scope"))/\(text("project")) \(text("id"))"
  }
}

// MARK: Deliveries

extension ExplanationText {
  private static func text(of delivery: JSONValue, to subscription: String) -> String {
    func text(_ key: String) -> String? { delivery[key]?.stringValue?.printableLine }
    var heading = "Delivery \(text("id") ?? "-") to \(subscription.printableLine): \(text("state") ?? "-")"
    if let reason = text("reason") { heading += ", \(reason)" }
    if let next = text("next_attempt_time") { heading += ", due at \(Timestamp.tableText(next))" }
    let attempts = delivery["attempts"].elements
    if attempts.isEmpty { return heading + "\n  none made yet" }
    return ([heading] + attempts.flatMap(lines)).joined(separator: "\n")
  }

  private static func lines(of attempt: JSONValue) -> [String] {
    func text(_ key: String) -> String? { attempt[key]?.stringValue?.printableLine }
    func number(_ key: String) -> String? { attempt[key]?.numberText }
    let facts = [
      number("number").map { "#\($0)" }, Timestamp.tableText(text("start_time")), number("duration_ms").map { "\($0) ms" },
      number("status").map { "status \($0)" }, text("outcome"),
    ]
    var lines = ["  " + facts.compactMap(\.self).joined(separator: "  ")]
    if let decision = decision(on: attempt) { lines.append("      \(decision)") }
    if let digest = text("digest") { lines.append("      in the digest \(digest)") }
    if let detail = text("detail") { lines.append("      \(detail)") }
    // Most answers end with a new line.
    let answer = attempt["response_body"]?.stringValue.map { $0.withoutTrailingWhitespace.printableLine }
    if let answer, !answer.isEmpty { lines.append("      answer: \(answer)") }
    return lines
  }

  private static func decision(on attempt: JSONValue) -> String? {
    let why = attempt["decision_reason"]?.stringValue.map { ": \($0.printableLine)" } ?? ""
    switch attempt["decision"]?.stringValue {
    case "retry": return "to be tried again at \(Timestamp.tableText(attempt["next_attempt_time"]?.stringValue))\(why)"
    case "dead": return "not to be tried again\(why)"
    case "succeeded" where !why.isEmpty: return "done\(why)"
    case "succeeded", nil: return nil
    case .some(let other): return other.printableLine + why
    }
  }
}

extension String {
  /// With a capital in front and a full stop behind.
  fileprivate var sentence: String { (prefix(1).uppercased() + dropFirst() + ".").printableLine }
}
