extension IPAddress {
  /// The address that a URL's host spells, in any of the ways that resolvers and browsers take: `192.0.2.1`, `127.1`, `2130706433`,
  /// `0177.0.0.1`, `0x7f.1`, `[::1]`, each with a dot behind it, too. Nil for names.
  public init?(urlHost host: some StringProtocol) {
    if host.hasPrefix("["), host.hasSuffix("]") {
      // What follows a percent sign is a zone: the same address on one of several networks.
      guard let address = IPAddress(host.dropFirst().dropLast().prefix { $0 != "%" }) else { return nil }
      self = address
      return
    }
    let parts = (host.hasSuffix(".") ? host.dropLast() : host[...]).split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Self.number($0) }
    guard (1...4).contains(parts.count), numbers.count == parts.count, let last = numbers.last else { return nil }
    // Each number but the last is a byte; the last fills what is left.
    guard numbers.dropLast().allSatisfy({ $0 <= 255 }), last < 1 << UInt64(8 * (5 - parts.count)) else { return nil }
    let leading = numbers.dropLast().enumerated().reduce(UInt64(0)) { $0 | $1.element << UInt64(24 - 8 * $1.offset) }
    self.init(v4: UInt32(leading | last))
  }

  /// Decimal, octal behind a `0`, hexadecimal behind `0x`.
  private static func number(_ text: some StringProtocol) -> UInt64? {
    let lowercased = text.lowercased()
    guard lowercased.utf8.first.map({ $0 &- 0x30 < 10 }) == true else { return nil }
    if lowercased.hasPrefix("0x") { return lowercased == "0x" ? 0 : UInt64(lowercased.dropFirst(2), radix: 16) }
    return UInt64(lowercased, radix: lowercased.hasPrefix("0") ? 8 : 10)
  }
}
