import ArgumentParser
import Glibc
import Logging
import Metrics

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the service until it is told to stop (SIGTERM, SIGINT).",
    discussion: "Reads the configuration from flags, FANFARE_… variables and a file; 'fanfare check-config' shows what would be used.")

  @OptionGroup var options: ServiceOptions

  func run() async throws {
    let outcome = options.read()
    let settings = try outcome.usable()
    let threshold = LogThreshold(settings.log.level)
    Self.bootstrapLogging(settings.log.format, threshold)
    let reload = ConfigurationReload(inUse: outcome.reading, threshold: threshold, logger: Logger(label: "fanfare"), read: options.read)
    do {
      try await Composition(settings: settings, configuration: reload).run()
    } catch {
      Logger(label: "fanfare").critical("The service stopped", metadata: ["error": "\(error)"])
      throw ExitCode.failure
    }
  }

  private static func bootstrapLogging(_ format: Settings.LogFormat, _ threshold: LogThreshold) {
    let isText =
      switch format {
      case .text: true
      case .json: false
      case .auto: Console.isErrorTerminal
      }
    LoggingSystem.bootstrap { label in
      AdjustableLogHandler(isText ? StreamLogHandler.standardError(label: label) : JSONLogHandler(label: label), threshold: threshold)
    }
  }
}
