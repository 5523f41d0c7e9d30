/// Why an attempt was decided as it was, as a sentence for operators: the rule, and how much of the schedule is left.
enum DecisionText {
  static let stopped = "the service stopped before an answer came; the delivery stays as it was"

  /// What is decided about, to begin a sentence with: `503`, `a time-out`, `Slack's no_service`.
  static func subject(of outcome: Outcome, for kind: Subscription.Kind) -> String {
    switch outcome {
    case .failure(let failure): return subject(of: failure.kind)
    case .response(let status, let body, _):
      let number = (100...599).contains(status) ? "\(status)" : "an answer without a status of HTTP"
      guard kind == .slack else { return number }
      if let word = SlackAnswer.word(in: body), SlackAnswer.all.contains(word) { return "Slack's \(word)" }
      return (200...299).contains(status) ? "\(number) without Slack's ok" : number
    }
  }

  private static func subject(of failure: TransportFailure.Kind) -> String {
    switch failure {
    case .nameNotResolved: "a name that does not resolve"
    case .notConnected: "a connection that is not made"
    case .connectTimedOut: "a connection that is not made in time"
    case .timedOut: "an answer that does not end in time"
    case .tls: "a failure of TLS"
    case .broken: "a connection that breaks"
    case .addressRefused: "an address that is not allowed"
    case .badRequest: "a request that cannot be made"
    case .stopped: "a stop of the service"
    }
  }

  static func gone(_ subject: String) -> String {
    "\(subject) says that the receiver is gone: it is not retried, and the subscription is paused"
  }

  static func refused(_ subject: String) -> String { "\(subject) is not retried" }

  static func asPlainText(_ subject: String) -> String { "\(subject) refuses the message; it is tried once more, as plain text" }

  static func refusedAsPlainText(_ subject: String) -> String { "\(subject) is not retried: the message was plain text already" }

  static func exhausted(_ subject: String, _ retry: Retry) -> String {
    switch retry.schedule.count {
    case 0: "\(subject) would be retried, but the schedule has no retries"
    case 1: "\(subject) would be retried, but the schedule's only retry is used up"
    case let count: "\(subject) would be retried, but the schedule's \(count) retries are used up"
    }
  }

  static func retried(_ subject: String, _ retry: Retry, after delay: Duration, jitter: Double) -> String {
    var parts: [String]
    let wait = delay.text + (jitter > 0 ? " ± \(Int((min(jitter, 1) * 100).rounded())) %" : "")
    if retry.isFree, let throttle = retry.throttle {
      parts = [
        "\(subject) does not use up the schedule (\(throttle) of \(RetryPolicy.freeThrottles) such answers)",
        "the next attempt comes \(wait) later",
      ]
    } else {
      let rule = retry.throttle == nil ? "is retried" : "uses up the schedule after \(RetryPolicy.freeThrottles) such answers"
      parts = ["\(subject) \(rule)", "retry \(retry.number) of \(retry.schedule.count) comes \(wait) later"]
    }
    if let asked = retry.asked {
      let limit = RetryPolicy.longestRetryAfter
      // To the second: a date says no more.
      let seconds = Duration.seconds(min(asked, limit).components.seconds)
      parts.append(
        asked > limit ? "Retry-After asked for more than \(limit.text), which is the most" : "Retry-After asked for \(seconds.text)")
    }
    return parts.joined(separator: "; ")
  }
}
