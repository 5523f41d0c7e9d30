import NIOCore
import NIOPosix

/// Sends bytes as they are and reads what comes back: nothing between a test and the wire.
struct RawClient: Sendable {
  let port: Int

  /// One request on a connection of its own.
  func send(_ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8]? = nil) async throws -> Answer {
    var head = "\(method) \(target) HTTP/1.1\r\n"
    if !headers.contains(where: { $0.0.lowercased() == "host" }) { head += "Host: 127.0.0.1:\(port)\r\n" }
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if let body, !headers.contains(where: { $0.0.lowercased() == "content-length" }) { head += "Content-Length: \(body.count)\r\n" }
    let bytes = try await exchange(Array((head + "Connection: close\r\n\r\n").utf8) + (body ?? []))
    return try Answer(bytes)
  }

  /// Writes bytes to a new connection and reads until the server closes it.
  func exchange(_ bytes: [UInt8]) async throws -> [UInt8] {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(.minutes(10))
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(bytes: bytes))
      var received: [UInt8] = []
      for try await buffer in inbound { received.append(contentsOf: buffer.readableBytesView) }
      return received
    }
  }
}
