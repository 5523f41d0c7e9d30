import NIOCore
import NIOHTTP1
import NIOPosix

/// Takes webhooks on loopback, and answers as it is told.
final class BenchmarkReceiver: Sendable {
  struct Request: Sendable {
    let path: String
    let event: String
  }

  enum Answer: Sendable {
    case status(Int)
    /// The request is taken, and nothing ever comes back.
    case never
  }

  let port: Int
  private let channel: any Channel

  private init(_ channel: any Channel) {
    self.channel = channel
    port = channel.localAddress?.port ?? 0
  }

  static func start(_ answer: @escaping @Sendable (Request) -> Answer) async throws -> BenchmarkReceiver {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 1_024).serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
          try channel.pipeline.syncOperations.addHandler(Handler(answer))
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    return BenchmarkReceiver(channel)
  }

  func stop() async throws { try await channel.close() }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: @Sendable (Request) -> Answer
    private var head: HTTPRequestHead?

    init(_ answer: @escaping @Sendable (Request) -> Answer) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): self.head = head
      case .body: break
      case .end:
        guard let head else { return }
        guard case .status(let status) = answer(Request(path: head.uri, event: head.headers.first(name: "X-Event-Id") ?? "")) else {
          return
        }
        let headers = HTTPHeaders([("Content-Length", "0")])
        context.write(
          wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers))),
          promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      }
    }
  }
}
