/// What follows from an attempt: whether the delivery is done, dead, or tried again, and when (contract §7 and §8).
public struct RetryPolicy: Sendable, Hashable {
  /// The delay before each retry; after the last, the delivery is dead. A subscription's own schedule wins over it.
  public var schedule: [Duration]
  /// How far a delay may be moved, as a share of it, to either side.
  public var jitter: Double

  /// The advice of Standard Webhooks.
  public static let standardSchedule: [Duration] = [
    .seconds(5), .seconds(300), .seconds(1_800), .seconds(7_200), .seconds(18_000), .seconds(36_000), .seconds(50_400), .seconds(72_000),
    .seconds(86_400),
  ]
  /// Answers of 429 that do not use up an attempt of the schedule.
  public static let freeThrottles = 100
  /// The most that a receiver's `Retry-After` is believed.
  public static let longestRetryAfter: Duration = .seconds(86_400)
  /// The wait after a 429 that names none, where the schedule names none either.
  private static let throttleDelay: Duration = .seconds(60)

  public init(schedule: [Duration] = RetryPolicy.standardSchedule, jitter: Double = 0.2) {
    self.schedule = schedule
    self.jitter = jitter
  }

  public func verdict(on result: AttemptResult, now: Timestamp, using generator: inout some RandomNumberGenerator) -> Verdict {
    let judgement = Judgement(of: result.outcome, for: result.task.subscription.kind)
    switch judgement {
    case .succeeded:
      return Verdict(state: .succeeded, reason: "succeeded")
    case .stopped:
      return Verdict(state: .scheduled(at: result.task.dueAt), countsAsTry: false, reason: TransportFailure.Kind.stopped.rawValue)
    case .gone(let reason):
      return Verdict(state: .dead(.gone), reason: reason, pausesSubscription: true)
    case .refused(let reason):
      return Verdict(state: .dead(.refused), reason: reason)
    case .retried(let reason, let isThrottle, let retryAfter):
      let wait = RetryAfter.wait(retryAfter, from: now).map { min($0, Self.longestRetryAfter) }
      return retry(result.task, reason, isThrottle: isThrottle, wait: wait, now: now, using: &generator)
    }
  }

  private func retry(
    _ task: DeliveryTask, _ reason: String, isThrottle: Bool, wait: Duration?, now: Timestamp,
    using generator: inout some RandomNumberGenerator
  ) -> Verdict {
    let schedule = task.subscription.retrySchedule ?? schedule
    let isFree = isThrottle && task.throttles < Self.freeThrottles
    let pause = wait.map { now + $0 }
    guard isFree || task.triesMade < schedule.count else {
      return Verdict(state: .dead(.exhausted), reason: reason, pausesEndpointUntil: pause)
    }
    let planned = task.triesMade < schedule.count ? schedule[task.triesMade] : schedule.last ?? Self.throttleDelay
    let delay = max(jittered(planned, using: &generator), wait ?? .zero)
    return Verdict(state: .scheduled(at: now + delay), countsAsTry: !isFree, reason: reason, pausesEndpointUntil: pause)
  }

  private func jittered(_ delay: Duration, using generator: inout some RandomNumberGenerator) -> Duration {
    // Centuries are as good as any longer delay, and can be added to.
    let whole = min(delay.wholeNanoseconds, .max / 4)
    let spread = Int64(Double(whole) * min(max(jitter, 0), 1))
    return .nanoseconds(whole + Int64.random(in: -spread...spread, using: &generator))
  }
}
