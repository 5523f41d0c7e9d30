public import Fanfare
internal import Synchronization

extension SQLiteStore: SubscriptionStore {
  public func subscriptions(of scope: SubscriptionScope) async throws -> SubscriptionSet {
    writer.catalogue.withLock {
      SubscriptionSet(version: $0.versions[scope] ?? 0, subscriptions: $0.index.subscriptions(of: scope))
    }
  }

  /// A draft that brings secrets has them kept, for an entry that was there, too.
  public func replace(
    _ scope: SubscriptionScope, with drafts: [Subscription], ifVersion version: Int64?, by actor: String?
  ) async throws -> SubscriptionSet {
    let set = try await writer.perform { transaction in
      var random = SystemRandomNumberGenerator()
      return try transaction.replace(scope, with: drafts, ifVersion: version, by: actor, using: &random)
    }
    // Deliveries of entries that are gone were cancelled, replayed ones among them.
    replaySettlements.yield()
    return set
  }

  public func setPaused(
    _ isPaused: Bool, subscription id: String, of scope: SubscriptionScope, by actor: String?
  ) async throws -> Subscription? {
    try await writer.perform { transaction in
      guard let entry = transaction.memory.catalogue.index.subscriptions(of: scope).first(where: { $0.id == id }) else { return nil }
      var receipt = RecordReceipt()
      try transaction.setPaused(isPaused, subscription: entry.row, Pausing(reason: Pausing.byHand, actor: actor), &receipt)
      return transaction.memory.catalogue.index.subscription(row: entry.row)
    }
  }

  public func rotateSecret(
    ofSubscription id: String, of scope: SubscriptionScope, keepingOldUntil end: Timestamp, at now: Timestamp
  ) async throws -> Subscription? {
    try await writer.perform { transaction in
      var random = SystemRandomNumberGenerator()
      return try transaction.rotateSecret(ofSubscription: id, of: scope, keepingOldUntil: end, at: now, using: &random)
    }
  }
}
