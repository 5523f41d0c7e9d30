import Fanfare
import Synchronization

/// Makes ids for subscriptions that come without one, and for pings.
final class SubscriptionIDs: Sendable {
  private let generator = Mutex(KSUIDGenerator())

  @Sendable func next() -> String { nextKSUID().description }

  @Sendable func nextKSUID() -> KSUID {
    let now = SystemClock.now()
    return generator.withLock { generator in
      var random = SystemRandomNumberGenerator()
      return generator.next(at: now, using: &random)
    }
  }
}
