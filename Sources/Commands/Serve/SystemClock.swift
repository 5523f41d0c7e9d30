import Fanfare
import Threading

/// The machine's wall clock, the one place that reads it.
enum SystemClock {
  @Sendable static func now() -> Timestamp { Timestamp(nanoseconds: WallClock.nanoseconds) }
}
