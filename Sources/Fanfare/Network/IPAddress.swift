import Glibc

/// An IPv4 or IPv6 address as a number.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  public enum Family: Sendable, Hashable {
    case v4
    case v6

    /// Bits of an address.
    public var width: Int { self == .v4 ? 32 : 128 }
  }

  public let family: Family
  /// The address, big-endian; an IPv4 address is in the low 32 bits.
  public let bits: UInt128

  public init(family: Family, bits: UInt128) {
    self.family = family
    self.bits = bits
  }

  public init(v4 bits: UInt32) {
    self.init(family: .v4, bits: UInt128(bits))
  }

  /// Reads `192.0.2.1` or `2001:db8::1`; nil for anything else, zones and short forms like `127.1` included.
  public init?(_ text: some StringProtocol) {
    let text = String(text)
    // To C, the text would end there.
    if text.utf8.contains(0) { return nil }
    var v4 = in_addr()
    var v6 = in6_addr()
    if inet_pton(AF_INET, text, &v4) == 1 {
      self.init(v4: UInt32(bigEndian: v4.s_addr))
    } else if inet_pton(AF_INET6, text, &v6) == 1 {
      self.init(family: .v6, bits: withUnsafeBytes(of: v6) { $0.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } })
    } else {
      return nil
    }
  }

  public var description: String {
    switch family {
    case .v4: (0..<4).map { String(UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0))) }.joined(separator: ".")
    case .v6:
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
        var bigEndian = bits.bigEndian
        // The buffer is as long as the longest text, so this cannot fail.
        inet_ntop(AF_INET6, &bigEndian, text.baseAddress, socklen_t(text.count))
        return text.baseAddress.map { String(cString: $0) } ?? "::"
      }
    }
  }

  /// The IPv4 address in the 32 bits that end `trailing` bits before the address's end.
  public func embeddedV4(trailing: Int) -> IPAddress {
    IPAddress(v4: UInt32(truncatingIfNeeded: bits >> UInt128(trailing)))
  }
}
