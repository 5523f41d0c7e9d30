public import Fanfare
public import Logging
public import ServiceLifecycle

/// Removes what is older than its limit: when it starts, and then again and again.
///
/// In small steps with pauses between them, each three times as long as the step took. A step waits for the writer like any other command: the
/// busier that is, the longer are the pauses.
public final class Retention: Service {
  private let limits: [RetainedKind: Duration]
  private let store: any RetentionStore
  private let clock: @Sendable () -> Timestamp
  private let pause: @Sendable (Duration) async throws -> Void
  private let logger: Logger
  private let metrics = RetentionMetrics()

  /// - Parameters:
  ///   - limits: how long what is kept; what has no limit is kept for ever.
  ///   - pause: waits, or throws if it is not to go on.
  public init(
    limits: [RetainedKind: Duration], store: any RetentionStore, clock: @escaping @Sendable () -> Timestamp, logger: Logger,
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.limits = limits
    self.store = store
    self.clock = clock
    self.logger = logger
    self.pause = pause
  }

  /// Often enough that nothing is kept a tenth longer than its limit; every ten minutes at least.
  private var interval: Duration { min(max((limits.values.min() ?? .seconds(600)) / 10, .milliseconds(100)), .seconds(600)) }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await self.sweep()
        do { try await self.pause(self.interval) } catch { return }
      }
    }
  }

  /// Removes all that is old now. What cannot be removed is tried again next time.
  func sweep() async {
    var removed: Logger.Metadata = [:]
    for kind in RetainedKind.allCases {
      do {
        if let limit = limits[kind], case let count = try await remove(kind, before: clock() - limit), count > 0 {
          removed[kind.rawValue] = "\(count)"
        }
        metrics.set(age: try await store.oldest(kind).map { clock() - $0 }, of: kind)
      } catch {
        if Task.isCancelled { break }
        logger.warning("What is old could not be removed; it is tried again", metadata: ["kind": "\(kind.rawValue)", "error": "\(error)"])
      }
    }
    if !removed.isEmpty { logger.info("What was older than its limit was removed", metadata: removed) }
  }

  private func remove(_ kind: RetainedKind, before instant: Timestamp) async throws -> Int {
    var total = 0
    var position: Int64 = 0
    while true {
      let start = ContinuousClock.now
      let step = try await store.removeExpired(kind, before: instant, after: position)
      let duration = ContinuousClock.now - start
      metrics.count(step, of: kind, duration)
      total += step.removed
      if step.isAtEnd { return total }
      position = step.position
      try await pause(min(duration * 3, .seconds(1)))
    }
  }
}
