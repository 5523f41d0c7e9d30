import CRabbitMQ
import Failpoints
import Fanfare
import Glibc
import Logging
import Metrics
import Threading

/// What the consumer's thread does, from its first connection to its last acknowledgement.
struct ConsumerLoop: ~Copyable {
  private enum Phase {
    case consuming
    /// Takes no more messages; acknowledges those that were taken, up to this tag, until then.
    case stopping(lastTaken: UInt64, deadline: ContinuousClock.Instant)
    case abandoned
  }

  private static let consumerTag = "fanfare"

  private let configuration: AMQPConfiguration
  private let batches: BatchStream<InboundMessage>
  private let mailbox: Mailbox<AMQPConsumer.Command>
  private let waker: Waker
  private let status: LinkStatus
  private let logger: Logger
  private let metrics: ConsumerMetrics

  private var phase = Phase.consuming
  private var epoch: UInt64 = 0
  /// Tags of the present epoch; they count from 1 without a gap.
  private var lastReceived: UInt64 = 0
  private var lastAcknowledged: UInt64 = 0

  init(
    configuration: AMQPConfiguration, batches: BatchStream<InboundMessage>, mailbox: Mailbox<AMQPConsumer.Command>, waker: Waker,
    status: LinkStatus, metrics: ConsumerMetrics, logger: Logger
  ) {
    self.configuration = configuration
    self.batches = batches
    self.mailbox = mailbox
    self.waker = waker
    self.status = status
    self.metrics = metrics
    self.logger = logger
  }

  mutating func run() {
    status.started()
    var reconnector = Reconnector(urls: configuration.urls)
    while case .consuming = phase {
      let start = ContinuousClock.now
      do {
        try connectAndServe(reconnector.url)
      } catch {
        forgetConnection()
        let delay = reconnector.delay(afterFailureOfConnectionHeldFor: ContinuousClock.now - start)
        status.failed(error, retryIn: delay)
        wait(delay)
      }
    }
    batches.finish()
    status.stopped()
  }

  private mutating func connectAndServe(_ url: AMQPURL) throws(AMQPError) {
    let connection = try Connection.open(url, name: configuration.connectionName, heartbeat: configuration.heartbeat)
    do {
      try Topology(configuration).ensure(declaring: configuration.declares, on: connection)
      try connection.consume(queue: configuration.queue, tag: Self.consumerTag, prefetch: configuration.prefetch)
      epoch += 1
      status.connected(to: url)
      try serve(connection)
    } catch {
      if error.code != .connectionLost { connection.close() }
      throw error
    }
    connection.close()
  }

  /// One turn: what others want, what the broker has sent, hand over, wait for either. Returns when it is time to say goodbye.
  private mutating func serve(_ connection: borrowing Connection) throws(AMQPError) {
    var assembler = ContentAssembler(epoch: epoch)
    while true {
      try obey(on: connection)
      if isDone { return }
      let batch = try receive(from: connection, &assembler)
      // While stopping, what still comes is not ours any more: closing gives it back to the queue.
      if case .consuming = phase, let last = batch.last {
        lastReceived = last.token.tag
        metrics.messages.increment(by: batch.count)
        metrics.unacknowledged.record(Int64(lastReceived - lastAcknowledged))
        Failpoint.batchHandedOver.reach()
        batches.send(batch)
      }
      poll([connection.descriptor], for: waitingTime(connection.heartbeat))
    }
  }

  private func receive(from connection: borrowing Connection, _ assembler: inout ContentAssembler) throws(AMQPError) -> [InboundMessage] {
    var batch: [InboundMessage] = []
    var frame = amqp_frame_t()
    var held = 0
    while try connection.nextFrame(&frame) {
      Failpoint.frameRead.reach()
      switch try assembler.take(frame) {
      case .delivered(let message):
        batch.append(message)
        Failpoint.messageCopied.reach()
      case .partial: break
      // We publish nothing here; and a header or body frame alone is refused by the assembler.
      case .returned: break
      case .notContent: try heed(frame, on: connection)
      }
      // Everything is copied by now; giving back costs something, so not after each frame.
      held += 1
      if held == 64 {
        held = 0
        connection.releaseBuffers()
      }
    }
    connection.releaseBuffers()
    return batch
  }

  /// A frame that is no part of a message.
  private func heed(_ frame: amqp_frame_t, on connection: borrowing Connection) throws(AMQPError) {
    guard Int32(frame.frame_type) == AMQP_FRAME_METHOD else { return }
    if let error = connection.goodbye(frame.payload.method, on: frame.channel) { throw error }
    switch frame.payload.method.id {
    case amqp_method_number_t(AMQP_BASIC_CANCEL_METHOD):
      throw AMQPError(
        .consumerCancelled, "the broker cancelled the consumer: the queue \"\(configuration.queue)\" was deleted or has lost its leader")
    case amqp_method_number_t(AMQP_CONNECTION_BLOCKED_METHOD):
      let blocked = frame.payload.method.decoded.assumingMemoryBound(to: amqp_connection_blocked_t.self)
      status.blocked(by: connection.url, reason: String(blocked.pointee.reason))
    case amqp_method_number_t(AMQP_CONNECTION_UNBLOCKED_METHOD): status.unblocked(by: connection.url)
    default: break
    }
  }

  // MARK: What others want

  private mutating func obey(on connection: borrowing Connection) throws(AMQPError) {
    var upTo = lastAcknowledged
    for command in mailbox.drain() {
      switch command {
      case .acknowledge(let token):
        // An older epoch's tags died with its channel.
        if token.epoch == epoch { upTo = max(upTo, min(token.tag, lastReceived)) }
      case .stop:
        stop()
        try connection.cancelConsumer(tag: Self.consumerTag)
      case .abandon: phase = .abandoned
      }
    }
    if upTo == lastAcknowledged { return }
    Failpoint.acknowledging.reach()
    try connection.acknowledge(upTo: upTo)
    Failpoint.acknowledged.reach()
    metrics.acknowledged.increment(by: Int64(upTo - lastAcknowledged))
    lastAcknowledged = upTo
    metrics.unacknowledged.record(Int64(lastReceived - lastAcknowledged))
  }

  /// Without a connection there is nothing to acknowledge.
  private mutating func obeyUnconnected() {
    for command in mailbox.drain() {
      switch command {
      case .acknowledge: break
      case .stop: stop()
      case .abandon: phase = .abandoned
      }
    }
  }

  private mutating func stop() {
    guard case .consuming = phase else { return }
    let lastTaken = batches.takeGathered().first.map { $0.token.tag - 1 } ?? lastReceived
    batches.finish()
    phase = .stopping(lastTaken: lastTaken, deadline: .now + configuration.stopTimeout)
  }

  private var isDone: Bool {
    switch phase {
    case .consuming: return false
    case .abandoned: return true
    case .stopping(let lastTaken, let deadline):
      if lastAcknowledged >= lastTaken { return true }
      if ContinuousClock.now < deadline { return false }
      logger.warning(
        "Some messages were not settled before the stop and will come again", metadata: ["count": "\(lastTaken - lastAcknowledged)"])
      return true
    }
  }

  private mutating func forgetConnection() {
    // What nobody has taken yet comes again, with tags that can be acknowledged.
    _ = batches.takeGathered()
    lastReceived = 0
    lastAcknowledged = 0
    metrics.unacknowledged.record(0)
    if case .stopping = phase { phase = .abandoned }
  }

  // MARK: Waiting

  private func waitingTime(_ heartbeat: Duration) -> Duration {
    switch phase {
    case .consuming, .abandoned: heartbeat / 2
    case .stopping(_, let deadline): max(.zero, min(heartbeat / 2, deadline - .now))
    }
  }

  /// Until a descriptor or another thread has something, or the time is over.
  private func poll(_ descriptors: [Int32], for time: Duration) {
    waker.poll(descriptors.map { ($0, Int16(POLLIN)) }, for: time)
  }

  private mutating func wait(_ delay: Duration) {
    let end = ContinuousClock.now + delay
    while case .consuming = phase {
      obeyUnconnected()
      let rest = end - .now
      if rest <= .zero { return }
      if case .consuming = phase { waker.poll([], for: rest) }
    }
  }
}
