import Glibc

/// The part of a client's address that he cannot choose himself: an IPv4 address, or the /64 of an IPv6 address.
enum ClientOrigin {
  /// - Parameter address: as text; nil or something else than an address shares one origin.
  static func name(of address: String?) -> String {
    guard let address = address?.prefix(while: { $0 != "%" }) else { return "unknown" }
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, String(address), &bytes) == 1 { return dotted(bytes[..<4]) }
    guard inet_pton(AF_INET6, String(address), &bytes) == 1 else { return "unknown" }
    // ::ffff:a.b.c.d is an IPv4 client at a listener for both.
    if bytes[..<12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] { return dotted(bytes[12...]) }
    let words = stride(from: 0, to: 8, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    return words.map { String($0, radix: 16) }.joined(separator: ":") + "/64"
  }

  private static func dotted(_ bytes: ArraySlice<UInt8>) -> String { bytes.map { "\($0)" }.joined(separator: ".") }
}
