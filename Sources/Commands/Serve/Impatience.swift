import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Ends the process at once when it is asked to stop a second time. What was in flight stays scheduled, as after a kill.
final class Impatience: Service {
  private enum State {
    case untroubled
    /// Asked once. `timeout` and some supervisors signal the process and its group, which is one wish: what follows at once does not count.
    case asked
    case impatient
  }

  private let logger: Logger
  private let state = Mutex(State.untroubled)

  init(logger: Logger) { self.logger = logger }

  /// Whether anybody has asked it to stop.
  var isStopping: Bool { state.withLock { $0 != .untroubled } }

  func run() async throws {
    await withDiscardingTaskGroup { group in
      for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint).cancelOnGracefulShutdown() {
        switch state.withLock({ $0 }) {
        case .untroubled:
          state.withLock { $0 = .asked }
          logger.info("The service stops", metadata: ["signal": "\(signal)"])
          group.addTask { await self.loseTemper() }
        case .asked: break
        case .impatient:
          logger.warning("Asked to stop once more: the service ends at once, and what was in flight stays scheduled")
          // As shells have it for who dies of a signal.
          _exit(128 + signal.rawValue)
        }
      }
      group.cancelAll()
    }
  }

  private func loseTemper() async {
    // Long for signals of one wish, and no time for somebody who asks twice.
    guard (try? await Task.sleep(for: .milliseconds(50))) != nil else { return }
    state.withLock { $0 = .impatient }
    logger.info("Asked to stop once more, the service ends at once")
  }
}
