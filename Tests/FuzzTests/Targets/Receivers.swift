import RandomFixture

@testable import Fanfare
@testable import HTTPDelivery

extension FuzzTarget {
  static let receivers = [retryAfter, slackAnswer, responseHead, webhookSignature]

  private static let subscription = Subscription(
    scope: SubscriptionScope(side: .project, project: "shop"), id: "s", kind: .webhook, url: "https://example.com/")

  private static let retryAfter = FuzzTarget(
    "retry-after",
    words: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "120", "1.5", " ", "9999"]
  ) { input in
    let text = input.asText
    if let wait = RetryAfter.wait(text, from: Sample.now) { try hold(wait > .zero, "a wait of \(wait)") }
    _ = Timestamp(httpDate: text, now: Sample.now)
    let event = StoredEvent(
      sequence: 1, id: "e", type: EventType("A"), occurredAt: Sample.now, receivedAt: Sample.now, compact: Array("{}".utf8),
      traceparent: nil)
    let task = DeliveryTask(
      id: DeliveryID(KSUID(timestamp: 0, high: 0, low: 1)), event: event, subscription: subscription, endpoint: EndpointID(row: 1),
      attemptsMade: 0, triesMade: 0, throttles: 0, dueAt: Sample.now, replayOf: nil)
    let result = AttemptResult(
      task: task, startedAt: Sample.now, duration: .zero, outcome: .response(status: 429, body: [], retryAfter: text))
    var random = SeededGenerator(seed: UInt64(input.count))
    let verdict = RetryPolicy().verdict(on: result, now: Sample.now, using: &random)
    guard case .scheduled(let instant) = verdict.state else { throw Violation(description: "\(verdict.state.name) after a 429") }
    try hold(instant > Sample.now && instant <= Sample.now + RetryPolicy.longestRetryAfter, "the next attempt is at \(instant.rfc3339)")
    if let pause = verdict.pausesEndpointUntil {
      try hold(pause > Sample.now && pause <= Sample.now + RetryPolicy.longestRetryAfter, "a pause until \(pause.rfc3339)")
    }
  }

  /// The first line is the status.
  private static let slackAnswer = FuzzTarget(
    "slack-answer", words: SlackAnswer.all.sorted() + ["ok", "200\n", "404\n", "429\n", "500\n", "\r\n", " "]
  ) { input in
    let (line, body) = input.firstLineAndRest
    let status = Int(line) ?? 200
    let judgement = Judgement(of: .response(status: status, body: body, retryAfter: nil), for: .slack)
    if case .succeeded = judgement {
      try hold(status == 200 && body.asText.split(whereSeparator: \.isWhitespace) == ["ok"], "\(status) \(body.asText) is a success")
    }
    // Reasons label metrics.
    let reason = judgement.reason
    let isKnown =
      reason == "succeeded" || reason == "slack_unexpected_body" || reason == "http_unknown_status"
      || SlackAnswer.all.contains(String(reason.dropFirst(6)))
      || reason.hasPrefix("http_") && (100...599).contains(Int(reason.dropFirst(5)) ?? 0)
    try hold(isKnown, "the reason \(reason)")
  }

  /// Header lines as libcurl hands them out.
  private static let responseHead = FuzzTarget(
    "response-head", words: ["HTTP/1.1 200 OK\r\n", "Retry-After: ", "retry-after:", "HTTP/1.1 103 Early Hints\r\n", ":", "\r\n"]
  ) { input in
    var head = ResponseHead()
    var (lines, bytes) = (0, 0)
    for line in input.split(separator: 0x0A, omittingEmptySubsequences: false) {
      lines += 1
      bytes += line.count
      let isTaken = line.withUnsafeBytes { head.add($0) }
      let isWithin = lines <= ResponseHead.maximumLines && bytes <= ResponseHead.maximumBytes
      try hold(isTaken == isWithin && isWithin == (head.excess == nil), "line \(lines), \(bytes) bytes: \(isTaken)")
      if !isTaken { return }
      try hold(head.retryAfter?.utf8.count ?? 0 <= 3 * 128, "a Retry-After of \(head.retryAfter?.utf8.count ?? 0) bytes")
    }
  }

  /// The first line is the secret, the second the header, the rest a body.
  private static let webhookSignature = FuzzTarget(
    "webhook-signature", words: ["whsec_", "v1,", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "==", " "]
  ) { input in
    let (secret, rest) = input.firstLineAndRest
    let (header, body) = rest.firstLineAndRest
    guard let key = StandardWebhookSignature(secret: secret) else { return }
    let own = key.sign(id: "a", timestamp: 1, body: body)
    try hold(key.verify(id: "a", timestamp: "1", body: body, header: header + " " + own), "what was signed is not verified")
    try hold(!key.verify(id: "a", timestamp: "1", body: body, header: header) || header.contains(own), "\(header) is taken for a signature")
  }
}
