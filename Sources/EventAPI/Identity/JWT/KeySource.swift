/// Where the keys come from that JWTs are checked with.
public protocol KeySource: Sendable {
  /// The keys that may have signed a token; none if there is no such key.
  ///
  /// - Throws: ``AuthenticationFailure/unavailable`` if no keys could be had yet.
  func keys(for query: KeyQuery) async throws(AuthenticationFailure) -> FittingKeys
}

/// What a token says of the key that it was signed with.
public struct KeyQuery: Sendable, Hashable {
  /// `kid`; without one, every key of the algorithm may be it.
  let id: String?
  let algorithm: SignatureAlgorithm
}

public struct FittingKeys: Sendable {
  let keys: [VerificationKey]
}

extension [VerificationKey] {
  func fitting(_ query: KeyQuery) -> FittingKeys {
    FittingKeys(keys: filter { $0.algorithm == query.algorithm && (query.id == nil || $0.id == query.id) })
  }

  /// Whether a key of that name is among these, whatever it is for.
  func know(_ id: String?) -> Bool { id == nil || contains { $0.id == id } }
}

/// One secret, which whoever makes tokens shares with this service: HS256.
public struct SharedSecret: KeySource {
  /// Shorter ones are refused (RFC 7518 §3.2).
  public static let minimumBytes = VerificationKey.minimumSecretBytes

  private let key: VerificationKey

  /// - Parameter secret: at least ``minimumBytes`` long.
  public init(_ secret: String) async throws { key = try await VerificationKey(secret: secret) }

  /// There is only one, so a token's `kid` does not matter.
  public func keys(for query: KeyQuery) -> FittingKeys { [key].fitting(KeyQuery(id: nil, algorithm: query.algorithm)) }
}
