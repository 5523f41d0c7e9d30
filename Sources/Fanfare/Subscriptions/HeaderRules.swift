/// The rules for headers that a subscription adds to its requests.
enum HeaderRules {
  static let maximumCount = 50
  static let maximumValueLength = 8_192

  private static let hopByHop: Set<String> = [
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding",
    "upgrade",
  ]
  private static let ours: Set<String> = [
    "content-encoding", "content-length", "content-type", "expect", "host", "traceparent", "user-agent", "x-delivery-attempt", "x-event-id",
    "x-event-replay-of", "x-event-type",
  ]

  /// What is wrong with a name, as a sentence; nil if nothing is.
  static func fault(ofName name: String) -> String? {
    let quoted = DocumentObject.quoted(name)
    guard (1...256).contains(name.utf8.count), name.utf8.allSatisfy(isTokenByte) else {
      return "a header's name is 1 to 256 letters, digits and !#$%&'*+-.^_`|~, and \(quoted) is not"
    }
    let lowercased = name.lowercased()
    if hopByHop.contains(lowercased) { return "\(quoted) is about a single connection and cannot be set" }
    if ours.contains(lowercased) || lowercased.hasPrefix("webhook-") { return "\(quoted) is set by the service and cannot be replaced" }
    return nil
  }

  static func fault(ofValue value: String) -> String? {
    if value.isEmpty { return "a header's value must not be empty" }
    if value.utf8.count > maximumValueLength {
      return "a header's value may have at most \(maximumValueLength) bytes, and this one has \(value.utf8.count)"
    }
    return value.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? "a header's value must not hold control characters, line breaks included" : nil
  }

  /// RFC 9110 §5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    byte.isASCIILetterOrDigit || "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }
}
