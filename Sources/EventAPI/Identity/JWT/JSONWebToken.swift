import Fanfare

/// A JWT in its compact form (RFC 7519, RFC 7515 §3.1), taken apart and not yet believed.
struct JSONWebToken: Sendable {
  /// As long as half of all headers of a request may be; a token with hundreds of groups is shorter.
  static let maximumBytes = 16 * 1024

  /// What the header says of itself. It decides nothing: a key decides how its signatures are checked.
  let algorithm: SignatureAlgorithm
  let keyID: String?
  /// What the signature is made over: header and payload as they came.
  let signedBytes: [UInt8]
  let signature: [UInt8]
  private let payload: [UInt8]

  /// Nil for what cannot be a token that is accepted here: three parts of unpadded base64url, a header with an algorithm that is known
  /// here and without `crit`, of which no member is understood. `jwk`, `jku`, `x5c` and `x5u`, with which a token would bring its own
  /// key, are not looked at.
  init?(_ text: String) {
    guard text.utf8.count <= Self.maximumBytes else { return nil }
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let head = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
      let signature = Base64URL.decode(parts[2]), !signature.isEmpty, let header = try? JSONValue(parsing: head),
      let algorithm = header["alg"]?.stringValue.flatMap(SignatureAlgorithm.init), header["crit"] == nil
    else { return nil }
    switch header["kid"] {
    case nil: keyID = nil
    case .string(let id)?: keyID = id
    default: return nil
    }
    self.algorithm = algorithm
    self.payload = payload
    self.signature = signature
    signedBytes = Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1])
  }

  /// The claims: an object in which no name stands twice. Nil if the payload is something else.
  var claims: JSONValue? {
    guard let json = try? JSONValue(parsing: payload), case .object = json else { return nil }
    return json
  }
}
