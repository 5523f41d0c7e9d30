import Foundation
import ServiceFixture

/// Listens on a port of loopback: the system takes connections, and nobody ever answers.
enum SilentListener {
  /// - Parameter body: gets the URL; the port is given back when it returns.
  static func serving(_ body: (String) async throws -> Void) async throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    if !isListening { throw ServiceFailure(description: "a port could not be had") }
    try await body("http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))")
  }
}
