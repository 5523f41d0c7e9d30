import Fanfare
import Synchronization

/// Makes ids for subscriptions that come without one.
final class SubscriptionIDs: Sendable {
  private let generator = Mutex(KSUIDGenerator())

  @Sendable func next() -> String {
    let now = SystemClock.now()
    return generator.withLock { generator in
      var random = SystemRandomNumberGenerator()
      return generator.next(at: now, using: &random).description
    }
  }
}
