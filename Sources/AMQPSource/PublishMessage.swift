public import Fanfare

/// A message to be published, persistently.
public struct PublishMessage: Sendable, Hashable {
  public var exchange: String
  public var routingKey: String
  public var body: [UInt8]
  public var contentType: String?
  public var contentEncoding: String?
  public var messageID: String?
  /// An object, or nil for none.
  public var headers: JSONValue?
  /// Goes out as whole seconds.
  public var timestamp: Timestamp?

  public init(
    exchange: String, routingKey: String, body: [UInt8], contentType: String? = "application/json", contentEncoding: String? = nil,
    messageID: String? = nil, headers: JSONValue? = nil, timestamp: Timestamp? = nil
  ) {
    self.exchange = exchange
    self.routingKey = routingKey
    self.body = body
    self.contentType = contentType
    self.contentEncoding = contentEncoding
    self.messageID = messageID
    self.headers = headers
    self.timestamp = timestamp
  }

  /// What AMQP cannot carry, as a sentence; nil if there is nothing. librabbitmq would cut it off and break the connection.
  var fault: String? {
    let short = [
      ("exchange", exchange), ("routing key", routingKey), ("content type", contentType ?? ""), ("content encoding", contentEncoding ?? ""),
      ("message id", messageID ?? ""),
    ]
    for (name, value) in short where value.utf8.count > 255 {
      return "the \(name) is longer than 255 bytes"
    }
    guard let headers else { return nil }
    guard case .object = headers else { return "the headers are not an object" }
    if headers.hasLongKey { return "the name of a header is longer than 255 bytes" }
    // One frame must hold them all, with the other properties.
    if headers.encodedSize > 100_000 { return "the headers are larger than 100,000 bytes" }
    return nil
  }
}

/// What became of a message that was to be published.
public enum PublishOutcome: Sendable, Hashable {
  /// The broker has it on disk, in at least one queue.
  case confirmed
  /// No queue takes it; nothing has it. With the broker's reason.
  case returned(String)
  /// Not taken: by the broker, or because AMQP cannot carry it. With the reason.
  case refused(String)
  /// The connection was lost first: the broker may have it or not.
  case unconfirmed
}

extension JSONValue {
  fileprivate var hasLongKey: Bool {
    switch self {
    case .object(let members): members.contains { $0.key.utf8.count > 255 || $0.value.hasLongKey }
    case .array(let elements): elements.contains { $0.hasLongKey }
    case .null, .bool, .number, .string: false
    }
  }

  /// As a field table, in bytes; never less than it will be.
  fileprivate var encodedSize: Int {
    switch self {
    case .object(let members): members.reduce(5) { $0 + 1 + $1.key.utf8.count + $1.value.encodedSize }
    case .array(let elements): elements.reduce(5) { $0 + $1.encodedSize }
    case .string(let text): 5 + text.utf8.count
    case .null, .bool, .number: 9
    }
  }
}
