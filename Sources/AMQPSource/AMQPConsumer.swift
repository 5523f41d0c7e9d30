public import Fanfare
public import Logging
public import ServiceLifecycle
public import Threading

/// Takes messages from a queue and hands them out in batches; settles them when it is told to.
///
/// One thread owns the connection. It reconnects for ever; with each connection a new epoch begins, and what was handed out and not
/// acknowledged in an older one comes again. A graceful shutdown takes back what nobody has taken yet, ends ``batches``, and goes on
/// acknowledging until everything that was taken is settled, or for ``AMQPConfiguration/stopTimeout``.
public final class AMQPConsumer: MessageSource, Service, HealthReporting {
  enum Command: Sendable {
    case acknowledge(AckToken)
    case stop
    case abandon
  }

  public let batches = BatchStream<InboundMessage>()

  private let configuration: AMQPConfiguration
  private let logger: Logger
  private let status: LinkStatus
  private let waker: Waker
  private let mailbox: Mailbox<Command>
  private let metrics = ConsumerMetrics()

  /// - Throws: ``Threading/ThreadingError`` if the process has no descriptors left.
  public init(_ configuration: AMQPConfiguration, logger: Logger) throws {
    let waker = try Waker()
    self.configuration = configuration
    self.logger = logger
    self.waker = waker
    mailbox = Mailbox { waker.wake() }
    status = LinkStatus(part: "amqp", connection: "consumer", logger: logger)
  }

  /// Consumes until the graceful shutdown, or the task's cancellation. Once.
  ///
  /// - Throws: ``Threading/ThreadingError`` if there is no thread to be had; nothing about the broker, that is in ``health()``.
  public func run() async throws {
    // However this ends, nobody is left waiting for a batch.
    defer { batches.finish() }
    let loop = { @Sendable [configuration, logger, status, waker, mailbox, batches, metrics] in
      var loop = ConsumerLoop(
        configuration: configuration, batches: batches, mailbox: mailbox, waker: waker, status: status, metrics: metrics,
        logger: logger)
      loop.run()
    }
    try await withGracefulShutdownHandler {
      try await withDedicatedThread(named: "amqp-consumer", loop) { [mailbox] in mailbox.post(.abandon) }
    } onGracefulShutdown: { [mailbox] in
      mailbox.post(.stop)
    }
  }

  /// Any thread. Several calls that come before the thread's next turn become one acknowledgement.
  public func acknowledge(upTo token: AckToken) { mailbox.post(.acknowledge(token)) }

  public func health() async -> Health { status.health }
}
