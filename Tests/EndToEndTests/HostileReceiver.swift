import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A receiver on a bare socket that misbehaves as the path of the request says.
final class HostileReceiver: Sendable {
  enum Manner: String, CaseIterable, Sendable {
    case silent, drips, endlessBody, endlessHead, reset, half, garbage, continues, splits, redirects

    /// What `outcome` an attempt at it may come to.
    var outcomes: Set<String> {
      switch self {
      case .silent, .drips, .half: ["timed_out"]
      case .endlessBody: ["succeeded"]
      case .endlessHead, .reset, .garbage, .continues: ["broken"]
      case .splits: ["http_500"]
      case .redirects: ["http_302"]
      }
    }
  }

  private let channel: any Channel
  let url: String

  init() async throws {
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 1024)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Handler()) }
      }.bind(host: "127.0.0.1", port: 0).get()
    url = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
  }

  func close() async throws { try await channel.close() }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var buffer = unwrapInboundIn(data)
      let text = buffer.readString(length: buffer.readableBytes) ?? ""
      guard text.hasPrefix("POST /"), let manner = Manner(rawValue: String(text.dropFirst(6).prefix { $0.isLetter })) else { return }
      manner.behave(on: context.channel)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}

extension HostileReceiver.Manner {
  fileprivate func behave(on channel: any Channel) {
    switch self {
    case .silent: break
    case .drips:
      channel.say("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
      let task = channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(100)) { _ in channel.say("x") }
      channel.closeFuture.whenComplete { _ in task.cancel() }
    case .endlessBody:
      channel.say("HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
      channel.sayForever(String(repeating: "x", count: 16_384))
    case .endlessHead:
      channel.say("HTTP/1.1 200 OK\r\n")
      channel.sayForever("x: y\r\n")
    case .reset:
      guard let socket = channel as? any SocketOptionProvider else { return }
      socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
    case .half: channel.say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
    case .garbage: channel.say("\0\u{1}\u{2}\r\n\r\n")
    case .continues: channel.sayForever("HTTP/1.1 102 Processing\r\n\r\n")
    // A success that nobody asked for lies behind the failure.
    case .splits: channel.say("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    case .redirects: channel.say("HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n")
    }
  }
}

extension Channel {
  fileprivate func say(_ text: String) { writeAndFlush(ByteBuffer(string: text), promise: nil) }

  /// Until the other side has had enough.
  fileprivate func sayForever(_ text: String) {
    writeAndFlush(ByteBuffer(string: text)).whenSuccess { self.sayForever(text) }
  }
}
