import Synchronization

/// Something that happened, as a producer told it.
public struct Event: Hashable, Sendable {
  /// Opaque, 1 to 255 printable characters, unique in the store.
  public var id: String
  public var type: EventType
  /// When it happened.
  public var occurredAt: Timestamp
  /// Whether the producer gave ``occurredAt``. A time that was filled in does not tell two events apart.
  public var isTimeGiven: Bool
  /// When it came in.
  public var receivedAt: Timestamp
  /// Who did it.
  public var username: String?
  public var audience: Audience
  public var path: EventPath
  /// A JSON object's text, byte for byte as it came.
  public var data: [UInt8]?
  /// The keys that the service has no meaning for, in the order they came.
  public var otherFields: [Field]
  /// W3C `traceparent` that came with the event, for webhooks to carry on.
  public var traceparent: String?

  /// A key that is kept and returned, with its JSON value's text, byte for byte as it came.
  public struct Field: Hashable, Sendable {
    public var key: String
    public var value: [UInt8]

    public init(key: String, value: [UInt8]) {
      self.key = key
      self.value = value
    }
  }

  public init(
    id: String, type: EventType, occurredAt: Timestamp, isTimeGiven: Bool = true, receivedAt: Timestamp, username: String? = nil,
    audience: Audience = .nobody, path: EventPath = EventPath(), data: [UInt8]? = nil, otherFields: [Field] = [], traceparent: String? = nil
  ) {
    self.id = id
    self.type = type
    self.occurredAt = occurredAt
    self.isTimeGiven = isTimeGiven
    self.receivedAt = receivedAt
    self.username = username
    self.audience = audience
    self.path = path
    self.data = data
    self.otherFields = otherFields
    self.traceparent = traceparent
  }

  /// Whether this is the same event told twice: everything that the producer said is equal in meaning, whatever was filled in here.
  public func saysTheSame(as other: Event) -> Bool {
    id.isSame(as: other.id) && type == other.type && username.isSame(as: other.username) && audience == other.audience && path == other.path
      && (!isTimeGiven || !other.isTimeGiven || occurredAt == other.occurredAt)
      && Self.isEquivalent(data, other.data) && hasSameOtherFields(as: other)
  }

  private func hasSameOtherFields(as other: Event) -> Bool {
    guard otherFields.count == other.otherFields.count else { return false }
    // By key: an event may have a hundred thousand.
    let others = Dictionary(other.otherFields.map { (ExactText($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
    return otherFields.allSatisfy { field in others[ExactText(field.key)].map { Self.isEquivalent($0, field.value) } ?? false }
  }

  private static func isEquivalent(_ left: [UInt8]?, _ right: [UInt8]?) -> Bool {
    guard let left, let right else { return left == nil && right == nil }
    if left == right { return true }
    guard let left = try? JSONValue(parsing: left, repeatedKeys: .lastCounts),
      let right = try? JSONValue(parsing: right, repeatedKeys: .lastCounts)
    else { return false }
    return left.isEquivalent(to: right)
  }
}

/// An event as the store keeps it.
///
/// Immutable and shared by reference: its deliveries, from the commit to the record of the last attempt, point to one.
public final class StoredEvent: Sendable {
  /// Its place in the store: contiguous, in the order of arrival, from 1.
  public let sequence: Int64
  public let id: String
  public let type: EventType
  public let occurredAt: Timestamp
  public let receivedAt: Timestamp
  /// The compact form (``Event/compactJSON``), from which every other form is made.
  public let compact: [UInt8]
  public let traceparent: String?
  /// ``wireJSON(timestamp:)``, once it was asked for.
  let wire = Mutex<[UInt8]?>(nil)

  public init(
    sequence: Int64, id: String, type: EventType, occurredAt: Timestamp, receivedAt: Timestamp, compact: [UInt8], traceparent: String?
  ) {
    self.sequence = sequence
    self.id = id
    self.type = type
    self.occurredAt = occurredAt
    self.receivedAt = receivedAt
    self.compact = compact
    self.traceparent = traceparent
  }
}

extension StoredEvent: Hashable {
  public static func == (left: StoredEvent, right: StoredEvent) -> Bool {
    left.sequence == right.sequence && left.id == right.id && left.type == right.type && left.occurredAt == right.occurredAt
      && left.receivedAt == right.receivedAt && left.compact == right.compact && left.traceparent == right.traceparent
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(sequence) }
}
