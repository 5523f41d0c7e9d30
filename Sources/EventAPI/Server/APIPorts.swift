public import Fanfare

/// What the API speaks to, and whom it tells.
public struct APIPorts: Sendable {
  public var intake: any EventIntake
  public var events: any EventQuery & EventFeed & EventHistory
  public var subscriptions: any SubscriptionStore
  public var deliveries: any DeliveryQuery
  public var replays: any ReplayQuery
  public var accounts: any AccountStore
  public var inspection: any StoreInspection
  /// One for each part of the service; the service is ready when all of them are.
  public var health: [any HealthReporting]
  public var now: @Sendable () -> Timestamp
  /// The time that deliveries are due by. The same as ``now`` if it is not set.
  public var steadyNow: @Sendable () -> Timestamp
  /// Makes an id for a subscription that came without one.
  public var makeID: @Sendable () -> String
  /// Deliveries were scheduled anew.
  public var onRequeue: @Sendable () -> Void
  /// A replay was made, or may go on.
  public var onReplay: @Sendable () -> Void = {}
  /// A set of subscriptions was replaced, or a replay was cancelled.
  public var onSubscriptionsChanged: @Sendable () -> Void
  /// Sends a test message to where a subscription's deliveries go.
  public var ping: @Sendable (Subscription) async -> PingReport
  /// Fired by whoever stores events, once they are durable.
  public var commits: CommitSignal

  public init(
    intake: any EventIntake, events: any EventQuery & EventFeed & EventHistory, subscriptions: any SubscriptionStore,
    deliveries: any DeliveryQuery & ReplayQuery,
    accounts: any AccountStore, inspection: any StoreInspection, health: [any HealthReporting], now: @escaping @Sendable () -> Timestamp,
    makeID: @escaping @Sendable () -> String, onRequeue: @escaping @Sendable () -> Void = {},
    onSubscriptionsChanged: @escaping @Sendable () -> Void = {}, commits: CommitSignal = CommitSignal(),
    ping: @escaping @Sendable (Subscription) async -> PingReport = {
      PingReport(kind: $0.kind, request: nil, outcome: .failure(TransportFailure(kind: .stopped, detail: "nothing sends")), duration: .zero)
    }
  ) {
    self.intake = intake
    self.events = events
    self.subscriptions = subscriptions
    self.deliveries = deliveries
    replays = deliveries
    self.accounts = accounts
    self.inspection = inspection
    self.health = health
    self.now = now
    steadyNow = now
    self.makeID = makeID
    self.onRequeue = onRequeue
    self.onSubscriptionsChanged = onSubscriptionsChanged
    self.commits = commits
    self.ping = ping
  }
}
