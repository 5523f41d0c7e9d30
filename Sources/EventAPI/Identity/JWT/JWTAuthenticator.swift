public import Fanfare

/// Knows a caller by a JWT that one of the trusted keys has signed.
///
/// Of a token with a bad signature, or of something that is no token, nothing is said but that it is not known here.
public struct JWTAuthenticator: Authenticator {
  private let keys: any KeySource
  private let rules: JWTRules
  private let now: @Sendable () -> Timestamp

  public init(keys: any KeySource, rules: JWTRules, now: @escaping @Sendable () -> Timestamp) {
    self.keys = keys
    self.rules = rules
    self.now = now
  }

  public func caller(holding credential: String?) async throws(AuthenticationFailure) -> Caller {
    guard let credential else { throw .missing }
    guard let token = JSONWebToken(credential) else { throw .unknown }
    let fitting = try await keys.keys(for: KeyQuery(id: token.keyID, algorithm: token.algorithm))
    guard fitting.keys.contains(where: { $0.verifies(token) }), let claims = token.claims else { throw .unknown }
    return try rules.caller(with: claims, at: now())
  }
}
