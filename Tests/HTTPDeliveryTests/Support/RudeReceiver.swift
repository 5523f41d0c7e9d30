import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A receiver that doesn't speak HTTP as it should: it is handed the bare connection once the request's first bytes are there.
final class RudeReceiver: Sendable {
  let port: Int
  private let channel: any Channel
  private let accepted: NIOLockedValueBox<[any Channel]>

  init(_ behave: @escaping @Sendable (any Channel) -> Void) async throws {
    let accepted = NIOLockedValueBox<[any Channel]>([])
    self.accepted = accepted
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          accepted.withLockedValue { $0.append(channel) }
          try channel.pipeline.syncOperations.addHandler(Handler(behave: behave))
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    port = channel.localAddress?.port ?? 0
  }

  var url: String { "http://127.0.0.1:\(port)/hook" }
  var connections: Int { accepted.withLockedValue { $0.count } }

  func close() async throws {
    try await channel.close()
    for channel in accepted.withLockedValue({ $0 }) { try? await channel.close() }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let behave: @Sendable (any Channel) -> Void
    private var hasBehaved = false

    init(behave: @escaping @Sendable (any Channel) -> Void) { self.behave = behave }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      if hasBehaved { return }
      hasBehaved = true
      behave(context.channel)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}

extension Channel {
  func say(_ text: String) { writeAndFlush(ByteBuffer(string: text), promise: nil) }

  /// Closes with a reset instead of an orderly end.
  func reset() {
    guard let socket = self as? any SocketOptionProvider else { preconditionFailure("only sockets can be reset") }
    socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in self.close(promise: nil) }
  }

  /// Writes `text` again and again until the other side has had enough.
  func sayForever(_ text: String) {
    writeAndFlush(ByteBuffer(string: text)).whenSuccess { self.sayForever(text) }
  }
}
