import JWTKit

/// A key that checks signatures of one algorithm, which the key fixes and a token cannot change.
struct VerificationKey: Sendable {
  /// `kid`
  let id: String?
  let algorithm: SignatureAlgorithm
  private let check: any JWTAlgorithm

  private init(id: String?, algorithm: SignatureAlgorithm, _ fill: (isolated JWTKeyCollection) -> Void) async throws {
    self.id = id
    self.algorithm = algorithm
    // The package makes its algorithms inside of a collection only.
    let collection = JWTKeyCollection()
    await fill(collection)
    check = try await collection.getKey()
  }

  /// A shared secret, for HS256.
  ///
  /// - Parameter secret: at least ``minimumSecretBytes`` long.
  init(secret: String) async throws {
    precondition(secret.utf8.count >= Self.minimumSecretBytes, "a secret for HS256 has to be as long as its hash")
    try await self.init(id: nil, algorithm: .hs256) { $0.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256) }
  }

  /// RFC 7518 §3.2: a key is at least as long as the hash.
  static let minimumSecretBytes = 32

  /// - Parameters:
  ///   - modulus: base64url, as a JWK has it; at least 2048 bits.
  ///   - algorithm: one of those for RSA.
  init(rsaModulus modulus: String, exponent: String, algorithm: SignatureAlgorithm, id: String?) async throws {
    let key = try Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent)
    try await self.init(id: id, algorithm: algorithm) { keys in
      switch algorithm {
      case .rs256: keys.add(rsa: key, digestAlgorithm: .sha256)
      case .rs384: keys.add(rsa: key, digestAlgorithm: .sha384)
      case .rs512: keys.add(rsa: key, digestAlgorithm: .sha512)
      case .ps256: keys.add(pss: key, digestAlgorithm: .sha256)
      case .ps384: keys.add(pss: key, digestAlgorithm: .sha384)
      case .ps512: keys.add(pss: key, digestAlgorithm: .sha512)
      case .hs256, .es256, .es384, .es512, .edDSA: preconditionFailure("\(algorithm.rawValue) is not for RSA")
      }
    }
  }

  /// - Parameter algorithm: one of those for elliptic curves; it names the curve.
  init(ecX x: String, y: String, algorithm: SignatureAlgorithm, id: String?) async throws {
    switch algorithm {
    case .es256:
      let key = try ES256PublicKey(parameters: (x, y))
      try await self.init(id: id, algorithm: algorithm) { $0.add(ecdsa: key) }
    case .es384:
      let key = try ES384PublicKey(parameters: (x, y))
      try await self.init(id: id, algorithm: algorithm) { $0.add(ecdsa: key) }
    case .es512:
      let key = try ES512PublicKey(parameters: (x, y))
      try await self.init(id: id, algorithm: algorithm) { $0.add(ecdsa: key) }
    case .hs256, .rs256, .rs384, .rs512, .ps256, .ps384, .ps512, .edDSA:
      preconditionFailure("\(algorithm.rawValue) is not for elliptic curves")
    }
  }

  init(ed25519X x: String, id: String?) async throws {
    let key = try EdDSA.PublicKey(x: x, curve: .ed25519)
    try await self.init(id: id, algorithm: .edDSA) { $0.add(eddsa: key) }
  }

  /// Whether this key's holder has signed the token, in the key's own way.
  func verifies(_ token: JSONWebToken) -> Bool {
    guard token.algorithm == algorithm else { return false }
    // What throws is a signature of another length than the algorithm's.
    return (try? check.verify(token.signature, signs: token.signedBytes)) ?? false
  }
}
