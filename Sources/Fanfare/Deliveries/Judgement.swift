/// What an outcome means, before the schedule is asked. Reasons come from a bounded vocabulary: they label metrics.
enum Judgement: Hashable, Sendable {
  case succeeded
  /// The receiver will never be there again: the subscription is paused.
  case gone(reason: String)
  /// This message will never be taken.
  case refused(reason: String)
  /// Slack does not take the message as it is written; it may take it as plain text.
  case misread(reason: String)
  case retried(reason: String, isThrottle: Bool = false, retryAfter: String? = nil)
  /// Nobody answered because the service stopped.
  case stopped

  var reason: String {
    switch self {
    case .succeeded: "succeeded"
    case .stopped: TransportFailure.Kind.stopped.rawValue
    case .gone(let reason), .refused(let reason), .misread(let reason), .retried(let reason, _, _): reason
    }
  }

  init(of outcome: Outcome, for kind: Subscription.Kind) {
    switch (outcome, kind) {
    case (.failure(let failure), _): self.init(of: failure.kind)
    case (.response(let status, _, let retryAfter), .webhook): self.init(ofStatus: status, retryAfter: retryAfter)
    case (.response(let status, let body, let retryAfter), .slack): self = .slack(status: status, body: body, retryAfter: retryAfter)
    }
  }

  private init(of failure: TransportFailure.Kind) {
    switch failure {
    case .nameNotResolved, .notConnected, .connectTimedOut, .timedOut, .tls, .broken: self = .retried(reason: failure.rawValue)
    case .addressRefused, .badRequest: self = .refused(reason: failure.rawValue)
    case .stopped: self = .stopped
    }
  }

  /// Contract §7.
  private init(ofStatus status: Int, retryAfter: String?) {
    let reason = (100...599).contains(status) ? "http_\(status)" : "http_unknown_status"
    switch status {
    case 200...299: self = .succeeded
    case 410: self = .gone(reason: reason)
    case 429: self = .retried(reason: reason, isThrottle: true, retryAfter: retryAfter)
    case 503: self = .retried(reason: reason, retryAfter: retryAfter)
    case 408, 425, 500...599: self = .retried(reason: reason)
    default: self = .refused(reason: reason)
    }
  }

  /// Contract §8: the body decides before the status.
  private static func slack(status: Int, body: [UInt8], retryAfter: String?) -> Judgement {
    let word = SlackAnswer.word(in: body)
    if let word {
      if SlackAnswer.gone.contains(word) { return .gone(reason: "slack_\(word)") }
      if SlackAnswer.refused.contains(word) { return .misread(reason: "slack_\(word)") }
      if word == "rollup_error" {
        let mayWait = status == 429 || status == 503
        return .retried(reason: "slack_rollup_error", isThrottle: status == 429, retryAfter: mayWait ? retryAfter : nil)
      }
    }
    guard (200...299).contains(status) else { return Judgement(ofStatus: status, retryAfter: retryAfter) }
    return status == 200 && word == "ok" ? .succeeded : .retried(reason: "slack_unexpected_body")
  }
}

/// The plain-text bodies of Slack's incoming webhooks.
enum SlackAnswer {
  static let gone: Set<String> = [
    "no_service", "no_service_id", "no_active_hooks", "no_team", "team_disabled", "invalid_token", "channel_is_archived",
    "channel_not_found",
    "action_prohibited", "posting_to_general_channel_denied",
  ]
  static let refused: Set<String> = ["invalid_payload", "invalid_blocks", "no_text", "too_many_attachments", "user_not_found"]

  static let all = gone.union(refused).union(["rollup_error"])

  /// The body without white space around it, if it is as short as Slack's are.
  static func word(in body: [UInt8]) -> String? {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let start = body.drop(while: isSpace)
    guard let last = start.lastIndex(where: { !isSpace($0) }), last - start.startIndex < 64 else { return nil }
    return String(decoding: start[...last], as: UTF8.self)
  }
}
