import Logging

extension Logger {
  /// For parts inside a command whose errors the command tells itself.
  static var silent: Logger { Logger(label: "fanfare") { _ in SwiftLogNoOpLogHandler() } }
}
