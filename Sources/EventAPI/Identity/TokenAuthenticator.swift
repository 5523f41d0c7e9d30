import Crypto

/// Knows one token and who holds it; keeps only its SHA-256.
public struct TokenAuthenticator: Authenticator {
  private let digest: SHA256Digest
  private let holder: Caller

  public init(token: String, holder: Caller) {
    digest = SHA256.hash(data: Array(token.utf8))
    self.holder = holder
  }

  public func caller(holding credential: String?) async throws(AuthenticationFailure) -> Caller {
    guard let credential else { throw .missing }
    // Digests are compared in constant time.
    guard SHA256.hash(data: Array(credential.utf8)) == digest else { throw .unknown }
    return holder
  }
}

/// Lets everybody in: an internal door on loopback without a token.
public struct OpenDoor: Authenticator {
  private let caller: Caller

  public init(as caller: Caller = .anonymous) { self.caller = caller }

  public func caller(holding credential: String?) async throws(AuthenticationFailure) -> Caller { caller }
}
