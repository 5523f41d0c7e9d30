import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A real HTTP receiver on loopback, on a port of its own, that keeps what came in.
final class Receiver: Sendable {
  struct Request: Sendable {
    var method: String
    var path: String
    var headers: HTTPHeaders
    var body: [UInt8]
  }

  struct Answer: Sendable {
    var status = 204
    var headers: [(String, String)] = []
    var body: [UInt8] = []
    /// The answer is given once this has come.
    var after: EventLoopFuture<Void>?
  }

  let port: Int
  private let channel: any Channel
  private let state: NIOLockedValueBox<State>

  private struct State {
    var requests: [Request] = []
    var connections = 0
  }

  init(tls: NIOSSLContext? = nil, answer: @escaping @Sendable (Request) -> Answer = { _ in Answer() }) async throws {
    let state = NIOLockedValueBox(State())
    self.state = state
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          state.withLockedValue { $0.connections += 1 }
          if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(
            Handler { request in
              state.withLockedValue { $0.requests.append(request) }
              return answer(request)
            })
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    port = channel.localAddress?.port ?? 0
  }

  var url: String { "http://127.0.0.1:\(port)/hook?token=secret" }
  var requests: [Request] { state.withLockedValue { $0.requests } }
  var connections: Int { state.withLockedValue { $0.connections } }

  func close() async throws { try await channel.close() }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: (Request) -> Answer
    private var request = Request(method: "", path: "", headers: [:], body: [])

    init(answer: @escaping (Request) -> Answer) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): request = Request(method: head.method.rawValue, path: head.uri, headers: head.headers, body: [])
      case .body(let bytes): request.body += Array(bytes.readableBytesView)
      case .end:
        let answer = answer(request)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        guard let after = answer.after else { return write(answer, context) }
        after.hop(to: context.eventLoop).whenComplete { _ in bound.value.0.write(answer, bound.value.1) }
      }
    }

    private func write(_ answer: Answer, _ context: ChannelHandlerContext) {
      var headers = HTTPHeaders(answer.headers)
      if answer.status != 204 { headers.add(name: "content-length", value: String(answer.body.count)) }
      let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
