import Logging

/// The configuration that the service runs with, held against what it would be if it were read now (SIGHUP).
///
/// `log.level` is taken at once. Everything else is bound to what was opened at the start; which of it has changed is named, so that nobody
/// believes that it holds.
struct ConfigurationReload: Sendable {
  /// With which the service was started.
  let inUse: SettingsReading
  let threshold: LogThreshold
  let logger: Logger
  let read: @Sendable () -> SettingsOutcome

  var reloadable: Reloader.Part { Reloader.Part(name: "configuration", reload: reload) }

  @Sendable private func reload() throws -> Logger.Metadata {
    let outcome = read()
    let level = try outcome.usable().log.level
    let changed = SettingsKeys.all.filter { inUse.found(for: $0)?.text.line != outcome.reading.found(for: $0)?.text.line }.map(\.name)
    let waiting = changed.filter { $0 != SettingsKeys.logLevel.entry.name }
    if !waiting.isEmpty {
      logger.warning(
        "Keys of the configuration have changed that only a restart takes", metadata: ["keys": "\(waiting.joined(separator: ", "))"])
    }
    threshold.level = level
    return ["log_level": "\(level)"]
  }
}
