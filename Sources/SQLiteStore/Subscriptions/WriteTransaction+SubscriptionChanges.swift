internal import Fanfare

extension WriteTransaction {
  /// Writes down when an entry began to ask for something else, and since when it is paused.
  ///
  /// - Parameter former: what it was; nil for one that was made just now.
  func noteChange(of former: Subscription?, to subscription: Subscription) throws {
    if let former, !former.asks(asMuchAs: subscription) {
      let update = try statement("UPDATE subscription SET changed_after = ? WHERE row = ?")
      update.bind(1, memory.counts.lastSequence)
      update.bind(2, subscription.row)
      try update.run()
    }
    if subscription.isPaused != (former?.isPaused ?? false) {
      let update = try statement("UPDATE subscription SET paused_at = ? WHERE row = ?")
      update.bind(1, subscription.isPaused ? now.nanoseconds : nil)
      update.bind(2, subscription.row)
      try update.run()
    }
  }
}

extension Subscription {
  /// Whether the same events match both.
  fileprivate func asks(asMuchAs other: Subscription) -> Bool {
    events == other.events && filters == other.filters && allowedGroups == other.allowedGroups && isDisabled == other.isDisabled
  }
}
