import Fanfare
import RandomFixture
import Testing

/// The sentence that goes with each decision.
@Suite struct DecisionTextTests {
  private let now = Timestamp(seconds: 1_700_000_000)

  private func why(
    _ outcome: Outcome, _ kind: Subscription.Kind = .webhook, policy: RetryPolicy = RetryPolicy(), tries: Int = 0, throttles: Int = 0,
    isPlainText: Bool = false
  ) -> String? {
    let task = DeliveryTask(
      id: DeliveryID(KSUID(timestamp: 1, high: 2, low: 3)), event: Event.sample().stored(), subscription: .sample(kind: kind),
      endpoint: EndpointID(row: 1), attemptsMade: tries + throttles, triesMade: tries, throttles: throttles, dueAt: now,
      isPlainText: isPlainText)
    let result = AttemptResult(task: task, startedAt: now, duration: .milliseconds(5), outcome: outcome)
    var random = SeededGenerator(seed: 1)
    return policy.verdict(on: result, now: now, using: &random).why
  }

  private func answer(_ status: Int, _ body: String = "", retryAfter: String? = nil) -> Outcome {
    .response(status: status, body: Array(body.utf8), retryAfter: retryAfter)
  }

  @Test func `success needs no reason`() {
    #expect(why(answer(200)) == nil)
    #expect(why(answer(200, "ok"), .slack) == nil)
  }

  @Test func `a retry says which of how many it is, and when it comes`() {
    #expect(why(answer(503), tries: 2) == "503 is retried; retry 3 of 9 comes 30m ± 20 % later")
    #expect(
      why(answer(503, retryAfter: "120"), tries: 2) == "503 is retried; retry 3 of 9 comes 30m ± 20 % later; Retry-After asked for 2m")
    #expect(
      why(answer(503, retryAfter: "Tue, 14 Nov 2023 22:14:21 GMT"), policy: RetryPolicy(schedule: [.seconds(5)], jitter: 0))
        == "503 is retried; retry 1 of 1 comes 5s later; Retry-After asked for 61s")
    #expect(
      why(answer(503, retryAfter: "9999999"))
        == "503 is retried; retry 1 of 9 comes 5s ± 20 % later; Retry-After asked for more than 1d, which is the most")
  }

  @Test func `what is not retried says so`() {
    #expect(why(answer(404)) == "404 is not retried")
    #expect(why(answer(302)) == "302 is not retried")
    #expect(why(answer(777)) == "an answer without a status of HTTP is not retried")
    #expect(why(answer(410)) == "410 says that the receiver is gone: it is not retried, and the subscription is paused")
    #expect(why(answer(500), tries: 9) == "500 would be retried, but the schedule's 9 retries are used up")
    #expect(
      why(answer(500), policy: RetryPolicy(schedule: [.seconds(1)]), tries: 1)
        == "500 would be retried, but the schedule's only retry is used up")
    #expect(why(answer(500), policy: RetryPolicy(schedule: [])) == "500 would be retried, but the schedule has no retries")
  }

  @Test func `a 429 says how many there were`() {
    #expect(
      why(answer(429), throttles: 3)
        == "429 does not use up the schedule (4 of 100 such answers); the next attempt comes 8s ± 20 % later")
    #expect(
      why(answer(429), throttles: 100)
        == "429 uses up the schedule after 100 such answers; retry 1 of 9 comes 5s ± 20 % later")
  }

  @Test func `Slack's words are quoted`() {
    #expect(
      why(answer(404, "no_service"), .slack)
        == "Slack's no_service says that the receiver is gone: it is not retried, and the subscription is paused")
    #expect(
      why(answer(400, "invalid_blocks"), .slack) == "Slack's invalid_blocks refuses the message; it is tried once more, as plain text")
    #expect(
      why(answer(400, "invalid_payload"), .slack, isPlainText: true)
        == "Slack's invalid_payload is not retried: the message was plain text already")
    #expect(why(answer(500, "rollup_error"), .slack) == "Slack's rollup_error is retried; retry 1 of 9 comes 5s ± 20 % later")
    #expect(why(answer(200, "<html>"), .slack) == "200 without Slack's ok is retried; retry 1 of 9 comes 5s ± 20 % later")
    // A webhook may use the same words and mean nothing by them; and what nobody knows is not repeated.
    #expect(why(answer(404, "no_service")) == "404 is not retried")
    #expect(why(answer(400, "<!channel>"), .slack) == "400 is not retried")
  }

  @Test(arguments: TransportFailure.Kind.allCases)
  func `each failure of the transport is named`(kind: TransportFailure.Kind) throws {
    let sentence = try #require(why(.failure(TransportFailure(kind: kind, detail: "…"))))
    switch kind {
    case .addressRefused: #expect(sentence == "an address that is not allowed is not retried")
    case .badRequest: #expect(sentence == "a request that cannot be made is not retried")
    case .stopped: #expect(sentence == "the service stopped before an answer came; the delivery stays as it was")
    case .connectTimedOut: #expect(sentence == "a connection that is not made in time is retried; retry 1 of 9 comes 5s ± 20 % later")
    case .nameNotResolved, .notConnected, .timedOut, .tls, .broken:
      #expect(sentence.hasSuffix(" is retried; retry 1 of 9 comes 5s ± 20 % later"))
    }
  }
}
