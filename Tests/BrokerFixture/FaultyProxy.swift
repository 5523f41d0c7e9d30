import Foundation
import Synchronization

/// A TCP proxy to a port on 127.0.0.1 that can fall silent without closing anything, as a network does when a cable is pulled.
public final class FaultyProxy: Sendable {
  private struct State {
    /// Connections made before this number was raised get nothing through any more.
    var silentBelow = 0
    var connections = 0
    var isClosed = false
  }

  /// Where to connect to.
  public let port: Int
  private let listener: Int32
  private let state = Mutex(State())

  public init(to target: Int) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = FreePorts.loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { [listener] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    if !isListening { throw BrokerFixtureError("the proxy found no free port") }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { self.accept(to: target) }
  }

  /// From now on nothing passes through the connections that there are; both ends stay open. New ones work.
  public func silenceConnections() { state.withLock { $0.silentBelow = $0.connections } }

  /// Takes no more connections. Those that there are end when one of their ends does.
  public func close() {
    state.withLock { $0.isClosed = true }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func accept(to target: Int) {
    while true {
      let client = Foundation.accept(listener, nil, nil)
      if client < 0 || state.withLock({ $0.isClosed }) { break }
      let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = FreePorts.loopback(port: target)
      let isConnected = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
      }
      if !isConnected {
        Foundation.close(client)
        Foundation.close(server)
        continue
      }
      let number = state.withLock { state in
        defer { state.connections += 1 }
        return state.connections
      }
      Thread.detachNewThread { self.copy(from: client, to: server, of: number) }
      Thread.detachNewThread { self.copy(from: server, to: client, of: number) }
    }
    Foundation.close(listener)
  }

  private func copy(from source: Int32, to sink: Int32, of number: Int) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(source, &buffer, buffer.count, 0)
      if count <= 0 { break }
      // What was under way is dropped, as the network would.
      if state.withLock({ number < $0.silentBelow }) { continue }
      var sent = 0
      while sent < count {
        let step = buffer.withUnsafeBytes { send(sink, $0.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL)) }  // never empty
        if step <= 0 { break }
        sent += step
      }
      if sent < count { break }
    }
    // Each end is closed by the thread that reads it; the other one is told.
    if !state.withLock({ number < $0.silentBelow }) { shutdown(sink, Int32(SHUT_RDWR)) }
    Foundation.close(source)
  }
}
