/// One thing to be stored: an event, or what could not be read as one.
public enum Arrival: Sendable {
  case event(Event, Origin)
  case quarantined(Quarantined)

  /// As how many bytes it came in.
  public var size: Int {
    switch self {
    case .event(_, let origin): origin.raw.count
    case .quarantined(let quarantined): quarantined.origin.raw.count
    }
  }
}

/// How something came in, for the custody of an event and for the quarantine.
public struct Origin: Sendable, Hashable {
  public enum Door: Sendable, Hashable {
    case amqp(exchange: String, routingKey: String)
    case http
    /// The service made it itself.
    case service
  }

  public var door: Door
  public var isRedelivered: Bool
  /// The bytes that the event was read from, kept if it turns out to conflict with one that is stored.
  public var raw: [UInt8]
  public var contentType: String?
  public var headers: JSONValue?

  public init(door: Door, isRedelivered: Bool = false, raw: [UInt8], contentType: String? = nil, headers: JSONValue? = nil) {
    self.door = door
    self.isRedelivered = isRedelivered
    self.raw = raw
    self.contentType = contentType
    self.headers = headers
  }
}

/// Something that came in and is not an event: kept raw, with the reason.
public struct Quarantined: Sendable, Hashable {
  /// Why, as programs read it; the routing key at the dead-letter exchange ends with it.
  public enum Reason: String, Sendable, CaseIterable {
    /// Not JSON, not UTF-8, or not an object.
    case malformedJSON = "malformed_json"
    /// JSON, but a field of it is not what the contract asks for.
    case invalidEvent = "invalid_event"
    /// Larger than `events.maxBytes`.
    case tooLarge = "too_large"
    /// Declared as gzip and is not, or of an encoding that nobody knows.
    case badEncoding = "bad_encoding"
    /// A CloudEvent without its required attributes, or of an unknown version.
    case invalidCloudEvent = "invalid_cloudevent"
    /// The id is taken by an event that says something else.
    case conflictingEvent = "conflicting_event"
    /// The type is unknown, and `events.unknownTypes` is `quarantine`.
    case unknownType = "unknown_type"
  }

  public var reason: Reason
  /// A sentence for a person: which field, what it was, what is allowed.
  public var detail: String
  public var origin: Origin
  public var receivedAt: Timestamp

  public init(reason: Reason, detail: String, origin: Origin, receivedAt: Timestamp) {
    self.reason = reason
    self.detail = detail
    self.origin = origin
    self.receivedAt = receivedAt
  }
}

/// One thing that is wrong with a document from outside.
public struct ValidationError: Error, Hashable, Sendable {
  /// RFC 6901 pointer to the value; empty for the whole document.
  public var pointer: String
  /// `snake_case`, for programs.
  public var code: String
  /// A sentence that names the value and what is allowed.
  public var message: String

  public init(pointer: String, code: String, message: String) {
    self.pointer = pointer
    self.code = code
    self.message = message
  }
}

/// All that is wrong with a document, at once: as much of it as anybody reads, and how much more there is.
public struct ValidationErrors: Error, Sendable {
  /// A document of a megabyte can be wrong in half a million places, and an answer that named them all would have a hundred.
  public static let maximum = 1_000

  public private(set) var errors: [ValidationError]

  public init(_ errors: [ValidationError]) {
    self.errors = errors
    guard errors.count > Self.maximum else { return }
    self.errors.removeSubrange(Self.maximum...)
    self.errors.append(
      ValidationError(pointer: "", code: "more_errors", message: "\(errors.count - Self.maximum) more are left out here"))
  }
}
