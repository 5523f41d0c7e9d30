import Fanfare

/// The keys of a JWKS document (RFC 7517) that can check JWTs, and why the others cannot.
struct JSONWebKeySet: Sendable {
  static let maximumBytes = 1 << 20

  let keys: [VerificationKey]
  /// A sentence for each key that was left out.
  let ignored: [String]

  /// - Throws: a sentence that goes on after the document's name, if it is not a JWKS or no key of it can be used.
  init(parsing bytes: [UInt8]) async throws(KeySetError) {
    if bytes.count > Self.maximumBytes { throw KeySetError("is longer than 1 MiB") }
    let document: JSONValue
    do {
      document = try JSONValue(parsing: bytes, repeatedKeys: .lastCounts)
    } catch {
      throw KeySetError("is not JSON: \(error)")
    }
    guard case .array(let elements)? = document["keys"] else { throw KeySetError("is not a JWKS: it has no array \"keys\"") }
    var keys: [VerificationKey] = []
    var ignored: [String] = []
    for (index, element) in elements.enumerated() {
      do {
        keys.append(try await Self.key(element))
      } catch {
        let name = element["kid"]?.stringValue.map { " (\($0.prefix(64)))" } ?? ""
        ignored.append("key \(index + 1)\(name) \(error.description)")
      }
    }
    if keys.isEmpty {
      throw KeySetError("holds no key that can check a JWT" + (ignored.isEmpty ? "" : ": " + ignored.prefix(8).joined(separator: "; ")))
    }
    self.keys = keys
    self.ignored = ignored
  }

  /// The key fixes the algorithm: by its `alg`, else RS256 for RSA, the curve's own for EC, and EdDSA for Ed25519.
  private static func key(_ jwk: JSONValue) async throws(KeySetError) -> VerificationKey {
    if let use = jwk["use"], use != "sig" { throw KeySetError("is not for signatures") }
    if case .array(let operations)? = jwk["key_ops"], !operations.contains("verify") { throw KeySetError("is not for checking signatures") }
    let id = jwk["kid"]?.stringValue
    let fitting: [SignatureAlgorithm]
    switch (jwk["kty"]?.stringValue, jwk["crv"]?.stringValue) {
    case ("RSA", _): fitting = [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]
    case ("EC", "P-256"): fitting = [.es256]
    case ("EC", "P-384"): fitting = [.es384]
    case ("EC", "P-521"): fitting = [.es512]
    case ("OKP", "Ed25519"): fitting = [.edDSA]
    // A shared secret that stands in a list of public keys is shared with everybody.
    case ("oct", _): throw KeySetError("is a shared secret; auth.jwt.secret is the place for that")
    default: throw KeySetError("is of a type or curve that is not known here")
    }
    let algorithm: SignatureAlgorithm
    switch jwk["alg"] {
    case nil: algorithm = fitting[0]
    case .string(let name)?:
      guard let named = SignatureAlgorithm(rawValue: name), fitting.contains(named) else {
        throw KeySetError("has an algorithm that does not fit its type, or is not known here")
      }
      algorithm = named
    default: throw KeySetError("has an alg that is not a string")
    }
    do {
      return try await make(jwk, algorithm, id: id)
    } catch {
      throw KeySetError("has missing or bad numbers, or is too short")
    }
  }

  private static func make(_ jwk: JSONValue, _ algorithm: SignatureAlgorithm, id: String?) async throws -> VerificationKey {
    func number(_ name: String) throws -> String {
      guard let text = jwk[name]?.stringValue else { throw KeySetError("has no \(name)") }
      return text
    }
    switch algorithm {
    case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512:
      return try await VerificationKey(rsaModulus: number("n"), exponent: number("e"), algorithm: algorithm, id: id)
    case .es256, .es384, .es512: return try await VerificationKey(ecX: number("x"), y: number("y"), algorithm: algorithm, id: id)
    case .edDSA: return try await VerificationKey(ed25519X: number("x"), id: id)
    case .hs256: preconditionFailure("no type of key fits HS256 here")
    }
  }
}

/// What is wrong with a JWKS, or with getting it, to go on after its name.
public struct KeySetError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
