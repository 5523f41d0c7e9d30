/// A retry that the schedule is asked for.
struct Retry {
  /// Which of the schedule's retries it would be, from 1.
  let number: Int
  let schedule: [Duration]
  /// Which 429 of the delivery's led to it, from 1; nil for any other failure.
  let throttle: Int?
  /// What `Retry-After` asked for.
  let asked: Duration?

  /// Whether it uses up nothing of the schedule.
  var isFree: Bool { throttle.map { $0 <= RetryPolicy.freeThrottles } ?? false }

  /// The wait before it, without jitter and `Retry-After`; nil if the schedule is used up.
  var delay: Duration? {
    let planned = number <= schedule.count ? schedule[number - 1] : nil
    guard isFree, let throttle else { return planned }
    let scheduled = planned ?? schedule.last ?? Self.throttleDelay
    return asked == nil ? max(scheduled, Self.patience(throttle)) : scheduled
  }

  /// The wait after a 429 that names none, where the schedule names none either.
  private static let throttleDelay: Duration = .seconds(60)
  private static let longestPatience: Duration = .seconds(3_600)

  /// How long to leave a receiver alone that says nothing but 429: 1 s, 2 s, 4 s, doubled each time up to 1 h, which the
  /// thirteenth reaches. A hundred of them take a little less than four days.
  private static func patience(_ throttle: Int) -> Duration {
    min(.seconds(1 << min(throttle - 1, 20)), longestPatience)
  }
}
