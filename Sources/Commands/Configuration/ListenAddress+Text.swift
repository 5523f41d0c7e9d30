import EventAPI
import Fanfare

extension ListenAddress {
  /// Reads `host:port` and `[IPv6]:port`.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), case let digits = text[text.index(after: colon)...], !digits.isEmpty,
      digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let port = UInt16(digits)
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
      guard IPAddress(host)?.family == .v6 else { return nil }
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "@") }) else {
      return nil
    }
    self.init(host: String(host), port: Int(port))
  }

  /// Whether only this machine can reach it.
  var isLoopback: Bool {
    guard let address = IPAddress(host) else { return host.lowercased() == "localhost" }
    return address.family == .v4 ? address.bits >> 24 == 127 : address.bits == 1
  }
}
