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
  /// The wait before a message that Slack refused goes out as plain text: Slack takes one a second.
  static let plainTextDelay: Duration = .seconds(1)

  public init(schedule: [Duration] = RetryPolicy.standardSchedule, jitter: Double = 0.2) {
    self.schedule = schedule
    self.jitter = jitter
  }

  /// - Parameter now: what the delivery's next time counts from.
  public func verdict(on result: AttemptResult, now: Timestamp, using generator: inout some RandomNumberGenerator) -> Verdict {
    let task = result.task
    let judgement = Judgement(of: result.outcome, for: task.subscription.kind)
    let reason = judgement.reason
    let subject = DecisionText.subject(of: result.outcome, for: task.subscription.kind)
    switch judgement {
    case .succeeded:
      return Verdict(state: .succeeded, reason: reason)
    case .stopped:
      return Verdict(
        state: .scheduled(at: task.dueAt), countsAsTry: false, reason: reason, why: DecisionText.stopped)
    case .gone:
      return Verdict(state: .dead(.gone), reason: reason, why: DecisionText.gone(subject), pausesSubscription: true)
    case .refused:
      return Verdict(state: .dead(.refused), reason: reason, why: DecisionText.refused(subject))
    case .misread where task.isPlainText:
      return Verdict(state: .dead(.refused), reason: reason, why: DecisionText.refusedAsPlainText(subject))
    case .misread:
      return Verdict(
        state: .scheduled(at: now + Self.plainTextDelay), reason: reason, why: DecisionText.asPlainText(subject), asPlainText: true)
    case .retried(_, let isThrottle, let retryAfter):
      // A date that was asked for is one of wall clocks, which the attempt has and `now` need not have.
      let retry = Retry(
        number: task.triesMade + 1, schedule: task.subscription.retrySchedule ?? schedule,
        throttle: isThrottle ? task.throttles + 1 : nil, asked: RetryAfter.wait(retryAfter, from: result.startedAt))
      return verdict(on: retry, of: subject, reason: reason, now: now, using: &generator)
    }
  }

  private func verdict(
    on retry: Retry, of subject: String, reason: String, now: Timestamp, using generator: inout some RandomNumberGenerator
  ) -> Verdict {
    let wait = retry.asked.map { min($0, Self.longestRetryAfter) }
    let pause = wait.map { now + $0 }
    guard let planned = retry.delay else {
      return Verdict(
        state: .dead(.exhausted), reason: reason, why: DecisionText.exhausted(subject, retry), pausesEndpointUntil: pause)
    }
    let delay = max(jittered(planned, using: &generator), wait ?? .zero)
    return Verdict(
      state: .scheduled(at: now + delay), countsAsTry: !retry.isFree, reason: reason,
      why: DecisionText.retried(subject, retry, after: planned, jitter: jitter), pausesEndpointUntil: pause)
  }

  private func jittered(_ delay: Duration, using generator: inout some RandomNumberGenerator) -> Duration {
    // Centuries are as good as any longer delay, and can be added to.
    let whole = min(delay.wholeNanoseconds, .max / 4)
    let spread = Int64(Double(whole) * min(max(jitter, 0), 1))
    return .nanoseconds(whole + Int64.random(in: -spread...spread, using: &generator))
  }
}
