import Glibc

/// A port on loopback whose queue of connections is full and which nobody empties: the kernel leaves further ones without an answer.
struct FullListener {
  let port: Int
  private let descriptors: [Int32]

  private struct SystemError: Error {
    let number = errno
  }

  init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if listener < 0 { throw SystemError() }
    var descriptors = [listener]
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 0) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    if !isListening { throw SystemError() }
    port = Int(UInt16(bigEndian: address.sin_port))
    // A queue of length 0 holds one; the others stay half open.
    for _ in 0..<3 {
      let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      descriptors.append(client)
      _ = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, length) } }
    }
    self.descriptors = descriptors
  }

  var url: String { "http://127.0.0.1:\(port)/hook" }

  func close() {
    for descriptor in descriptors { _ = Glibc.close(descriptor) }
  }
}
