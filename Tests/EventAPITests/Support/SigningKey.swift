import CryptoExtras
import Fanfare
import Foundation
import JWTKit

/// A key that makes JWTs, with what a JWKS says of it.
struct SigningKey: Sendable {
  let name: String
  let id: String?
  /// The public key as a JWK; null for a shared secret.
  var jwk: JSONValue
  private let algorithm: any JWTAlgorithm

  private init(
    _ name: String, id: String?, jwk: [String: String], _ fill: (isolated JWTKeyCollection) throws -> Void
  ) async throws {
    self.name = name
    self.id = id
    var members = jwk.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) }
    members.append(.init("alg", .string(name)))
    if let id { members.append(.init("kid", .string(id))) }
    self.jwk = .object(members)
    let keys = JWTKeyCollection()
    try await fill(keys)
    algorithm = try await keys.getKey()
  }

  static func secret(_ text: String, id: String? = nil) async throws -> SigningKey {
    try await SigningKey("HS256", id: id, jwk: [:]) { $0.add(hmac: HMACKey(from: text), digestAlgorithm: .sha256) }
  }

  /// - Parameter name: the algorithm's.
  static func make(_ name: String, id: String? = "k1") async throws -> SigningKey {
    switch name {
    case "ES256":
      let key = ES256PrivateKey()
      return try await SigningKey(name, id: id, jwk: ec("P-256", key.parameters)) { $0.add(ecdsa: key) }
    case "ES384":
      let key = ES384PrivateKey()
      return try await SigningKey(name, id: id, jwk: ec("P-384", key.parameters)) { $0.add(ecdsa: key) }
    case "ES512":
      let key = ES512PrivateKey()
      return try await SigningKey(name, id: id, jwk: ec("P-521", key.parameters)) { $0.add(ecdsa: key) }
    case "EdDSA":
      let key = try EdDSA.PrivateKey()
      let jwk = ["kty": "OKP", "crv": "Ed25519", "x": base64URL(key.publicKey.rawRepresentation)]
      return try await SigningKey(name, id: id, jwk: jwk) { $0.add(eddsa: key) }
    default: return try await rsa(name, id: id, JWTKit.Insecure.RSA.PrivateKey(backing: .init(keySize: .bits2048)))
    }
  }

  static func rsa(_ name: String, id: String?, _ key: JWTKit.Insecure.RSA.PrivateKey) async throws -> SigningKey {
    let numbers = try key.publicKey.getKeyPrimitives()
    let jwk = ["kty": "RSA", "n": base64URL(numbers.modulus), "e": base64URL(numbers.publicExponent)]
    let digest: DigestAlgorithm = name.hasSuffix("256") ? .sha256 : name.hasSuffix("384") ? .sha384 : .sha512
    return try await SigningKey(name, id: id, jwk: jwk) { keys in
      if name.hasPrefix("PS") { keys.add(pss: key, digestAlgorithm: digest) } else { keys.add(rsa: key, digestAlgorithm: digest) }
    }
  }

  private static func ec(_ curve: String, _ point: ECDSAParameters?) throws -> [String: String] {
    guard let point, let x = Data(base64Encoded: point.x), let y = Data(base64Encoded: point.y) else {
      throw CocoaError(.coderInvalidValue)
    }
    return ["kty": "EC", "crv": curve, "x": base64URL(x), "y": base64URL(y)]
  }

  /// A token with these claims: ann's, good for an hour, unless something else is said. A claim that is null is left out.
  func token(_ claims: [String: JSONValue] = [:], header more: [String: JSONValue] = [:]) throws -> String {
    var header: [String: JSONValue] = ["typ": "JWT", "alg": .string(name)]
    if let id { header["kid"] = .string(id) }
    header.merge(more) { $1 }
    let now = MemoryStore.now.seconds
    let all: [String: JSONValue] = ["preferred_username": "ann", "groups": ["payments"], "exp": .integer(now + 3600), "iat": .integer(now)]
    return try sign(header: Self.document(header), payload: Self.document(all.merging(claims) { $1 }))
  }

  /// Signs whatever these bytes are.
  func sign(header: [UInt8], payload: [UInt8]) throws -> String {
    let signed = "\(Self.base64URL(header)).\(Self.base64URL(payload))"
    return "\(signed).\(Self.base64URL(try algorithm.sign(Array(signed.utf8))))"
  }

  static func document(_ members: [String: JSONValue]) -> [UInt8] {
    JSONValue.object(members.filter { !$0.value.isNull }.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }).bytes
  }

  static func base64URL(_ bytes: some Sequence<UInt8>) -> String {
    Base64.encode(bytes).replacing("+", with: "-").replacing("/", with: "_").filter { $0 != "=" }
  }
}

extension [SigningKey] {
  var jwks: [UInt8] { JSONValue.object([.init("keys", .array(map(\.jwk)))]).bytes }
}
