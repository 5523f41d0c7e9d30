internal import Fanfare

/// A proxy that all attempts go through: `http://`, `https://`, `socks5://` (names are resolved here) or `socks5h://` (by the proxy), with a
/// host, and perhaps a user and a password, percent-encoded, and a port.
public struct ProxyURL: Sendable, Hashable {
  /// As it was written; it may hold a password.
  let text: String

  /// Nil if the text is none.
  public init?(_ text: String) {
    let scheme = ["http://", "https://", "socks5://", "socks5h://"].first { text.lowercased().hasPrefix($0) }
    guard let scheme, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    var authority = text.dropFirst(scheme.utf8.count)
    if authority.hasSuffix("/") { authority = authority.dropLast() }
    guard !authority.contains(where: { "/?#\\".contains($0) }), authority.count(where: { $0 == "@" }) <= 1 else { return nil }
    let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let host = place.hasPrefix("[") ? place.prefix { $0 != "]" } + "]" : place.prefix { $0 != ":" }
    let port = place.dropFirst(host.count)
    let isAddress = !host.hasPrefix("[") || place.contains("]") && IPAddress(urlHost: host) != nil
    let isPort = port.isEmpty || port.hasPrefix(":") && (1...65_535).contains(UInt32(port.dropFirst()) ?? 0)
    guard !host.isEmpty, isAddress, isPort else { return nil }
    self.text = text
  }
}
