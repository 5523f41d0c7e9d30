import Logging
import NIOCore

/// Stands in front of a listening socket: an `accept` that fails (no file descriptors, a connection that is gone already) must not end the
/// listener, which is what the server would make of it.
final class AcceptErrors: ChannelInboundHandler {
  typealias InboundIn = any Channel

  /// Until it is tried again: what waits in the backlog would otherwise be tried, and fail, without a pause.
  private static let pause = TimeAmount.milliseconds(100)
  /// Between two lines in the log.
  private static let silence = TimeAmount.seconds(10)

  private let metrics: ConnectionMetrics
  private let logger: Logger
  private var isPaused = false
  private var lastLine: NIODeadline?

  init(metrics: ConnectionMetrics, logger: Logger) {
    self.metrics = metrics
    self.logger = logger
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if isPaused { return }
    metrics.refused(.noDescriptors)
    let now = NIODeadline.now()
    if lastLine.map({ now - $0 >= Self.silence }) ?? true {
      lastLine = now
      logger.error("Connections cannot be accepted", metadata: ["error": "\(error)"])
    }
    rest(context)
  }

  /// The socket stays ready as long as somebody waits in the backlog, so it must not even be looked at.
  private func rest(_ context: ChannelHandlerContext) {
    guard let options = context.channel.syncOptions else { return }
    isPaused = true
    try? options.setOption(.autoRead, value: false)
    let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: Self.pause) {
      let (handler, context) = loopBound.value
      handler.isPaused = false
      try? context.channel.syncOptions?.setOption(.autoRead, value: true)
    }
  }
}
