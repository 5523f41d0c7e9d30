import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Reckoning
import Synchronization

/// Takes all webhooks of a round on loopback and writes each down. The path of a request is the subscription.
final class MatrixReceiver: Sendable {
  typealias Answer = @Sendable (_ subscription: String, _ event: String, _ earlier: Int) -> (status: Int, milliseconds: Int64)

  private struct State {
    var requests: [ReceivedRequest] = []
    var counts: [String: Int] = [:]
    var connections = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  /// What the handlers of connections share with the receiver.
  private final class Journal: Sendable {
    let state = Mutex(State())
    let answer: Answer

    init(_ answer: @escaping Answer) { self.answer = answer }

    func take(_ head: HTTPRequestHead) -> (status: Int, milliseconds: Int64) {
      let subscription = String(head.uri.dropFirst())
      let delivery = head.headers.first(name: "webhook-id") ?? ""
      let event = head.headers.first(name: "X-Event-Id") ?? ""
      return state.withLock { state in
        let earlier = state.counts[delivery, default: 0]
        state.counts[delivery] = earlier + 1
        let answer = answer(subscription, event, earlier)
        state.requests.append(
          ReceivedRequest(
            time: Int64(Date().timeIntervalSince1970 * 1e9), subscription: subscription, delivery: delivery, event: event,
            status: answer.status))
        return answer
      }
    }

    func opened() { state.withLock { $0.connections += 1 } }

    func closed() {
      let waiters = state.withLock { state in
        state.connections -= 1
        if state.connections > 0 { return [CheckedContinuation<Void, Never>]() }
        defer { state.waiters = [] }
        return state.waiters
      }
      for waiter in waiters { waiter.resume() }
    }
  }

  let url: String
  private let channel: any Channel
  private let journal: Journal

  private init(_ channel: any Channel, _ journal: Journal) {
    self.channel = channel
    self.journal = journal
    url = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
  }

  static func start(_ answer: @escaping Answer) async throws -> MatrixReceiver {
    let journal = Journal(answer)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 1_024).serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        journal.opened()
        channel.closeFuture.whenComplete { _ in journal.closed() }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Handler(journal))
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    return MatrixReceiver(channel, journal)
  }

  func stop() async throws { try await channel.close() }

  /// All so far, in the order in which they came.
  var requests: [ReceivedRequest] { journal.state.withLock { $0.requests } }

  /// Waits until nobody is connected: what a sender that died had sent is read by then.
  func quiet() async {
    await withCheckedContinuation { continuation in
      let isQuiet = journal.state.withLock { state in
        if state.connections == 0 { return true }
        state.waiters.append(continuation)
        return false
      }
      if isQuiet { continuation.resume() }
    }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let journal: Journal
    private var head: HTTPRequestHead?

    init(_ journal: Journal) { self.journal = journal }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): self.head = head
      case .body: break
      case .end:
        guard let head else { return }
        let (status, milliseconds) = journal.take(head)
        if milliseconds == 0 { return answer(status, context) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) { bound.value.0.answer(status, bound.value.1) }
      }
    }

    private func answer(_ status: Int, _ context: ChannelHandlerContext) {
      let headers = HTTPHeaders([("Content-Length", "0")])
      let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
