/// A network: all addresses that begin with the same bits (`10.0.0.0/8`, `fd00::/8`).
public struct CIDR: Hashable, Sendable, CustomStringConvertible {
  /// The network's first address.
  public let address: IPAddress
  /// How many leading bits are the network's.
  public let prefix: Int

  /// Why a text is not a network, as a sentence for the operator.
  public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
  }

  /// Reads `10.0.0.0/8`, `fd00::/8`, or a single address.
  ///
  /// - Throws: ``ParseError`` if the address or the prefix does not parse, or if bits beyond the prefix are set: whoever writes
  ///   `10.1.2.3/8` may mean one machine or sixteen million of them, and this decides what may be connected to.
  public init(parsing text: String) throws(ParseError) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(parts[0]) else {
      throw ParseError(description: "\"\(text)\" is not a network: \"\(parts[0])\" is neither an IPv4 nor an IPv6 address")
    }
    let width = address.family.width
    var prefix = width
    if parts.count == 2 {
      guard let number = Int(parts[1]), parts[1].utf8.allSatisfy({ 0x30...0x39 ~= $0 }), number <= width else {
        throw ParseError(description: "\"\(text)\" is not a network: the prefix \"\(parts[1])\" must be a number from 0 to \(width)")
      }
      prefix = number
    }
    let network = CIDR(address, prefix)
    guard network.address == address else {
      throw ParseError(
        description:
          "\"\(text)\" has bits set beyond its prefix; write \(network) for the whole network or \(address)/\(width) for one address")
    }
    self = network
  }

  /// The network of `prefix` bits that `address` is in.
  public init(_ address: IPAddress, _ prefix: Int) {
    self.address = IPAddress(family: address.family, bits: address.bits & Self.mask(address.family, prefix))
    self.prefix = prefix
  }

  public func contains(_ other: IPAddress) -> Bool {
    other.family == address.family && other.bits & Self.mask(address.family, prefix) == address.bits
  }

  public var description: String { "\(address)/\(prefix)" }

  private static func mask(_ family: IPAddress.Family, _ prefix: Int) -> UInt128 {
    let host = family.width - prefix
    // A shift by the whole width gives 0 in Swift, which is what a prefix of 0 wants.
    let all: UInt128 = family == .v4 ? UInt128(UInt32.max) : .max
    return (all >> UInt128(host)) << UInt128(host)
  }
}
