import Fanfare
import Glibc

extension IPAddress {
  /// The address inside a `sockaddr` of at least `length` bytes; nil for families that are not IP.
  init?(_ address: UnsafeRawPointer, length: Int) {
    guard length >= MemoryLayout<sa_family_t>.size else { return nil }
    switch Int32(address.loadUnaligned(as: sa_family_t.self)) {
    case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
      self.init(v4: UInt32(bigEndian: address.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
    case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
      let bytes = address.loadUnaligned(as: sockaddr_in6.self).sin6_addr
      self.init(family: .v6, bits: withUnsafeBytes(of: bytes) { $0.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } })
    default: return nil
    }
  }
}
