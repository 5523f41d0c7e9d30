import CRabbitMQ
import Fanfare
import Glibc
import Threading

/// What the publisher's thread does, from its first connection to its last confirm.
struct PublisherLoop: ~Copyable {
  private enum Phase {
    case publishing
    /// Begins nothing new, and waits for what is under way until then.
    case stopping(deadline: ContinuousClock.Instant)
    case abandoned
  }

  /// Bytes after which the socket is asked whether it takes more, so that a broker that reads nothing does not hold the thread.
  private static let bytesPerCheck = 16_384
  /// A broker that is not blocked and confirms nothing for this long is as good as gone.
  private static let confirmTimeout = Duration.seconds(60)

  private let configuration: AMQPConfiguration
  private let ground: AMQPPublisher.Ground
  private let mailbox: Mailbox<PublisherCommand>
  private let waker: Waker
  private let status: LinkStatus
  private let breaker: SocketBreaker

  private var phase = Phase.publishing
  private var queue = PublishQueue()
  private var window = ConfirmWindow<PublishQueue.Reference>(limit: 1000)
  private var knownExchanges: Set<String> = []
  private var isBlocked = false
  private var lastProgress = ContinuousClock.now
  private var arena = Arena()

  init(
    configuration: AMQPConfiguration, ground: AMQPPublisher.Ground, mailbox: Mailbox<PublisherCommand>, waker: Waker, status: LinkStatus,
    breaker: SocketBreaker
  ) {
    self.configuration = configuration
    self.ground = ground
    self.mailbox = mailbox
    self.waker = waker
    self.status = status
    self.breaker = breaker
  }

  mutating func run() {
    status.started()
    var reconnector = Reconnector(urls: configuration.urls)
    while case .publishing = phase {
      let start = ContinuousClock.now
      do {
        try connectAndServe(reconnector.url)
      } catch {
        let delay = reconnector.delay(afterFailureOfConnectionHeldFor: ContinuousClock.now - start)
        status.failed(error, retryIn: delay)
        wait(delay, because: error)
      }
    }
    obey()
    queue.fail(AMQPError(.stopped, "the publisher has stopped"))
    status.stopped()
  }

  private mutating func connectAndServe(_ url: AMQPURL) throws(AMQPError) {
    let connection = try Connection.open(url, name: configuration.connectionName + " publisher", heartbeat: configuration.heartbeat)
    breaker.insert(connection.descriptor)
    defer { breaker.remove() }
    do {
      try prepare(connection)
      status.connected(to: url)
      try serve(connection)
    } catch {
      breaker.remove()
      if error.code != .connectionLost { connection.close() }
      throw error
    }
    breaker.remove()
    connection.close()
  }

  private mutating func prepare(_ connection: borrowing Connection) throws(AMQPError) {
    switch ground {
    case .topology:
      let topology = Topology(configuration)
      try topology.ensure(declaring: configuration.declares, on: connection)
      knownExchanges = Set(topology.exchanges)
    case .nothing: knownExchanges = []
    }
    // The nameless exchange is always there, and may not be asked for.
    knownExchanges.insert("")
    try connection.selectConfirms()
    window = ConfirmWindow(limit: window.limit)
    isBlocked = false
    lastProgress = .now
  }

  /// One turn: what others want, what the broker has sent, send what there is room for, wait. Returns when it is time to say goodbye.
  private mutating func serve(_ connection: borrowing Connection) throws(AMQPError) {
    var assembler = ContentAssembler(epoch: 0)
    while true {
      obey()
      try receive(from: connection, &assembler)
      if isDone { return }
      let isStuck = try send(on: connection)
      if window.outstanding > 0, !isBlocked, ContinuousClock.now - lastProgress > Self.confirmTimeout {
        throw AMQPError(.confirmsMissing, "the broker at \(connection.url) has confirmed nothing for \(Self.confirmTimeout)")
      }
      let events = isStuck ? Int16(POLLIN | POLLOUT) : Int16(POLLIN)
      waker.poll([(connection.descriptor, events)], for: waitingTime(connection.heartbeat))
    }
  }

  /// Sends until the window is full or the socket takes no more.
  ///
  /// - Returns: whether it is the socket that there is to wait for.
  private mutating func send(on connection: borrowing Connection) throws(AMQPError) -> Bool {
    var unchecked = Self.bytesPerCheck
    while !isBlocked, window.hasRoom, let reference = queue.nextUnsent, let message = queue.message(reference) {
      if unchecked >= Self.bytesPerCheck {
        if !connection.isWritable { return true }
        unchecked = 0
      }
      queue.advance()
      if let fault = try refusal(of: message, on: connection) {
        queue.settle(reference, as: .refused(fault))
        continue
      }
      if window.outstanding == 0 { lastProgress = .now }
      // Entered first: if sending fails half-way, the message is unconfirmed and not unsent.
      window.published(reference)
      try connection.publish(message, using: &arena)
      unchecked += message.body.count + 256
    }
    return false
  }

  /// Why a message cannot be sent at all; nil if it can. Publishing to an exchange that is not there would cost the channel.
  private mutating func refusal(of message: PublishMessage, on connection: borrowing Connection) throws(AMQPError) -> String? {
    if let fault = message.fault { return fault }
    if knownExchanges.contains(message.exchange) { return nil }
    do {
      try connection.onThrowAwayChannel { connection throws(AMQPError) in try connection.declareExchange(message.exchange, type: nil) }
    } catch  where error.code == .closedByBroker && error.nativeCode == 404 {
      return "there is no exchange \"\(message.exchange)\" in the virtual host \"\(connection.url.virtualHost)\""
    } catch  where error.code == .closedByBroker && error.nativeCode == 403 {
      return "the user may not use the exchange \"\(message.exchange)\""
    }
    knownExchanges.insert(message.exchange)
    return nil
  }

  private mutating func receive(from connection: borrowing Connection, _ assembler: inout ContentAssembler) throws(AMQPError) {
    var frame = amqp_frame_t()
    while try connection.nextFrame(&frame) {
      switch try assembler.take(frame) {
      case .partial, .delivered: break
      case .returned(let message, let code, let reason):
        window.returned(because: "\(code) \(reason)") { reference in
          guard let sent = queue.message(reference) else { return false }
          return sent.routingKey == message.routingKey && sent.exchange == message.exchange && sent.messageID == message.messageID
            && sent.body == message.body
        }
      case .notContent: try heed(frame, on: connection)
      }
      connection.releaseBuffers()
    }
    connection.releaseBuffers()
  }

  /// A frame that is no part of a message.
  private mutating func heed(_ frame: amqp_frame_t, on connection: borrowing Connection) throws(AMQPError) {
    guard Int32(frame.frame_type) == AMQP_FRAME_METHOD else { return }
    let method = frame.payload.method
    if let error = connection.goodbye(method, on: frame.channel) { throw error }
    switch method.id {
    case amqp_method_number_t(AMQP_BASIC_ACK_METHOD):
      let ack = method.decoded.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee
      confirmed(upTo: ack.delivery_tag, isMultiple: ack.multiple != 0, isRefusal: false)
    case amqp_method_number_t(AMQP_BASIC_NACK_METHOD):
      let nack = method.decoded.assumingMemoryBound(to: amqp_basic_nack_t.self).pointee
      confirmed(upTo: nack.delivery_tag, isMultiple: nack.multiple != 0, isRefusal: true)
    case amqp_method_number_t(AMQP_CONNECTION_BLOCKED_METHOD):
      isBlocked = true
      let blocked = method.decoded.assumingMemoryBound(to: amqp_connection_blocked_t.self)
      status.blocked(by: connection.url, reason: String(blocked.pointee.reason))
    case amqp_method_number_t(AMQP_CONNECTION_UNBLOCKED_METHOD):
      isBlocked = false
      lastProgress = .now
      status.unblocked(by: connection.url)
    default: break
    }
  }

  private mutating func confirmed(upTo tag: UInt64, isMultiple: Bool, isRefusal: Bool) {
    lastProgress = .now
    window.confirmed(upTo: tag, isMultiple: isMultiple, isRefusal: isRefusal) { queue.settle($0, as: $1) }
  }

  // MARK: What others want

  private mutating func obey() {
    for command in mailbox.drain() {
      switch command {
      case .publish(let job): queue.append(job)
      case .cancel(let number): queue.cancel(job: number)
      case .stop:
        if case .publishing = phase { phase = .stopping(deadline: .now + configuration.stopTimeout) }
      case .abandon: phase = .abandoned
      }
    }
  }

  private var isDone: Bool {
    switch phase {
    case .publishing: false
    case .stopping(let deadline): queue.isEmpty || ContinuousClock.now >= deadline
    case .abandoned: true
    }
  }

  // MARK: Waiting

  private func waitingTime(_ heartbeat: Duration) -> Duration {
    switch phase {
    case .publishing, .abandoned: heartbeat / 2
    case .stopping(let deadline): max(.zero, min(heartbeat / 2, deadline - .now))
    }
  }

  /// Nobody waits for a broker that is away: what was asked for, and what is asked for meanwhile, fails with the reason.
  private mutating func wait(_ delay: Duration, because error: AMQPError) {
    let end = ContinuousClock.now + delay
    while true {
      obey()
      queue.fail(error)
      let rest = end - .now
      guard case .publishing = phase, rest > .zero else { return }
      waker.poll([], for: rest)
    }
  }
}
