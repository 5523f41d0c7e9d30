/// Names a delivery for as long as the store lives; receivers see it as `webhook-id`, the same on each retry.
///
/// The KSUID's last eight bytes are the store's own row, so no index is needed to find it.
public struct DeliveryID: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let ksuid: KSUID

  public init(_ ksuid: KSUID) { self.ksuid = ksuid }

  public init?(_ text: some StringProtocol) {
    guard let ksuid = KSUID(text) else { return nil }
    self.ksuid = ksuid
  }

  public var row: Int64 { Int64(bitPattern: ksuid.low) }
  public var description: String { ksuid.description }
  public static func < (left: DeliveryID, right: DeliveryID) -> Bool { left.ksuid < right.ksuid }
}

/// Where deliveries go: one URL of one kind. Subscriptions with the same URL share it, and with it its slots.
public struct EndpointID: Hashable, Sendable, Comparable {
  public let row: Int64

  public init(row: Int64) { self.row = row }
  public static func < (left: EndpointID, right: EndpointID) -> Bool { left.row < right.row }
}

/// Where a delivery stands.
public enum DeliveryState: Hashable, Sendable {
  case scheduled(at: Timestamp)
  case succeeded
  case dead(DeadReason)
  /// Its subscription was removed or narrowed before it could be made.
  case cancelled

  public var name: String {
    switch self {
    case .scheduled: "scheduled"
    case .succeeded: "succeeded"
    case .dead: "dead"
    case .cancelled: "cancelled"
    }
  }
}

/// Why a delivery is not tried any more.
public enum DeadReason: String, Hashable, Sendable, CaseIterable {
  /// The last attempt of the schedule failed.
  case exhausted
  /// The receiver said that it will never take it, or the address is not allowed.
  case refused
  /// The receiver is gone (410, or a Slack endpoint that no longer exists).
  case gone
}

/// Why a delivery was cancelled.
public enum CancelReason: String, Hashable, Sendable, CaseIterable {
  /// Its subscription was taken out of its set.
  case removed = "subscription_removed"
  /// None of the subscription's groups may see the event any more.
  case groups
  /// The replay that it is of was cancelled.
  case replay = "replay_cancelled"
}

/// One delivery to attempt, with all that the attempt needs: no second read.
///
/// Immutable and shared by reference: from its commit to the record of its attempt it passes through a dozen hands.
public final class DeliveryTask: Sendable {
  public let id: DeliveryID
  public let event: StoredEvent
  public let subscription: Subscription
  public let endpoint: EndpointID
  /// Attempts made before this one, over the delivery's whole life.
  public let attemptsMade: Int
  /// Attempts that count against the retry schedule; a requeue starts it over, a 429 does not count.
  public let triesMade: Int
  /// Answers of 429 so far.
  public let throttles: Int
  public let dueAt: Timestamp
  /// Whether Slack refused the message with its blocks, so that it goes out as plain text.
  public let isPlainText: Bool
  /// For a replayed delivery: what `X-Event-Replay-Of` says.
  public let replayOf: String?
  /// The digest that goes out in its place, with what else is in it.
  public let digest: Digest?

  public init(
    id: DeliveryID, event: StoredEvent, subscription: Subscription, endpoint: EndpointID, attemptsMade: Int, triesMade: Int, throttles: Int,
    dueAt: Timestamp, isPlainText: Bool = false, replayOf: String? = nil, digest: Digest? = nil
  ) {
    self.id = id
    self.event = event
    self.subscription = subscription
    self.endpoint = endpoint
    self.attemptsMade = attemptsMade
    self.triesMade = triesMade
    self.throttles = throttles
    self.dueAt = dueAt
    self.isPlainText = isPlainText
    self.replayOf = replayOf
    self.digest = digest
  }

  /// The same, with a digest that goes out in its place.
  public func leading(_ digest: Digest) -> DeliveryTask {
    DeliveryTask(
      id: id, event: event, subscription: subscription, endpoint: endpoint, attemptsMade: attemptsMade, triesMade: triesMade,
      throttles: throttles, dueAt: dueAt, isPlainText: isPlainText, replayOf: replayOf, digest: digest)
  }

  public var urgency: Urgency { Lane(of: self).urgency }

  /// The number of the attempt that is due, from 1.
  public var attemptNumber: Int { attemptsMade + 1 }
}
