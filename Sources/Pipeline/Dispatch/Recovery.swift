import Fanfare

/// How fast an endpoint is sent to that has just come back, so that its backlog does not knock it over again.
///
/// Begins with few a second and doubles with each second that goes well. The first failure halves that, and from then on it grows slowly:
/// the rate settles below what the endpoint can take.
struct Recovery {
  /// At this rate nothing is held back any more.
  static let full = 2_000.0
  private static let first = 5.0
  private static let step = Duration.seconds(1)

  private(set) var rate = Self.first
  private(set) var nextSend: Timestamp
  private var hasFailed = false
  private var changesAt: Timestamp

  init(at now: Timestamp) {
    nextSend = now
    changesAt = now + Self.step
  }

  var isOver: Bool { rate >= Self.full }

  /// Whether the endpoint has had rest enough since.
  func isForgotten(at now: Timestamp) -> Bool { now - nextSend > .seconds(60) }

  mutating func sent(at now: Timestamp) {
    nextSend = max(nextSend, now) + .nanoseconds(Int64(1_000_000_000 / rate))
  }

  mutating func succeeded(at now: Timestamp) {
    if now < changesAt { return }
    rate = hasFailed ? rate * 1.1 : rate * 2
    changesAt = now + Self.step
  }

  /// What fails together halves the rate once.
  mutating func failed(at now: Timestamp) {
    if hasFailed, now < changesAt { return }
    hasFailed = true
    rate = max(rate / 2, 1)
    changesAt = now + Self.step
  }
}
