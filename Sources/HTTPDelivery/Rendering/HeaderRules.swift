internal import Fanfare

/// What may stand in the headers of a request.
enum HeaderRules {
  /// Headers that a subscription cannot set: the service's own, those that belong to one connection, and those that frame the body.
  private static let reserved: Set<String> = [
    "connection", "content-encoding", "content-length", "content-type", "expect", "host", "keep-alive", "proxy-authenticate",
    "proxy-authorization", "proxy-connection", "te", "traceparent", "trailer", "transfer-encoding", "upgrade", "user-agent",
    "x-delivery-attempt", "x-event-id", "x-event-replay-of", "x-event-type",
  ]

  static func isReserved(_ name: String) -> Bool {
    let name = name.lowercased()
    return reserved.contains(name) || name.hasPrefix("webhook-")
  }

  /// What is wrong with a subscription's header, as a sentence; nil if nothing is.
  static func fault(of header: Subscription.Header) -> String? {
    guard !header.name.isEmpty, header.name.utf8.allSatisfy(isTokenCharacter) else {
      return "the header name \"\(visible(header.name))\" is not one: only letters, digits and !#$%&'*+-.^_`|~ may stand in it"
    }
    guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      return "the value of the header \(header.name) holds a line break or another control character"
    }
    return nil
  }

  /// RFC 9110 §5.6.2.
  private static func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  /// A value that any text can be put into: all but visible ASCII is percent-encoded, and so is `%`, so that it can be undone.
  static func visible(_ text: String) -> String {
    if text.utf8.withContiguousStorageIfAvailable({ $0.allSatisfy(isVisible) }) ?? text.utf8.allSatisfy(isVisible) { return text }
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if isVisible(byte) { bytes.append(byte) } else { bytes.appendPercentEncoded(byte) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "%") }

  /// W3C Trace Context: lower-case hexadecimal digits and dashes, at least version, trace, parent and flags.
  static func isTraceparent(_ text: String) -> Bool {
    (55...128).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0 || $0 == UInt8(ascii: "-")
      }
  }
}

extension [UInt8] {
  /// Appends `%` and two upper-case hexadecimal digits (RFC 3986 §2.1).
  mutating func appendPercentEncoded(_ byte: UInt8) {
    let digits: StaticString = "0123456789ABCDEF"
    append(UInt8(ascii: "%"))
    append(digits.utf8Start[Int(byte >> 4)])
    append(digits.utf8Start[Int(byte & 15)])
  }
}
