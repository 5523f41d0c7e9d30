import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// Ends the process at once when it is asked to stop a second time. What was in flight stays scheduled, as after a kill.
struct Impatience: Service {
  let logger: Logger

  func run() async throws {
    var isStopping = false
    for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint).cancelOnGracefulShutdown() {
      if isStopping {
        logger.warning("Asked to stop once more: the service ends at once, and what was in flight stays scheduled")
        // As shells have it for who dies of a signal.
        _exit(128 + signal.rawValue)
      }
      isStopping = true
      logger.info("The service stops; asked once more, it ends at once", metadata: ["signal": "\(signal)"])
    }
  }
}
