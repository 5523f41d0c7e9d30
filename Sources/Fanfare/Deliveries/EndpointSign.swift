/// What an attempt says about its endpoint's health, which is another question than what becomes of the delivery.
public enum EndpointSign: String, Sendable, Hashable, CaseIterable {
  /// It took a message.
  case succeeded
  /// It could not be reached, or failed in a way that another delivery would meet, too.
  case failed
  /// Neither: it answered and only said no, or asked for patience, or was never asked.
  case neutral
}

extension RetryPolicy {
  /// What counts for and against the endpoint: success; and what is retried, but for 429, whose endpoint is well and busy.
  public func endpointSign(of result: AttemptResult) -> EndpointSign {
    switch Judgement(of: result.outcome, for: result.task.subscription.kind) {
    case .succeeded: .succeeded
    case .retried(_, let isThrottle, _): isThrottle ? .neutral : .failed
    case .gone, .refused, .misread, .stopped: .neutral
    }
  }
}
