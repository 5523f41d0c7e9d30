internal import Crypto
internal import Fanfare

/// Signs and verifies webhooks as Standard Webhooks 1.0 has it: HMAC-SHA256 over `id.timestamp.body`.
public struct StandardWebhookSignature: Sendable {
  /// What a secret's text begins with; standard base64 of the key's bytes follows.
  public static let secretPrefix = "whsec_"

  /// How far a receiver lets the timestamp be from its own clock.
  public static let tolerance: Duration = .seconds(300)

  /// With the key taken in already: each signature begins with a copy.
  private let keyed: HMAC<SHA256>

  /// Nil unless `secret` is base64 of at least one byte, behind `whsec_` or bare.
  public init?(secret: String) {
    let text = secret.hasPrefix(Self.secretPrefix) ? secret.dropFirst(Self.secretPrefix.count) : secret[...]
    guard let bytes = Base64.decode(text), !bytes.isEmpty else { return nil }
    keyed = HMAC(key: SymmetricKey(data: bytes))
  }

  /// One entry of the header `webhook-signature`: `v1,` and the base64 of the code.
  ///
  /// - Parameter timestamp: seconds since 1970, as in `webhook-timestamp`.
  public func sign(id: String, timestamp: Int64, body: [UInt8]) -> String { sign(id: id, timestamp: String(timestamp), body: body) }

  func sign(id: String, timestamp: String, body: [UInt8]) -> String {
    let code = code(id: id, timestamp: timestamp, body: body)
    return code.withUnsafeBytes { "v1," + Base64.encode($0) }
  }

  /// Whether one of the entries of a `webhook-signature` header is this secret's. Takes the same time wherever a wrong one differs.
  ///
  /// - Parameters:
  ///   - timestamp: the text of `webhook-timestamp`, as it came. Whether it is near enough is the caller's to judge (``tolerance``).
  ///   - header: the value of `webhook-signature`: entries with a space between.
  public func verify(id: String, timestamp: String, body: [UInt8], header: String) -> Bool {
    let expected = Array(code(id: id, timestamp: timestamp, body: body))
    var isValid = false
    for entry in header.split(separator: " ") where entry.hasPrefix("v1,") {
      guard let given = Base64.decode(entry.dropFirst(3)) else { continue }
      if Self.isEqual(given, expected) { isValid = true }
    }
    return isValid
  }

  private func code(id: String, timestamp: String, body: [UInt8]) -> HMAC<SHA256>.MAC {
    var hmac = keyed
    // A short body is signed in one go with what stands before it; a long one is not worth a copy.
    let isShort = body.count <= 4_096
    var head: [UInt8] = []
    head.reserveCapacity(64 + (isShort ? body.count : 0))
    head.append(contentsOf: id.utf8)
    head.append(UInt8(ascii: "."))
    head.append(contentsOf: timestamp.utf8)
    head.append(UInt8(ascii: "."))
    if isShort { head.append(contentsOf: body) }
    hmac.update(data: head)
    if !isShort { hmac.update(data: body) }
    return hmac.finalize()
  }

  private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
