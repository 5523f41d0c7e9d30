/// The rules for a URL that deliveries are sent to.
enum EndpointURL {
  static let maximumLength = 2_048

  /// What is wrong with a text as an endpoint's URL, as a sentence that says what is allowed; nil if nothing is.
  static func fault(of text: String) -> String? {
    let bytes = Array(text.utf8)
    let quoted = DocumentObject.quoted(text)
    if bytes.count > maximumLength { return "a URL may have at most \(maximumLength) characters, and this one has \(bytes.count)" }
    for byte in bytes {
      switch byte {
      case 0...0x20, 0x7F: return "a URL must not hold spaces or control characters; write them as %20 and the like"
      case 0x80...: return "a URL must be ASCII: write a host's name in its xn-- form and other characters as %XX; \(quoted) is not"
      case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"):
        return "a URL must not hold '\(Character(Unicode.Scalar(byte)))'; write it as %XX"
      default: break
      }
    }
    let lowercased = text.lowercased()
    guard let scheme = ["http://", "https://"].first(where: lowercased.hasPrefix) else {
      return "a URL must start with http:// or https://, and \(quoted) does not"
    }
    if bytes.contains(UInt8(ascii: "#")) { return "a URL must not have a fragment ('#'): it is never sent" }
    let authority = bytes.dropFirst(scheme.utf8.count).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    if authority.contains(UInt8(ascii: "@")) {
      return "a URL must not hold a user name or password: URLs are shown and logged; use headers or the path"
    }
    return fault(ofAuthority: authority, quoted: quoted)
  }

  private static func fault(ofAuthority authority: ArraySlice<UInt8>, quoted: String) -> String? {
    let host: ArraySlice<UInt8>
    let afterHost: ArraySlice<UInt8>
    if authority.first == UInt8(ascii: "[") {
      guard let end = authority.firstIndex(of: UInt8(ascii: "]")), isIPv6(authority[authority.startIndex + 1..<end]) else {
        return "the URL \(quoted) has a host in brackets that is no IPv6 address"
      }
      host = authority[...end]
      afterHost = authority[(end + 1)...]
    } else {
      host = authority.prefix { $0 != UInt8(ascii: ":") }
      afterHost = authority[host.endIndex...]
      if !isName(host) { return "the URL \(quoted) must name a host: letters, digits, '-', '_' and single dots between them" }
    }
    if afterHost.isEmpty { return nil }
    let digits = afterHost.dropFirst()
    guard afterHost.first == UInt8(ascii: ":"), let port = Int(String(decoding: digits, as: UTF8.self)), (1...65_535).contains(port),
      digits.allSatisfy({ $0 &- 0x30 < 10 })
    else { return "the URL \(quoted) has a port that is not between 1 and 65535" }
    return nil
  }

  private static func isName(_ host: ArraySlice<UInt8>) -> Bool {
    // One dot may end the name.
    let name = host.last == UInt8(ascii: ".") ? host.dropLast() : host
    return name.count <= 253
      && name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.count) && label.allSatisfy { $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
      }
  }

  /// Looks at the characters only; the library underneath reads the address.
  private static func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
    text.count >= 2 && text.count <= 45 && text.contains(UInt8(ascii: ":"))
      && text.allSatisfy { $0.hexadecimalDigit != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
  }
}

extension UInt8 {
  var isASCIILetterOrDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
    default: false
    }
  }
}
