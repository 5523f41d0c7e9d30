import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Ports on 127.0.0.1.
public enum FreePorts {
  /// Below the range that Linux takes ports from for port 0 and for outgoing connections: none of these is given to somebody else between
  /// the look and the broker's start.
  private static let range = 20_000..<32_000

  private static let taken = Mutex<Set<Int>>([])

  /// Ports that nobody listens on, each given out once.
  public static func take(_ count: Int) throws -> [Int] {
    try (0..<count).map { _ in
      for port in range.shuffled().prefix(200) where isFree(port) {
        if taken.withLock({ $0.insert(port).inserted }) { return port }
      }
      throw BrokerFixtureError("no free port")
    }
  }

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: port)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
    }
  }

  /// Whether something accepts connections there.
  public static func answers(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: port)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
    }
  }

  static func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return address
  }
}
