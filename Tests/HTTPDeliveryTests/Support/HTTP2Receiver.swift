import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL

/// A receiver that speaks as much of HTTP/2 (RFC 9113) as it takes to say goodbye, over TLS.
final class HTTP2Receiver: Sendable {
  enum Manner: Sendable {
    /// Each connection ends with a GOAWAY that takes no stream.
    case refuses(code: UInt8)
    /// Each request is answered with 200, and then a GOAWAY says that it was the connection's last.
    case leavesAfterAnswer
  }

  let port: Int
  private let channel: any Channel
  private let counts = NIOLockedValueBox((connections: 0, requests: 0))

  init(certificate: Certificate, _ manner: Manner) async throws {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(certificate.certificate).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.key, format: .pem)))
    configuration.applicationProtocols = ["h2"]
    let context = try NIOSSLContext(configuration: configuration)
    let counts = counts
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          counts.withLockedValue { $0.connections += 1 }
          try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
          try channel.pipeline.syncOperations.addHandler(
            Handler { stream, channel in
              counts.withLockedValue { $0.requests += 1 }
              manner.answer(stream, on: channel)
            })
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    port = channel.localAddress?.port ?? 0
  }

  var url: String { "https://localhost:\(port)/hook" }
  var connections: Int { counts.withLockedValue { $0.connections } }
  var requests: Int { counts.withLockedValue { $0.requests } }

  func close() async throws { try await channel.close() }

  /// Reads frames, and tells of each request's last.
  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let request: (UInt32, any Channel) -> Void
    private var received: [UInt8] = []
    private var hasPreface = false

    init(request: @escaping (UInt32, any Channel) -> Void) { self.request = request }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      received += Array(unwrapInboundIn(data).readableBytesView)
      if !hasPreface, received.count >= 24 {
        hasPreface = true
        received.removeFirst(24)
        context.channel.writeAndFlush(ByteBuffer(bytes: Frame.bytes(.settings)), promise: nil)
      }
      while hasPreface, received.count >= 9 {
        let length = Int(received[0]) << 16 | Int(received[1]) << 8 | Int(received[2])
        guard received.count >= 9 + length else { return }
        let kind = received[3]
        let isLast = received[4] & 1 != 0
        let stream = received[5..<9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        received.removeFirst(9 + length)
        // DATA or HEADERS with END_STREAM.
        if kind <= 1, isLast { request(stream, context.channel) }
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}

extension HTTP2Receiver.Manner {
  fileprivate func answer(_ stream: UInt32, on channel: any Channel) {
    switch self {
    case .refuses(let code):
      channel.writeAndFlush(ByteBuffer(bytes: Frame.bytes(.goAway(lastStream: 0, code: code)))).whenComplete { _ in
        channel.close(promise: nil)
      }
    case .leavesAfterAnswer:
      let frames = Frame.bytes(.answer(stream: stream)) + Frame.bytes(.goAway(lastStream: stream, code: 0))
      channel.writeAndFlush(ByteBuffer(bytes: frames), promise: nil)
    }
  }
}

private enum Frame {
  case settings
  /// The head of a 200 without a body: END_STREAM and END_HEADERS.
  case answer(stream: UInt32)
  case goAway(lastStream: UInt32, code: UInt8)

  static func bytes(_ frame: Frame) -> [UInt8] {
    switch frame {
    case .settings: [0, 0, 0, 4, 0, 0, 0, 0, 0]
    // 0x88 is HPACK's entry for `:status: 200`.
    case .answer(let stream): [0, 0, 1, 1, 5] + number(stream) + [0x88]
    case .goAway(let lastStream, let code): [0, 0, 8, 7, 0, 0, 0, 0, 0] + number(lastStream) + [0, 0, 0, code]
    }
  }

  private static func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
}
