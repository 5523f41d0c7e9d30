/// Keeps the subscriptions of each project.
public protocol SubscriptionStore: Sendable {
  func subscriptions(of scope: SubscriptionScope) async throws -> SubscriptionSet

  /// Replaces the whole set, atomically and durably. Entries with an id that was there keep their secret and their deliveries, and
  /// their pause too unless the draft says otherwise or has another URL; scheduled deliveries of entries that are gone are cancelled.
  ///
  /// - Parameter version: if given, the version that the set must still have.
  /// - Parameter actor: who does it, for the events that tell of what was paused or resumed by it.
  /// - Throws: ``SubscriptionSetChanged`` if it has another.
  func replace(
    _ scope: SubscriptionScope, with drafts: [Subscription], ifVersion version: Int64?, by actor: String?
  ) async throws -> SubscriptionSet

  /// Pauses or resumes one entry, durably. While it is paused its deliveries stay scheduled and none is claimed. What it is already, it
  /// stays, and the set's version with it. A change is an event of its own, and an endpoint that is resumed begins as one that is well.
  ///
  /// - Parameter actor: who does it.
  /// - Returns: the entry as it is now; nil if there is none of that id.
  func setPaused(_ isPaused: Bool, subscription id: String, of scope: SubscriptionScope, by actor: String?) async throws -> Subscription?

  /// Makes a new signing secret, durably. Those before stay valid until `end`, or until their own end if that comes sooner; the newest
  /// ``Subscription/maximumRetiredSecrets`` of them are kept.
  ///
  /// - Returns: the entry as it is now; nil if there is none of that id.
  func rotateSecret(
    ofSubscription id: String, of scope: SubscriptionScope, keepingOldUntil end: Timestamp, at now: Timestamp
  ) async throws -> Subscription?
}

extension SubscriptionStore {
  public func replace(_ scope: SubscriptionScope, with drafts: [Subscription], ifVersion version: Int64?) async throws -> SubscriptionSet {
    try await replace(scope, with: drafts, ifVersion: version, by: nil)
  }

  public func setPaused(_ isPaused: Bool, subscription id: String, of scope: SubscriptionScope) async throws -> Subscription? {
    try await setPaused(isPaused, subscription: id, of: scope, by: nil)
  }
}

/// A scope's subscriptions as they stand, in the order that the client gave.
public struct SubscriptionSet: Sendable {
  /// Grows with each replacement; 0 where there never was one.
  public var version: Int64
  public var subscriptions: [Subscription]

  public init(version: Int64, subscriptions: [Subscription]) {
    self.version = version
    self.subscriptions = subscriptions
  }
}

/// Somebody else replaced the set meanwhile.
public struct SubscriptionSetChanged: Error, Sendable {
  public let version: Int64

  public init(version: Int64) { self.version = version }
}
