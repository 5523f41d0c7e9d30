import AMQPSource
import Fanfare

/// Decides where a line goes, and whether it may go at all.
struct PublishAddress: Sendable {
  var exchange: String?
  var routingKey: String?
  /// The exchanges that the service reads (`amqp.exchanges`).
  var exchanges: [String]
  /// Whether lines are sent without a look at them.
  var isRaw = false

  /// The message for a line.
  ///
  /// - Throws: a sentence if the line is not one JSON document, or neither an event nor an array of them.
  func message(for line: [UInt8]) throws -> PublishMessage {
    if isRaw { return PublishMessage(exchange: exchange ?? exchanges.first ?? "", routingKey: routingKey ?? "raw", body: line) }
    let document: JSONValue
    do {
      document = try JSONValue(parsing: line, repeatedKeys: .lastCounts)
    } catch {
      throw SentenceError("it is not JSON: \(error)")
    }
    let event: JSONValue
    switch document {
    case .object: event = document
    case .array(let events):
      guard let first = events.first, events.allSatisfy({ if case .object = $0 { true } else { false } }) else {
        throw SentenceError("an array must hold events, at least one, and nothing else")
      }
      event = first
    default: throw SentenceError("an event is an object, and this is \(document.kind)")
    }
    var id: String?
    if case .object = document { id = event["id"]?.stringValue }
    return PublishMessage(
      exchange: exchange ?? self.exchange(for: event), routingKey: routingKey ?? Self.routingKey(for: event), body: line, messageID: id)
  }

  /// The exchange of the event's side, if the service reads it; else the first one that it reads.
  private func exchange(for event: JSONValue) -> String {
    let side =
      if event["inventory_project"]?.stringValue != nil || event["inventory_namespace"]?.stringValue != nil {
        "inventory.events"
      } else if event["state_project"]?.stringValue != nil {
        "state.events"
      } else {
        "platform.events"
      }
    return exchanges.contains(side) ? side : exchanges.first ?? side
  }

  /// `CREATE_STATE_PROJECT` is `create.state.project`.
  private static func routingKey(for event: JSONValue) -> String {
    let type = event["type"]?.stringValue ?? "event"
    return String(type.lowercased().replacing("_", with: ".").prefix(200))
  }
}
