/// The rows of a store that an account is drawn up from.
public struct StoreImage: Sendable {
  public struct Event: Sendable {
    public var sequence: Int64
    public var id: String
    /// When its transaction began; nanoseconds since 1970.
    public var committedAt: Int64?
    /// As JSON.
    public var text: String
    public var firstDelivery: Int64
    public var deliveries: Int64
  }

  public struct Delivery: Sendable {
    public enum State: Int64, Sendable { case scheduled, succeeded, dead, cancelled, parked, held }

    public var row: Int64
    public var event: Int64
    public var subscription: Int64
    public var state: State?
    public var attempts: Int64
    /// Nanoseconds since 1970.
    public var createdAt: Int64
    /// Of a replay: another may be there for the same event and subscription.
    public var isReplay: Bool

    /// Whether somebody is still to try it.
    public var isPending: Bool { state == .scheduled || state == .parked || state == .held }
  }

  public struct Attempt: Sendable {
    public var delivery: Int64
    public var number: Int64
    /// The state that it left the delivery in; nil for attempts that were written down before states were.
    public var decision: Delivery.State?
  }

  public struct Subscription: Sendable, Hashable {
    public var side: String
    public var project: String
    public var id: String
  }

  public struct Quarantined: Sendable {
    public var text: String
    public var reason: String
  }

  public var events: [Event] = []
  public var deliveries: [Delivery] = []
  /// By delivery and number.
  public var attempts: [Attempt] = []
  /// By row, those that were removed among them.
  public var subscriptions: [Int64: Subscription] = [:]
  public var quarantine: [Quarantined] = []
  /// Events that retention has removed: their ids by their sequence.
  public var removed: [Int64: String] = [:]
  public var outbox = 0
  /// The middle of the deliveries' names.
  public var deliveryNames: UInt64 = 0
  /// What SQLite says of the file; nil if it was not asked.
  public var integrity: String?

  public init() {}

  /// The row that a `webhook-id` names; nil if none of this store is called so.
  func row(ofDelivery name: String) -> Int64? {
    guard let number = PlainKSUID(name), number.high == deliveryNames else { return nil }
    return Int64(bitPattern: number.low)
  }
}

/// What 27 characters of base62 say, worked out by hand.
struct PlainKSUID {
  private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  /// Seconds since 1970.
  let seconds: Int64
  let high: UInt64
  let low: UInt64

  init?(_ text: String) {
    if text.utf8.count != 27 { return nil }
    var bytes = [UInt8](repeating: 0, count: 20)
    for character in text.utf8 {
      guard var carry = Self.digits.firstIndex(of: character) else { return nil }
      for index in bytes.indices.reversed() {
        let value = Int(bytes[index]) * 62 + carry
        bytes[index] = UInt8(value & 0xFF)
        carry = value >> 8
      }
      if carry != 0 { return nil }
    }
    func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
    seconds = Int64(number(0..<4)) + 1_400_000_000
    high = number(4..<12)
    low = number(12..<20)
  }
}
