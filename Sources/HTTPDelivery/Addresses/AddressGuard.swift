public import Fanfare

/// Judges the addresses that attempts would connect to: only public ones, and what the operator allows.
///
/// Asked after DNS with the address that is about to be connected to, never with a name, so that no name can change its mind in
/// between. Whoever may write a subscription could otherwise make this service call its own network.
public struct AddressGuard: Sendable {
  public enum Verdict: Hashable, Sendable {
    case allowed
    /// With what kind of address it is: `a private address (10.0.0.0/8)`.
    case refused(String)
  }

  /// Networks that are allowed although they are special (`delivery.allowNetworks`).
  public let allowed: [CIDR]

  public init(allowing allowed: [CIDR] = []) {
    self.allowed = allowed
  }

  public func verdict(for address: IPAddress) -> Verdict {
    if allowed.contains(where: { $0.contains(address) }) { return .allowed }
    if let inner = Self.embedded(in: address) { return verdict(for: inner) }
    for special in address.family == .v4 ? SpecialNetwork.v4 : SpecialNetwork.v6 where special.network.contains(address) {
      return .refused("\(special.name) (\(special.network))")
    }
    // Everything that IANA has given out for the public IPv6 Internet is in here.
    if address.family == .v6, !SpecialNetwork.globalUnicast.contains(address) { return .refused("not a public address") }
    return .allowed
  }

  /// The IPv4 address that traffic for an IPv6 address ends at, where that is part of it.
  private static func embedded(in address: IPAddress) -> IPAddress? {
    if SpecialNetwork.mapped.contains(address) || SpecialNetwork.nat64.contains(address) { return address.embeddedV4(trailing: 0) }
    if SpecialNetwork.sixToFour.contains(address) { return address.embeddedV4(trailing: 80) }
    return nil
  }
}

/// A network that is not of the public Internet (IANA's special-purpose registries for IPv4 and IPv6, and what clouds have put beside them).
struct SpecialNetwork: Sendable {
  let network: CIDR
  let name: String

  /// The narrower ones first: the name of the first that fits is shown.
  static let v4: [SpecialNetwork] = [
    v4(169, 254, 169, 254, 32, "a cloud's metadata address"),
    v4(168, 63, 129, 16, 32, "a cloud's metadata address"),
    v4(100, 100, 100, 200, 32, "a cloud's metadata address"),
    v4(255, 255, 255, 255, 32, "the broadcast address"),
    v4(0, 0, 0, 0, 8, "an address of this host"),
    v4(10, 0, 0, 0, 8, "a private address"),
    v4(100, 64, 0, 0, 10, "a carrier's private address"),
    v4(127, 0, 0, 0, 8, "a loopback address"),
    v4(169, 254, 0, 0, 16, "a link-local address"),
    v4(172, 16, 0, 0, 12, "a private address"),
    v4(192, 0, 0, 0, 24, "an address for protocols"),
    v4(192, 0, 2, 0, 24, "an address for documentation"),
    v4(192, 31, 196, 0, 24, "an address for protocols"),
    v4(192, 52, 193, 0, 24, "an address for protocols"),
    v4(192, 88, 99, 0, 24, "a 6to4 relay's address"),
    v4(192, 168, 0, 0, 16, "a private address"),
    v4(192, 175, 48, 0, 24, "an address for protocols"),
    v4(198, 18, 0, 0, 15, "an address for benchmarks"),
    v4(198, 51, 100, 0, 24, "an address for documentation"),
    v4(203, 0, 113, 0, 24, "an address for documentation"),
    v4(224, 0, 0, 0, 4, "a multicast address"),
    v4(240, 0, 0, 0, 4, "a reserved address"),
  ]

  static let v6: [SpecialNetwork] = [
    v6(0, 128, "the unspecified address"),
    v6(1, 128, "the loopback address"),
    v6(0xfd00_0ec2 << 96 | 0x254, 128, "a cloud's metadata address"),
    v6(0, 96, "an IPv4-compatible address"),
    v6(0x0064_ff9b_0001 << 80, 48, "a local translator's address"),
    v6(0x0100 << 112, 64, "a discarded address"),
    v6(0x2001 << 112, 23, "an address for protocols"),
    v6(0x2001_0db8 << 96, 32, "an address for documentation"),
    v6(0x2620_004f_8000 << 80, 48, "an address for protocols"),
    v6(0x3fff << 112, 20, "an address for documentation"),
    v6(0x5f00 << 112, 16, "an address for segment routing"),
    v6(0xfc00 << 112, 7, "a private address"),
    v6(0xfe80 << 112, 10, "a link-local address"),
    v6(0xfec0 << 112, 10, "a site-local address"),
    v6(0xff00 << 112, 8, "a multicast address"),
  ]

  static let mapped = v6(0xffff << 32, 96, "").network
  static let nat64 = v6(0x0064_ff9b << 96, 96, "").network
  static let sixToFour = v6(0x2002 << 112, 16, "").network
  static let globalUnicast = v6(0x2000 << 112, 3, "").network

  private static func v4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ prefix: Int, _ name: String) -> SpecialNetwork {
    SpecialNetwork(network: CIDR(IPAddress(v4: a << 24 | b << 16 | c << 8 | d), prefix), name: name)
  }

  private static func v6(_ bits: UInt128, _ prefix: Int, _ name: String) -> SpecialNetwork {
    SpecialNetwork(network: CIDR(IPAddress(family: .v6, bits: bits), prefix), name: name)
  }
}
