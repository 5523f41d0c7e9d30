/// How long to wait before the next attempt to connect.
///
/// Doubles from 0.2 s to 15 s; each wait is somewhere in the upper half of its step, so that many clients do not come back at once:
/// 0.1–0.2, 0.2–0.4, 0.4–0.8, 0.8–1.6, 1.6–3.2, 3.2–6.4, 6.4–12.8, 7.5–15, 7.5–15…
struct Backoff {
  private var failures = 0

  mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
    let milliseconds = min(200 << min(failures, 10), 15_000)
    failures += 1
    return .milliseconds(Int.random(in: milliseconds / 2...milliseconds, using: &generator))
  }

  /// A connection has held: the next loss is a new story.
  mutating func reset() { failures = 0 }
}
