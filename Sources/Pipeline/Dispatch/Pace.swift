import Fanfare

/// Spaces the deliveries of a subscription evenly (`rateLimit.perSecond`).
struct Pace {
  let perSecond: Int
  private let gap: Duration
  /// How much may be caught up on: timers are late by a little, and with gaps shorter than that the rate would never be reached.
  private static let tolerance = Duration.milliseconds(5)
  private var next: Timestamp?

  init(perSecond: Int) {
    self.perSecond = perSecond
    // Rounded up: never one more than that in a second.
    gap = .nanoseconds(999_999_999 / Int64(max(perSecond, 1)) + 1)
  }

  /// When the next delivery may be sent; nil if now.
  func opens(after now: Timestamp) -> Timestamp? {
    guard let next, next > now else { return nil }
    return next
  }

  mutating func sent(at now: Timestamp) {
    let earliest = gap < Self.tolerance ? now - Self.tolerance : now
    next = max(next ?? earliest, earliest) + gap
  }

  /// Nothing is remembered that matters at `now`.
  func isIdle(at now: Timestamp) -> Bool { opens(after: now) == nil }
}
