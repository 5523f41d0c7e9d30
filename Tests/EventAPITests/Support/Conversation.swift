import NIOCore
import NIOPosix
import NIOSSL

/// One connection that a test writes to and reads from piece by piece.
struct Conversation {
  struct Ended: Error { let received: String }

  let writer: NIOAsyncChannelOutboundWriter<ByteBuffer>
  fileprivate var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  private var received = ""

  fileprivate init(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) {
    self.inbound = inbound.makeAsyncIterator()
    writer = outbound
  }

  func send(_ text: String) async throws { try await writer.write(ByteBuffer(string: text)) }

  /// Everything up to and with `marker`.
  mutating func read(until marker: String) async throws -> String {
    while true {
      if let end = received.firstRange(of: marker)?.upperBound {
        defer { received = String(received[end...]) }
        return String(received[..<end])
      }
      guard let part = try await inbound.next() else { throw Ended(received: received) }
      received += String(buffer: part)
    }
  }

  /// Everything until the server closes its half.
  mutating func readToEnd() async throws -> String {
    while let part = try await inbound.next() { received += String(buffer: part) }
    return received
  }
}

extension RawClient {
  /// - Parameter tls: for a server that speaks TLS.
  func converse<Result: Sendable>(
    tls: NIOSSLContext? = nil, _ body: @Sendable (inout Conversation) async throws -> Result
  ) async throws -> Result {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(.minutes(10))
      .channelOption(.allowRemoteHalfClosure, value: true)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: tls, serverHostname: "localhost")) }
          return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      var conversation = Conversation(inbound, outbound)
      return try await body(&conversation)
    }
  }
}
