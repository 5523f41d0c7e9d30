/// What is removed once it is older than its limit.
public enum RetainedKind: String, Sendable, CaseIterable {
  /// Events with their deliveries and attempts, by when they came in. Those that a delivery is still to be made of stay.
  case events
  /// The attempts of settled deliveries, by when they began.
  case attempts
  /// Quarantined messages, by when they were set aside.
  case quarantine
  /// What tells duplicates of events that were removed, by when they were.
  case idempotency
}

/// Removes what is old, in steps that others can write between.
public protocol RetentionStore: Sendable {
  /// Looks at some of a kind, and removes what of it is older than an instant, durably.
  ///
  /// Numbers of what is removed (an event's sequence, a delivery's id) are never given again. Messages in the outbox stay.
  /// - Parameter position: ``RemovalStep/position`` of the step before; 0 to begin with the oldest.
  func removeExpired(_ kind: RetainedKind, before instant: Timestamp, after position: Int64) async throws -> RemovalStep

  /// Since when the oldest of a kind has been kept; nil if there is none.
  func oldest(_ kind: RetainedKind) async throws -> Timestamp?
}

public struct RemovalStep: Sendable, Hashable {
  public var removed: Int
  /// Up to here it was looked at. The store's own count.
  public var position: Int64
  /// Whether nothing of the kind behind ``position`` is old enough.
  public var isAtEnd: Bool

  public init(removed: Int, position: Int64, isAtEnd: Bool) {
    self.removed = removed
    self.position = position
    self.isAtEnd = isAtEnd
  }
}
