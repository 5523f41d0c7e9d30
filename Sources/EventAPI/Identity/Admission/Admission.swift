import Fanfare
import HTTPTypes
import Metrics
import Synchronization

/// Finds out who makes a request, and whether it is let in: holds back answers to bad credentials, and refuses what is too much.
final class Admission: Sendable {
  private struct State {
    var attempts = FailedAttempts()
    var rate: RequestRate?
  }

  private let authenticator: any Authenticator
  private let rules: AdmissionRules
  private let metrics: AdmissionMetrics
  private let now: @Sendable () -> Timestamp
  private let state: Mutex<State>

  init(authenticator: any Authenticator, rules: AdmissionRules, metrics: any MetricsFactory, now: @escaping @Sendable () -> Timestamp) {
    self.authenticator = authenticator
    self.rules = rules
    self.metrics = AdmissionMetrics(factory: metrics)
    self.now = now
    state = Mutex(State(rate: rules.requestLimit.map { RequestRate($0) }))
  }

  /// - Parameter address: the client's; nil if there is none.
  func caller(holding credential: Credential?, for access: Route.Access, from address: IPAddress?) async throws(APIError) -> Caller {
    switch access {
    case .open: return .anonymous
    case .anonymousToo where credential == nil && rules.allowsAnonymous:
      try count("address:\(ClientOrigin.name(of: address))")
      return .anonymous
    case .anonymousToo, .authenticated:
      let caller = try await holder(of: credential, from: address)
      try count(caller.account.map { "account:\($0)" } ?? "name:\(caller.name)")
      return caller
    }
  }

  /// Finds out once more who it is that was let in, for an answer that outlives its request; counts nothing.
  func callerAgain(holding credential: Credential?) async throws(AuthenticationFailure) -> Caller {
    if credential == nil, rules.allowsAnonymous { return .anonymous }
    return try await authenticator.caller(holding: credential?.secret)
  }

  private func holder(of credential: Credential?, from address: IPAddress?) async throws(APIError) -> Caller {
    do throws(AuthenticationFailure) {
      return try await authenticator.caller(holding: credential?.secret)
    } catch {
      switch error {
      case .missing: throw .authenticationRequired
      case .unavailable: throw .undecided
      case .unknown:
        metrics.failed(.unknown)
        try await holdBack(address)
        throw .unknownKey
      case .refused(let reason):
        metrics.failed(.refused)
        try await holdBack(address)
        throw .refusedKey(reason)
      }
    }
  }

  private func holdBack(_ address: IPAddress?) async throws(APIError) {
    switch state.withLock({ $0.attempts.failed(from: ClientOrigin.name(of: address), at: now()) }) {
    case .answer: return
    case .sendAway: throw .tooManyRequests("too many requests with bad credentials are being answered already", retryAfter: 1)
    case .delay(let delay):
      await rules.pause(delay)
      state.withLock { $0.attempts.delayEnded() }
    }
  }

  private func count(_ caller: String) throws(APIError) {
    guard let wait = state.withLock({ $0.rate?.take(caller, at: now()) }) else { return }
    metrics.rateLimited()
    let seconds = max(1, Int((wait / .seconds(1)).rounded(.up)))
    throw .tooManyRequests("these are more requests than one caller may make here", retryAfter: seconds)
  }
}

extension APIError {
  /// - Parameter seconds: whole ones, at least 1.
  static func tooManyRequests(_ message: String, retryAfter seconds: Int) -> APIError {
    APIError(code: .tooManyRequests, message: message, headers: [.retryAfter: String(seconds)])
  }

  /// Whether the credential is good cannot be told; a client should not throw it away.
  static let undecided = APIError(
    code: .overloaded,
    message: "the keys that credentials are checked with cannot be had at the moment; try again in a while",
    headers: [.retryAfter: "10"])
}
