/// What became of an event: how it came in, and what each subscription that could have got it made of it.
public struct EventExplanation: Sendable {
  public let event: StoredEvent
  public let custody: Custody
  /// Every subscription of the event's projects, in the order they are matched in; behind them those that got the event and are gone.
  public let subscriptions: [SubscriptionExplanation]

  public init(event: StoredEvent, custody: Custody, subscriptions: [SubscriptionExplanation]) {
    self.event = event
    self.custody = custody
    self.subscriptions = subscriptions
  }
}

/// How an event came into the store.
public struct Custody: Hashable, Sendable {
  public let door: Origin.Door
  /// Whether the broker had offered it before.
  public let isRedelivered: Bool
  /// When the transaction ran that stored it; nil for events that an earlier version stored.
  public let committedAt: Timestamp?

  public init(door: Origin.Door, isRedelivered: Bool, committedAt: Timestamp? = nil) {
    self.door = door
    self.isRedelivered = isRedelivered
    self.committedAt = committedAt
  }
}

/// What one subscription made of an event.
public struct SubscriptionExplanation: Sendable {
  /// What a subscription is now.
  public enum Standing: Sendable {
    case there(Subscription, SubscriptionVerdict)
    /// Taken out of its set since.
    case removed
  }

  public let id: String
  public let scope: SubscriptionScope
  public let kind: Subscription.Kind
  /// Without what may be secret in it.
  public let url: String
  public let standing: Standing
  /// Whether it was made after the event had been stored.
  public let isYounger: Bool
  /// Whether it asked for something else, or was disabled or not, when the event was stored.
  public let isChanged: Bool
  /// Whether the event tells of the subscription itself, which is not told of it.
  public let isSubject: Bool
  /// If it is paused.
  public let pause: Pause?
  /// Those of the event, in the order they were made.
  public let deliveries: [DeliveryDetail]

  public struct Pause: Hashable, Sendable {
    /// Nil where nobody wrote it down.
    public let since: Timestamp?
    public let reason: String?

    public init(since: Timestamp?, reason: String?) {
      self.since = since
      self.reason = reason
    }
  }

  public init(
    id: String, scope: SubscriptionScope, kind: Subscription.Kind, url: String, standing: Standing, isYounger: Bool,
    isChanged: Bool = false, isSubject: Bool = false, pause: Pause? = nil, deliveries: [DeliveryDetail]
  ) {
    self.id = id
    self.scope = scope
    self.kind = kind
    self.url = url
    self.standing = standing
    self.isYounger = isYounger
    self.isChanged = isChanged
    self.isSubject = isSubject
    self.pause = pause
    self.deliveries = deliveries
  }

  /// Contract §5. A delivery that exists is the truth, whatever the subscription has become since.
  public enum Verdict: String, Sendable, CaseIterable {
    case matched, type, filter, groups, disabled, paused, later
  }

  public var verdict: Verdict {
    if !deliveries.isEmpty { return isHeldByPause ? .paused : .matched }
    guard !isYounger, case .there(_, let verdict) = standing else { return .later }
    switch verdict {
    case .type: return .type
    case .filter: return .filter
    case .groups: return .groups
    case .disabled: return .disabled
    case .paused: return isSubject ? .filter : .paused
    // It would match, and did not: it was something else then.
    case .matched: return isSubject ? .filter : .later
    }
  }

  /// Whether nothing was attempted yet because the subscription is paused.
  var isHeldByPause: Bool {
    guard case .there(let subscription, _) = standing, subscription.isPaused, !deliveries.isEmpty else { return false }
    return deliveries.allSatisfy { delivery in
      if case .scheduled = delivery.summary.state { return delivery.summary.attempts == 0 }
      return false
    }
  }
}
