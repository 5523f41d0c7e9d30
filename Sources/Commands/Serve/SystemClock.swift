import Fanfare
import Threading

/// The machine's clocks, the one place that reads them.
enum SystemClock {
  /// The wall clock, which somebody may set: what people are told, and what others' dates are held against.
  @Sendable static func now() -> Timestamp { Timestamp(nanoseconds: WallClock.nanoseconds) }

  /// What deliveries are due by: the wall clock as it was when the process began, and from then on time that only passes, also while the
  /// machine sleeps. So nothing waits for hours, nor comes hours early, because somebody set the clock meanwhile.
  @Sendable static func steadyNow() -> Timestamp { start.wall + (ContinuousClock.now - start.steady) }

  private static let start = (wall: now(), steady: ContinuousClock.now)
}
