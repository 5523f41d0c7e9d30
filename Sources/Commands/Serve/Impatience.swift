import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Ends the process at once when it is asked to stop a second time. What was in flight stays scheduled, as after a kill.
final class Impatience: Service {
  private let logger: Logger
  private let wasAsked = Mutex(false)

  init(logger: Logger) { self.logger = logger }

  /// Whether anybody has asked it to stop.
  var isStopping: Bool { wasAsked.withLock { $0 } }

  func run() async throws {
    for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint).cancelOnGracefulShutdown() {
      if isStopping {
        logger.warning("Asked to stop once more: the service ends at once, and what was in flight stays scheduled")
        // As shells have it for who dies of a signal.
        _exit(128 + signal.rawValue)
      }
      wasAsked.withLock { $0 = true }
      logger.info("The service stops; asked once more, it ends at once", metadata: ["signal": "\(signal)"])
    }
  }
}
