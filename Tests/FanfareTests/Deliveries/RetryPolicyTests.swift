import Fanfare
import RandomFixture
import Testing

@Suite struct RetryPolicyTests {
  private let now = Timestamp(seconds: 1_700_000_000)
  private let exact = RetryPolicy(schedule: [.seconds(10), .seconds(100)], jitter: 0)

  private func result(
    _ outcome: Outcome, kind: Subscription.Kind = .webhook, schedule: [Duration]? = nil, tries: Int = 0, throttles: Int = 0,
    isPlainText: Bool = false
  ) -> AttemptResult {
    let task = DeliveryTask(
      id: DeliveryID(KSUID(timestamp: 1, high: 2, low: 3)), event: Event.sample().stored(),
      subscription: .sample(kind: kind, retrySchedule: schedule), endpoint: EndpointID(row: 1), attemptsMade: tries + throttles,
      triesMade: tries, throttles: throttles, dueAt: Timestamp(seconds: 1_699_999_000),
      isPlainText: isPlainText)
    return AttemptResult(task: task, startedAt: now, duration: .milliseconds(5), outcome: outcome)
  }

  /// Without its sentence: ``DecisionTextTests`` has those.
  private func verdict(_ policy: RetryPolicy, _ result: AttemptResult) -> Verdict {
    var random = SeededGenerator(seed: 1)
    var verdict = policy.verdict(on: result, now: now, using: &random)
    verdict.why = nil
    return verdict
  }

  private func answer(_ status: Int, _ body: String = "", retryAfter: String? = nil) -> Outcome {
    .response(status: status, body: Array(body.utf8), retryAfter: retryAfter)
  }

  // MARK: Classes

  @Test(arguments: [200, 201, 202, 204, 226, 299])
  func `every 2xx is success`(status: Int) {
    #expect(verdict(exact, result(answer(status, "anything"))) == Verdict(state: .succeeded, reason: "succeeded"))
  }

  @Test(arguments: [408, 425, 500, 502, 503, 504, 507, 599])
  func `what may pass is tried again`(status: Int) {
    #expect(verdict(exact, result(answer(status))) == Verdict(state: .scheduled(at: now + .seconds(10)), reason: "http_\(status)"))
  }

  @Test(arguments: [100, 101, 199, 300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 409, 411, 413, 422, 426, 451, 499])
  func `other answers are refusals`(status: Int) {
    #expect(verdict(exact, result(answer(status))) == Verdict(state: .dead(.refused), reason: "http_\(status)"))
  }

  @Test(arguments: [-1, 0, 99, 600, 999, 123_456])
  func `a status that is none does not widen the vocabulary`(status: Int) {
    #expect(verdict(exact, result(answer(status))) == Verdict(state: .dead(.refused), reason: "http_unknown_status"))
  }

  @Test func `410 pauses the subscription`() {
    #expect(verdict(exact, result(answer(410))) == Verdict(state: .dead(.gone), reason: "http_410", pausesSubscription: true))
  }

  @Test(arguments: TransportFailure.Kind.allCases, Subscription.Kind.allCases)
  func `a failure to connect is tried again, a request that must not be made is not`(
    failure: TransportFailure.Kind, kind: Subscription.Kind
  ) {
    let found = verdict(exact, result(.failure(TransportFailure(kind: failure, detail: "…")), kind: kind))
    switch failure {
    case .nameNotResolved, .notConnected, .connectTimedOut, .timedOut, .tls, .broken:
      #expect(found == Verdict(state: .scheduled(at: now + .seconds(10)), reason: failure.rawValue))
    case .addressRefused, .badRequest:
      #expect(found == Verdict(state: .dead(.refused), reason: failure.rawValue))
    case .stopped:
      #expect(found == Verdict(state: .scheduled(at: Timestamp(seconds: 1_699_999_000)), countsAsTry: false, reason: "stopped"))
    }
  }

  // MARK: The schedule

  @Test func `the schedule is followed to its end, then the delivery is dead`() {
    let states = (0...3).map { verdict(exact, result(answer(500), tries: $0)).state }
    #expect(states == [.scheduled(at: now + .seconds(10)), .scheduled(at: now + .seconds(100)), .dead(.exhausted), .dead(.exhausted)])
  }

  @Test func `the standard schedule has nine retries over three days`() {
    #expect(RetryPolicy.standardSchedule.map(\.text) == ["5s", "5m", "30m", "2h", "5h", "10h", "14h", "20h", "1d"])
    #expect(verdict(RetryPolicy(), result(answer(500), tries: 8)).state != .dead(.exhausted))
    #expect(verdict(RetryPolicy(), result(answer(500), tries: 9)).state == .dead(.exhausted))
  }

  @Test func `a subscription's own schedule wins, an empty one too`() {
    #expect(verdict(exact, result(answer(500), schedule: [.seconds(3)])).state == .scheduled(at: now + .seconds(3)))
    #expect(verdict(exact, result(answer(500), schedule: [.seconds(3)], tries: 1)).state == .dead(.exhausted))
    #expect(verdict(exact, result(answer(500), schedule: [])).state == .dead(.exhausted))
  }

  @Test func `jitter moves a delay by a fifth at most, to both sides`() throws {
    var random = SeededGenerator(seed: 3)
    let policy = RetryPolicy(schedule: [.seconds(100)])
    var shortest = Duration.seconds(1_000)
    var longest = Duration.zero
    for _ in 0..<2_000 {
      guard case .scheduled(let instant) = policy.verdict(on: result(answer(500)), now: now, using: &random).state else {
        Issue.record("not scheduled")
        return
      }
      shortest = min(shortest, instant - now)
      longest = max(longest, instant - now)
    }
    #expect((.seconds(80) ... .seconds(81)).contains(shortest), "\(shortest)")
    #expect((.seconds(119) ... .seconds(120)).contains(longest), "\(longest)")
  }

  @Test func `delays without measure do not overflow`() {
    let policy = RetryPolicy(schedule: [.seconds(Int64.max)], jitter: 0.2)
    guard case .scheduled(let instant) = verdict(policy, result(answer(500))).state else {
      Issue.record("not scheduled")
      return
    }
    #expect(instant > now + .seconds(50 * 31_556_952))
  }

  // MARK: Retry-After and 429

  @Test(arguments: [429, 503])
  func `Retry-After extends the wait and pauses the endpoint`(status: Int) {
    let until = now + .seconds(500)
    let found = verdict(exact, result(answer(status, retryAfter: "500")))
    #expect(
      found == Verdict(state: .scheduled(at: until), countsAsTry: status == 503, reason: "http_\(status)", pausesEndpointUntil: until))
  }

  @Test(arguments: [-10_800, 10_800])
  func `a date in Retry-After is held against the wall clock, whatever time the schedule has`(step: Int) {
    var random = SeededGenerator(seed: 1)
    let steadyNow = now + .seconds(step)
    let attempt = result(answer(503, retryAfter: "Tue, 14 Nov 2023 22:14:20 GMT"))
    #expect(exact.verdict(on: attempt, now: steadyNow, using: &random).pausesEndpointUntil == steadyNow + .seconds(60))
  }

  @Test func `a short Retry-After does not shorten the wait`() {
    let found = verdict(exact, result(answer(503, retryAfter: "3")))
    #expect(found.state == .scheduled(at: now + .seconds(10)))
    #expect(found.pausesEndpointUntil == now + .seconds(3))
  }

  @Test(arguments: ["86401", "99999999999999999999999", "Fri, 31 Dec 2100 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"])
  func `Retry-After is believed for a day at most`(text: String) {
    #expect(verdict(exact, result(answer(503, retryAfter: text))).pausesEndpointUntil == now + .seconds(86_400))
  }

  @Test(arguments: [500, 408, 404, 200, 301])
  func `Retry-After means nothing with other answers`(status: Int) {
    let with = verdict(exact, result(answer(status, retryAfter: "500")))
    #expect(with == verdict(exact, result(answer(status))))
    #expect(with.pausesEndpointUntil == nil)
  }

  /// `now` is Tue, 14 Nov 2023 22:13:20 GMT.
  @Test(
    arguments: [
      ("120", 120), (" 120 ", 120), ("0", nil), ("1.5", 2), ("2.0", 2), ("-5", nil), ("+5", nil), ("", nil), ("soon", nil), ("1e3", nil),
      (".5", nil),
      ("Tue, 14 Nov 2023 22:14:20 GMT", 60), ("Tue, 14 Nov 2023 22:13:20 GMT", nil), ("Mon, 13 Nov 2023 22:13:20 GMT", nil),
      ("Tuesday, 14-Nov-23 22:14:20 GMT", 60), ("Tue Nov 14 22:14:20 2023", 60), ("Sunday, 06-Nov-94 08:49:37 GMT", nil),
      ("Tue, 14 Nov 2023 22:14:20 CET", nil), ("Tue, 14 Foo 2023 22:14:20 GMT", nil), ("Tue, 31 Nov 2023 22:14:20 GMT", nil),
      ("1 2 3 4 5 6 7", nil),
    ] as [(String, Int?)])
  func `Retry-After is seconds or a date in HTTP's three forms`(text: String, seconds: Int?) {
    let found = verdict(exact, result(answer(503, retryAfter: text)))
    #expect(found.pausesEndpointUntil == seconds.map { now + .seconds($0) })
  }

  @Test func `a 429 uses up no attempt until there were a hundred`() {
    let free = verdict(exact, result(answer(429, retryAfter: "1"), tries: 2, throttles: 99))
    #expect(free.state == .scheduled(at: now + .seconds(100)))
    #expect(!free.countsAsTry)
    #expect(verdict(exact, result(answer(429), tries: 2, throttles: 100)) == Verdict(state: .dead(.exhausted), reason: "http_429"))
    #expect(
      verdict(exact, result(answer(429), tries: 0, throttles: 100))
        == Verdict(state: .scheduled(at: now + .seconds(10)), reason: "http_429"))
  }

  /// Receivers that say nothing but 429 are left alone for longer and longer.
  @Test func `the wait after a 429 without Retry-After is doubled each time, to an hour`() {
    let policy = RetryPolicy(schedule: [.seconds(1)], jitter: 0)
    let waits = (0..<100).map { verdict(policy, result(answer(429), throttles: $0)) }
    #expect(waits.allSatisfy { !$0.countsAsTry && $0.pausesEndpointUntil == nil })
    let seconds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048] + Array(repeating: 3_600, count: 88)
    #expect(waits.map(\.state) == seconds.map { .scheduled(at: now + .seconds($0)) })
    // The schedule's own wait counts where it is longer, and Retry-After is taken at its word.
    #expect(verdict(RetryPolicy(jitter: 0), result(answer(429), tries: 8)).state == .scheduled(at: now + .seconds(86_400)))
    #expect(verdict(policy, result(answer(429, retryAfter: "2"), throttles: 50)).state == .scheduled(at: now + .seconds(2)))
  }

  @Test func `a 429 without any schedule waits a minute`() {
    #expect(verdict(exact, result(answer(429), schedule: [])).state == .scheduled(at: now + .seconds(60)))
  }

  // MARK: Slack

  @Test(arguments: ["ok", " ok\n", "\tok\r\n"])
  func `Slack took a message when it says ok with 200`(body: String) {
    #expect(verdict(exact, result(answer(200, body), kind: .slack)) == Verdict(state: .succeeded, reason: "succeeded"))
  }

  @Test(
    arguments: [
      "no_service", "no_service_id", "no_active_hooks", "no_team", "team_disabled", "invalid_token", "channel_is_archived",
      "channel_not_found",
      "action_prohibited", "posting_to_general_channel_denied",
    ], [200, 403, 404, 410, 429, 500])
  func `a Slack endpoint that is gone pauses its subscription, whatever the status`(body: String, status: Int) {
    let expected = Verdict(state: .dead(.gone), reason: "slack_\(body)", pausesSubscription: true)
    #expect(verdict(exact, result(answer(status, body + "\n"), kind: .slack)) == expected)
  }

  @Test(arguments: ["invalid_payload", "invalid_blocks", "no_text", "too_many_attachments", "user_not_found"], [200, 400, 500])
  func `a message that Slack refuses is tried once more as plain text, then dead`(body: String, status: Int) {
    let first = verdict(exact, result(answer(status, body), kind: .slack, schedule: []))
    #expect(first == Verdict(state: .scheduled(at: now + .seconds(1)), reason: "slack_\(body)", asPlainText: true))
    let second = verdict(exact, result(answer(status, body), kind: .slack, tries: 1, isPlainText: true))
    #expect(second == Verdict(state: .dead(.refused), reason: "slack_\(body)"))
  }

  @Test func `a plain text that fails otherwise follows the schedule`() {
    let found = verdict(exact, result(answer(503), kind: .slack, tries: 1, isPlainText: true))
    #expect(found == Verdict(state: .scheduled(at: now + .seconds(100)), reason: "http_503"))
  }

  @Test func `a rollup error with 429 is a throttle as any other`() {
    let found = verdict(exact, result(answer(429, "rollup_error", retryAfter: "30"), kind: .slack))
    let until = now + .seconds(30)
    #expect(found == Verdict(state: .scheduled(at: until), countsAsTry: false, reason: "slack_rollup_error", pausesEndpointUntil: until))
  }

  @Test(arguments: [
    (200, "rollup_error", "slack_rollup_error"), (500, "rollup_error", "slack_rollup_error"), (500, "ok", "http_500"),
    (503, "", "http_503"),
    (200, "", "slack_unexpected_body"), (200, "<html>", "slack_unexpected_body"), (204, "", "slack_unexpected_body"),
    (201, "ok", "slack_unexpected_body"),
    (200, "OK", "slack_unexpected_body"),
  ])
  func `what Slack may yet take is tried again`(status: Int, body: String, reason: String) {
    #expect(
      verdict(exact, result(answer(status, body), kind: .slack)) == Verdict(state: .scheduled(at: now + .seconds(10)), reason: reason))
  }

  @Test func `Slack's other answers are judged as a webhook's`() {
    #expect(verdict(exact, result(answer(404, "?"), kind: .slack)) == Verdict(state: .dead(.refused), reason: "http_404"))
    #expect(verdict(exact, result(answer(410, "?"), kind: .slack)).pausesSubscription)
    let throttled = verdict(exact, result(answer(429, "rate_limited", retryAfter: "30"), kind: .slack))
    let until = now + .seconds(30)
    #expect(throttled == Verdict(state: .scheduled(at: until), countsAsTry: false, reason: "http_429", pausesEndpointUntil: until))
  }

  @Test func `a webhook may say what it likes with its success`() {
    #expect(verdict(exact, result(answer(200, "no_service"))).state == .succeeded)
  }
}
