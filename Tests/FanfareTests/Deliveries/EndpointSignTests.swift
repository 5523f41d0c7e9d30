import Fanfare
import Testing

@Suite struct EndpointSignTests {
  private func sign(_ outcome: Outcome, _ kind: Subscription.Kind = .webhook) -> EndpointSign {
    let task = DeliveryTask(
      id: DeliveryID(KSUID(timestamp: 1, high: 2, low: 3)), event: Event.sample().stored(), subscription: .sample(kind: kind),
      endpoint: EndpointID(row: 1), attemptsMade: 0, triesMade: 0, throttles: 0, dueAt: Timestamp(seconds: 1))
    return RetryPolicy().endpointSign(
      of: AttemptResult(task: task, startedAt: Timestamp(seconds: 1), duration: .milliseconds(5), outcome: outcome))
  }

  private func answer(_ status: Int, _ body: String = "") -> Outcome {
    .response(status: status, body: Array(body.utf8), retryAfter: nil)
  }

  @Test func `a webhook's answer speaks for its endpoint, against it, or not at all`() {
    for status in [200, 204, 299] { #expect(sign(answer(status)) == .succeeded, "\(status)") }
    for status in [408, 425, 500, 502, 503, 504, 599] { #expect(sign(answer(status)) == .failed, "\(status)") }
    for status in [0, 101, 301, 400, 401, 404, 410, 422, 429, 600] { #expect(sign(answer(status)) == .neutral, "\(status)") }
  }

  @Test func `Slack's words count before the status`() {
    #expect(sign(answer(200, "ok"), .slack) == .succeeded)
    for body in ["rollup_error", "<html>", ""] { #expect(sign(answer(200, body), .slack) == .failed, "\(body)") }
    for body in ["invalid_payload", "no_service"] { #expect(sign(answer(500, body), .slack) == .neutral, "\(body)") }
    #expect(sign(answer(429), .slack) == .neutral)
    #expect(sign(answer(503), .slack) == .failed)
  }

  @Test(arguments: TransportFailure.Kind.allCases)
  func `what never reached the endpoint speaks against it, unless we did not ask`(kind: TransportFailure.Kind) {
    let neutral: Set<TransportFailure.Kind> = [.addressRefused, .badRequest, .stopped]
    #expect(sign(.failure(TransportFailure(kind: kind, detail: "…"))) == (neutral.contains(kind) ? .neutral : .failed))
  }
}
