import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// Stands behind the HTTP decoder of one connection: holds its client to the listener's limits, answers what the decoder refuses, and
/// sees to it that a connection ends where it cannot go on.
///
/// What comes in is decided by ``ConnectionState``; what goes out by ``AnsweredRequest``. Used on the connection's event loop only.
final class ConnectionGuard: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  struct Configuration: Sendable {
    var limits: ListenerLimits
    var metrics: ConnectionMetrics
    var logger: Logger
    /// The headers of an answer that no route has made.
    var headers: @Sendable () -> HTTPHeaders
  }

  private let configuration: Configuration
  private let isAdmitted: Bool
  private var state: ConnectionState
  /// Those whose answer is not complete, the one that is being answered first.
  private var requests: [AnsweredRequest] = []
  /// To be told once what came before is answered.
  private var owed: (refusal: Refusal, error: APIError)?
  /// Bytes of the request line that have come.
  private var lineLength = 0
  private var hasWholeLine = false
  /// Whether the last answer has been given: nothing is sent any more, and what comes is thrown away.
  private var isOver = false
  private var look: RepeatedTask?

  /// - Parameter isAdmitted: whether the connection is not one too many.
  init(_ configuration: Configuration, isAdmitted: Bool) {
    self.configuration = configuration
    self.isAdmitted = isAdmitted
    state = ConnectionState(limits: configuration.limits, at: .now())
  }

  // MARK: Its life

  func handlerAdded(context: ChannelHandlerContext) {
    let limits = configuration.limits
    let shortest = TimeAmount(min(limits.idleTimeout, limits.headerTimeout, limits.bodyTimeout, ListenerLimits.lingerTime))
    let interval = max(TimeAmount.milliseconds(2), TimeAmount.nanoseconds(shortest.nanoseconds / 4))
    let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    look = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
      let (handler, context) = loopBound.value
      handler.judge(context)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    look?.cancel()
    look = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    look?.cancel()
    look = nil
    context.fireChannelInactive()
  }

  private func judge(_ context: ChannelHandlerContext) {
    let buffered = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    switch state.verdict(at: .now(), buffered: buffered) {
    case .patience: break
    case .close(let refusal):
      if let refusal { note(refusal, context) }
      context.close(promise: nil)
    case .answer(let refusal): refuse(refusal, context)
    case .fail(let refusal):
      note(refusal, context)
      requests.withLast { $0.isBroken = true }
      context.fireErrorCaught(refusal)
    }
  }

  // MARK: In

  /// Called for what the decoder is about to get.
  func bytesArrived(_ bytes: ByteBufferView) {
    if state.phase != .head { (lineLength, hasWholeLine) = (0, false) }
    state.bytesArrived(at: .now())
    if state.phase != .head || hasWholeLine { return }
    let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
    lineLength += bytes.distance(from: bytes.startIndex, to: end ?? bytes.endIndex)
    hasWholeLine = end != nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isOver || owed != nil { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      if !isAdmitted { return refuse(.tooManyConnections, context) }
      if let fault = head.fault { return refuseInTurn(.malformed, .malformedRequest(fault), context) }
      state.headArrived(at: .now())
      requests.append(AnsweredRequest(head))
    case .body(let part):
      state.bodyArrived(part.readableBytes)
      requests.withLast { $0.bodyArrived(part.readableBytes) }
    case .end:
      state.requestEnded(at: .now())
      requests.withLast { $0.isComplete = true }
    }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    state.readEnded(at: .now())
    // Nobody else reads any more, and the client has to come to its end.
    if isOver { context.read() } else { context.fireChannelReadComplete() }
  }

  func read(context: ChannelHandlerContext) {
    state.readBegan(at: .now())
    context.read()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case let error as HTTPParserError: parserFailed(error, context)
    // What comes behind bytes that could not be read cannot be read either.
    case is ByteToMessageDecoderError: break
    // A client that goes away without TLS's good-bye is no error: HTTP says where a message ends.
    case NIOSSLError.uncleanShutdown: break
    default:
      if state.phase == .opened, error is NIOSSLError || error is BoringSSLError { note(.handshake, context) }
      context.fireErrorCaught(error)
    }
  }

  private func parserFailed(_ error: HTTPParserError, _ context: ChannelHandlerContext) {
    if isOver || owed != nil { return }
    let refusal: Refusal =
      if case .headerOverflow = error { lineLength > ListenerLimits.maximumHeadBytes ? .targetTooLong : .headTooLarge } else { .malformed }
    if let last = requests.last, !last.isComplete {
      // Whoever reads the body is told, and answers.
      note(refusal, context)
      requests.withLast { $0.isBroken = true }
      context.fireErrorCaught(error)
    } else {
      refuseInTurn(refusal, APIError(error, of: refusal), context)
    }
  }

  /// Refuses a request once those before it are answered.
  private func refuseInTurn(_ refusal: Refusal, _ error: APIError, _ context: ChannelHandlerContext) {
    if requests.isEmpty { refuse(refusal, error: error, context) } else { owed = (refusal, error) }
  }

  // MARK: Out

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !isOver, !requests.isEmpty else {
      promise?.fail(ChannelError.outputClosed)
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(var head):
      if head.status == .payloadTooLarge { note(.bodyTooLarge, context) }
      requests[0].answer(with: &head)
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body(let part):
      state.wrote(part.readableBytes, at: .now())
      if requests[0].hasNoAnswerBody { promise?.succeed() } else { context.write(data, promise: promise) }
    case .end:
      // The encoder does not know that this answers HEAD, and would end a body that there is none of.
      if requests[0].hasNoAnswerBody { promise?.succeed() } else { context.write(data, promise: promise) }
      answered(context)
    }
  }

  private func answered(_ context: ChannelHandlerContext) {
    let request = requests.removeFirst()
    state.answered(at: .now())
    if request.endsConnection {
      end(context)
    } else if requests.isEmpty, let owed {
      refuse(owed.refusal, error: owed.error, context)
    }
  }

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
    guard event is BodyInvitation else { return context.triggerUserOutboundEvent(event, promise: promise) }
    promise?.succeed()
    guard !isOver, !requests.isEmpty, requests[0].takeInvitation() else { return }
    context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    switch mode {
    case .output: endOutput(context, promise: promise)
    case .input, .all: context.close(mode: mode, promise: promise)
    }
  }

  // MARK: Ends

  /// Says what is wrong, where nothing is being answered, and ends the connection.
  private func refuse(_ refusal: Refusal, error: APIError? = nil, _ context: ChannelHandlerContext) {
    note(refusal, context)
    let error = error ?? refusal.error
    let body = error.body
    var headers = configuration.headers()
    for field in error.headers { headers.add(name: field.name.rawName, value: field.value) }
    headers.add(name: "Content-Type", value: "application/json")
    headers.add(name: "Content-Length", value: String(body.count))
    headers.add(name: "Connection", value: "close")
    let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: error.status.code), headers: headers)
    state.wrote(body.count, at: .now())
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    context.write(wrapOutboundOut(.end(nil)), promise: nil)
    end(context)
  }

  /// Closes our half behind what is written, and waits a little for the client to have read it and to close his.
  private func end(_ context: ChannelHandlerContext) {
    isOver = true
    context.flush()
    endOutput(context, promise: nil)
    context.read()
  }

  private func endOutput(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
    isOver = true
    state.closes(at: .now())
    let ended = promise ?? context.eventLoop.makePromise()
    let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
    // The clock for lingering begins once everything is on its way, however long a slow reader takes for that.
    ended.futureResult.whenComplete { _ in loopBound.value.state.ended(at: .now()) }
    context.close(mode: .output, promise: ended)
  }

  private func note(_ refusal: Refusal, _ context: ChannelHandlerContext) {
    configuration.metrics.refused(refusal)
    configuration.logger.debug(
      "request refused", metadata: ["reason": "\(refusal.rawValue)", "client": "\(context.remoteAddress?.ipAddress ?? "unknown")"])
  }
}

extension APIError {
  /// The parser's own words, where they say more than the reason.
  fileprivate init(_ error: HTTPParserError, of refusal: Refusal) {
    self = refusal == .malformed ? APIError(error) : refusal.error
  }
}

extension [AnsweredRequest] {
  fileprivate mutating func withLast(_ change: (inout AnsweredRequest) -> Void) {
    if !isEmpty { change(&self[count - 1]) }
  }
}
