public import Fanfare
public import Logging
public import ServiceLifecycle
import Synchronization
import Threading

/// Publishes persistently and with confirms, on a connection and a thread of its own.
///
/// Apart from the consumer, because a broker that is short of memory or disk blocks connections that publish, and only those.
/// Reconnects for ever. Many tasks may publish at the same time; their messages go out in the order of their calls.
public final class AMQPPublisher: DeadLetterPublisher, Service, HealthReporting {
  /// What must be there before anything is published.
  public enum Ground: Sendable {
    /// Everything of the configuration, made or only checked as it says.
    case topology
    /// Nothing; an exchange that is missing is an outcome of the messages for it.
    case nothing
  }

  private let configuration: AMQPConfiguration
  private let ground: Ground
  private let logger: Logger
  private let status: LinkStatus
  private let waker: Waker
  private let mailbox: Mailbox<PublisherCommand>
  private let nextJob = Atomic<UInt64>(1)
  /// False once the thread will not look into the mailbox any more. Held while posting, so that no job is forgotten there.
  private let isOpen = Mutex(true)

  /// - Throws: ``Threading/ThreadingError`` if the process has no descriptors left.
  public init(_ configuration: AMQPConfiguration, ground: Ground = .topology, logger: Logger) throws {
    let waker = try Waker()
    self.configuration = configuration
    self.ground = ground
    self.logger = logger
    self.waker = waker
    mailbox = Mailbox { waker.wake() }
    status = LinkStatus(part: "amqp_publisher", connection: "publisher", logger: logger)
  }

  /// Keeps the connection until the graceful shutdown, or the task's cancellation. Once.
  ///
  /// After a graceful shutdown, what was published is still waited for, at most ``AMQPConfiguration/stopTimeout``.
  /// - Throws: ``Threading/ThreadingError`` if there is no thread to be had.
  public func run() async throws {
    defer { close() }
    let breaker = SocketBreaker()
    let loop = { @Sendable [configuration, ground, status, waker, mailbox] in
      var loop = PublisherLoop(
        configuration: configuration, ground: ground, mailbox: mailbox, waker: waker, status: status, breaker: breaker)
      loop.run()
    }
    try await withGracefulShutdownHandler {
      try await withDedicatedThread(named: "amqp-publisher", loop) { [mailbox] in
        mailbox.post(.abandon)
        breaker.cut()
      }
    } onGracefulShutdown: { [mailbox] in
      mailbox.post(.stop)
    }
  }

  /// Publishes and waits until each message is confirmed, returned or refused; about 1,000 are under way at a time.
  ///
  /// While the broker takes nothing (memory or disk alarm), this waits; cancelling the task makes what is open `unconfirmed`.
  /// - Returns: one outcome for each message, in their order.
  /// - Throws: ``AMQPError`` if there is no connection, and then nothing was published. The first call waits for the first attempt to connect.
  public func publish(_ messages: [PublishMessage]) async throws -> [PublishOutcome] {
    if messages.isEmpty { return [] }
    let number = nextJob.add(1, ordering: .relaxed).oldValue
    // The cancellation may come before the job is posted; then it is not posted at all.
    let isCancelled = Mutex(false)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<[PublishOutcome], any Error>) in
        let isPosted = isCancelled.withLock { isCancelled in
          if isCancelled {
            continuation.resume(returning: Array(repeating: .unconfirmed, count: messages.count))
            return true
          }
          return isOpen.withLock { isOpen in
            if isOpen { mailbox.post(.publish(PublishJob(number: number, messages: messages, continuation: continuation))) }
            return isOpen
          }
        }
        if !isPosted { continuation.resume(throwing: AMQPError(.stopped, "the publisher has stopped")) }
      }
    } onCancel: {
      isCancelled.withLock { isCancelled in
        isCancelled = true
        mailbox.post(.cancel(number))
      }
    }
  }

  public func publish(_ messages: [OutboxMessage]) async throws -> [OutboxMessage.ID] {
    let outcomes = try await publish(messages.map { PublishMessage($0, exchange: configuration.deadLetters) })
    var taken: [OutboxMessage.ID] = []
    for (message, outcome) in zip(messages, outcomes) {
      switch outcome {
      case .confirmed: taken.append(message.id)
      case .returned(let reason), .refused(let reason):
        logger.error(
          "A dead letter was not taken by the broker",
          metadata: ["outbox_id": "\(message.id)", "routing_key": "\(message.routingKey)", "reason": "\(reason)"])
      case .unconfirmed: break
      }
    }
    return taken
  }

  public func health() async -> Health { status.health }

  /// Nobody is left waiting, however the thread ended.
  private func close() {
    isOpen.withLock { $0 = false }
    for case .publish(let job) in mailbox.drain() {
      job.continuation.resume(throwing: AMQPError(.stopped, "the publisher has stopped"))
    }
  }
}

enum PublisherCommand: Sendable {
  case publish(PublishJob)
  /// Whoever waits for this job waits no longer.
  case cancel(UInt64)
  case stop
  case abandon
}

/// Messages of one call, and who waits for them.
struct PublishJob: Sendable {
  let number: UInt64
  let messages: [PublishMessage]
  let continuation: CheckedContinuation<[PublishOutcome], any Error>
}

extension PublishMessage {
  /// Texts are cut to 8 KiB each: a reason that is too long for AMQP must not keep a dead letter in the outbox for ever.
  init(_ message: OutboxMessage, exchange: String) {
    self.init(
      exchange: exchange, routingKey: message.routingKey, body: message.body, contentType: message.contentType,
      headers: .object(message.headers.map { .init($0.name, .string($0.value.cut(toBytes: 8192))) }))
  }
}

extension String {
  fileprivate func cut(toBytes limit: Int) -> String {
    if utf8.count <= limit { return self }
    return String(decoding: utf8.prefix(limit), as: UTF8.self) + "…"
  }
}
