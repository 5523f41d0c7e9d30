/// Sends a credential to whoever can judge it: three parts with dots between them are a JWT, everything else is a key.
public struct CredentialAuthenticator: Authenticator {
  private let keys: any Authenticator
  private let tokens: (any Authenticator)?

  /// - Parameter tokens: nil if no JWTs are trusted; what looks like one is an unknown key then.
  public init(keys: any Authenticator, tokens: (any Authenticator)?) {
    self.keys = keys
    self.tokens = tokens
  }

  public func caller(holding credential: String?) async throws(AuthenticationFailure) -> Caller {
    if let tokens, let credential, credential.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 {
      return try await tokens.caller(holding: credential)
    }
    return try await keys.caller(holding: credential)
  }
}
