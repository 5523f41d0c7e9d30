import Fanfare

/// The part of a client's address that he cannot choose himself: an IPv4 address, or the /64 of an IPv6 address.
enum ClientOrigin {
  /// - Parameter address: nil shares one origin.
  static func name(of address: IPAddress?) -> String {
    guard let address else { return "unknown" }
    switch address.family {
    case .v4: return address.description
    case .v6: return CIDR(address, 64).description
    }
  }
}
