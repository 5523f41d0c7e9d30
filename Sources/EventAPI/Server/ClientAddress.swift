import Fanfare
import NIOCore

/// Where a request comes from: the connection's other end, or whom a proxy that is trusted names.
enum ClientAddress {
  /// - Parameters:
  ///   - peer: the connection's other end; nil if that is no IP address.
  ///   - forwarded: the values of `X-Forwarded-For`, in their order. Each proxy adds whom it was called by at the end, so only what stands
  ///     behind the first address that is no trusted proxy's is true; what is before it, the client may have made up.
  ///   - proxies: the networks whose word is taken.
  static func decide(peer: IPAddress?, forwarded: [String], proxies: [CIDR]) -> IPAddress? {
    guard var client = peer?.unmapped else { return nil }
    if proxies.isEmpty { return client }
    var hops = forwarded.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
    while proxies.contains(where: { $0.contains(client) }), let hop = hops.popLast() {
      // A proxy that does not say whom it speaks for speaks for itself.
      guard let named = IPAddress(hop: hop.trimmed) else { break }
      client = named
    }
    return client
  }
}

extension IPAddress {
  /// Reads an element of `X-Forwarded-For`: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`.
  fileprivate init?(hop: Substring) {
    var text = hop
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let rest = text[text.index(after: end)...]
      if !rest.isEmpty, !rest.isPort { return nil }
      text = text[text.index(after: text.startIndex)..<end]
      guard text.contains(":") else { return nil }
    } else if let colon = text.firstIndex(of: ":"), text[text.index(after: colon)...].firstIndex(of: ":") == nil {
      guard text[colon...].isPort else { return nil }
      text = text[..<colon]
    }
    guard let address = IPAddress(text) else { return nil }
    self = address.unmapped
  }

  /// A listener on `::` sees IPv4 as `::ffff:192.0.2.1`, and means the same machine.
  fileprivate var unmapped: IPAddress { family == .v6 && bits >> 32 == 0xffff ? embeddedV4(trailing: 0) : self }
}

extension Substring {
  /// `:` and a number of 16 bits.
  fileprivate var isPort: Bool { first == ":" && utf8.dropFirst().allSatisfy { 0x30...0x39 ~= $0 } && UInt16(dropFirst()) != nil }
}

extension SocketAddress {
  var ip: IPAddress? { ipAddress.flatMap { IPAddress($0) } }
}
