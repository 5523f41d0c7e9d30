import Logging
import Synchronization

/// From which level on lines are written, for all loggers of the process at once. Any thread may read and set it.
final class LogThreshold: Sendable {
  private let stored: Mutex<Logger.Level>

  init(_ level: Logger.Level) { stored = Mutex(level) }

  var level: Logger.Level {
    get { stored.withLock { $0 } }
    set { stored.withLock { $0 = newValue } }
  }
}

/// Writes as another handler does, from the level on that holds at the time; a logger that was given a level of its own keeps it.
struct AdjustableLogHandler: LogHandler {
  private var base: any LogHandler
  private let threshold: LogThreshold
  private var ownLevel: Logger.Level?

  init(_ base: any LogHandler, threshold: LogThreshold) {
    self.base = base
    self.base.logLevel = .trace
    self.threshold = threshold
  }

  var logLevel: Logger.Level {
    get { ownLevel ?? threshold.level }
    set { ownLevel = newValue }
  }

  var metadata: Logger.Metadata {
    get { base.metadata }
    set { base.metadata = newValue }
  }

  var metadataProvider: Logger.MetadataProvider? {
    get { base.metadataProvider }
    set { base.metadataProvider = newValue }
  }

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { base[metadataKey: key] }
    set { base[metadataKey: key] = newValue }
  }

  func log(event: LogEvent) { base.log(event: event) }
}
