import Failpoints
public import Fanfare
public import Logging
import Metrics
public import ServiceLifecycle
import Threading

/// Publishes what waits in the outbox to the dead-letter exchange, and removes what the broker has confirmed.
///
/// A broker that is down delays it and loses nothing. A message may be published twice if the service is killed between the broker's
/// confirm and the removal.
public final class OutboxRelay: Service {
  private let outbox: any Outbox
  private let publisher: any DeadLetterPublisher
  private let logger: Logger
  private let signals = BatchStream<Void>()
  private let published = Counter(label: "fanfare_dead_letters_published_total")

  public init(outbox: any Outbox, publisher: any DeadLetterPublisher, logger: Logger) {
    self.outbox = outbox
    self.publisher = publisher
    self.logger = logger
  }

  /// Something was written to the outbox. Any thread; returns at once.
  public func wake() {
    signals.send(())
  }

  public func run() async throws {
    wake()
    await cancelWhenGracefulShutdown {
      for await _ in self.signals { await self.drain() }
    }
  }

  private func drain() async {
    var delay = Duration.milliseconds(200)
    while !Task.isCancelled {
      do {
        let messages = try await outbox.pending(limit: 256)
        if messages.isEmpty { return }
        Failpoint.outboxRead.reach()
        let taken = try await publisher.publish(messages)
        Failpoint.deadLettersConfirmed.reach()
        try await outbox.remove(taken)
        Failpoint.outboxCleared.reach()
        published.increment(by: taken.count)
        if taken.count == messages.count {
          delay = .milliseconds(200)
          continue
        }
        logger.warning(
          "the broker did not take every dead letter; the rest is tried again", metadata: ["left": "\(messages.count - taken.count)"])
      } catch {
        if Task.isCancelled { return }
        logger.warning("dead letters could not be published; they are kept and tried again", metadata: ["error": "\(error)"])
      }
      // A back-off: there is no signal for a broker that is well again.
      try? await Task.sleep(for: delay)
      delay = min(delay * 2, .seconds(15))
    }
  }
}
