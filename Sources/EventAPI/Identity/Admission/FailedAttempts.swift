import Fanfare

/// How long the answer to a bad credential is held back, by where it came from.
///
/// The first ten within a minute cost nothing; those after them wait 50 ms, 100 ms, 200 ms… up to a second. The minute begins with the
/// first one, and what happened in it is forgotten at its end. A good credential never comes here.
struct FailedAttempts: Sendable {
  static let window = Duration.seconds(60)
  static let free = 10
  static let firstDelay = Duration.milliseconds(50)
  static let longestDelay = Duration.seconds(1)
  static let maximumOrigins = 10_000
  /// Answers that are held back at once; each of them keeps a connection and a task.
  static let maximumDelayed = 256

  enum Verdict: Sendable, Hashable {
    case answer
    /// Answer after that, and call ``delayEnded()``.
    case delay(Duration)
    /// Too many answers are held back already: send the client away at once.
    case sendAway
  }

  private struct Window {
    var start: Timestamp
    var count = 0
  }

  private var origins = BoundedLedger<Window>(limit: FailedAttempts.maximumOrigins)
  private(set) var delayed = 0

  mutating func failed(from origin: String, at now: Timestamp) -> Verdict {
    func isOver(_ window: Window) -> Bool { now < window.start || now - window.start >= Self.window }
    func add(to window: inout Window) -> Int {
      if isOver(window) { window = Window(start: now) }
      window.count += 1
      return window.count
    }
    let count = origins.change(origin, at: now, fresh: Window(start: now), isOver: isOver, by: add)
    guard count > Self.free else { return .answer }
    guard delayed < Self.maximumDelayed else { return .sendAway }
    delayed += 1
    return .delay(min(Self.firstDelay * (1 << min(count - Self.free - 1, 10)), Self.longestDelay))
  }

  mutating func delayEnded() { delayed -= 1 }
}
