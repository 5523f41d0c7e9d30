public import Fanfare
public import Logging
import Metrics
public import ServiceLifecycle
import Threading

/// Carries running replays out: one step of each in turn, as long as one of them can go on.
///
/// Half of the time it rests, for what is live. A step is one transaction, so a replay goes on where it was, whatever stops the service. What a replay may have under way is bounded;
/// when it has as much, the runner waits until some of it is settled.
public final class ReplayRunner: Service {
  private let store: any ReplayStore
  private let limits: ReplayLimits
  private let logger: Logger
  private let onScheduled: @Sendable () -> Void
  private let signals = BatchStream<Void>()
  private let scheduled = Counter(label: "fanfare_replay_deliveries_total")
  private let running = Gauge(label: "fanfare_replays_running")
  private let held = Gauge(label: "fanfare_replays_held")

  /// - Parameter onScheduled: told when a step has made deliveries, which are due.
  public init(
    store: any ReplayStore, limits: ReplayLimits = ReplayLimits(), logger: Logger, onScheduled: @escaping @Sendable () -> Void
  ) {
    self.store = store
    self.limits = limits
    self.logger = logger
    self.onScheduled = onScheduled
  }

  /// A replay was made or resumed. Any thread; returns at once.
  public func wake() {
    signals.send(())
  }

  public func run() async throws {
    wake()
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        group.addTask {
          for await _ in self.store.replayedDeliveriesSettled { self.wake() }
        }
        for await _ in self.signals { await self.work() }
        group.cancelAll()
      }
    }
  }

  /// Works until no replay can go on.
  private func work() async {
    var delay = Duration.milliseconds(100)
    while !Task.isCancelled {
      do {
        let replays = try await store.runningReplays()
        running.record(replays.count)
        let start = ContinuousClock.now
        let hasMoved = try await step(replays)
        delay = .milliseconds(100)
        if !hasMoved { return }
        // As long as the steps took: what is live has at least as much of the processors and of the disk.
        try? await Task.sleep(for: ContinuousClock.now - start)
      } catch {
        if Task.isCancelled { return }
        logger.error("a step of a replay failed; it is tried again", metadata: ["error": "\(error)", "retry_in": "\(delay)"])
        // A back-off: the disk sends no signal when it is well again.
        try? await Task.sleep(for: delay)
        delay = min(delay * 2, .seconds(5))
      }
    }
  }

  /// Takes one step of each.
  ///
  /// - Returns: whether one of them has moved on.
  private func step(_ replays: [KSUID]) async throws -> Bool {
    var hasMoved = false
    var waiting = 0
    var failure: (any Error)?
    for replay in replays where !Task.isCancelled {
      do {
        switch try await store.advance(replay, within: limits) {
        case .advanced(let count):
          hasMoved = true
          if count == 0 { continue }
          scheduled.increment(by: count)
          onScheduled()
        case .held: waiting += 1
        case .stopped: break
        }
      } catch {
        // One that cannot go on must not keep the others from it.
        failure = error
      }
    }
    held.record(waiting)
    if let failure { throw failure }
    return hasMoved
  }
}
