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
    Self.bootstrapLogging(settings.log)
    do {
      try await Composition(settings: settings).run()
    } catch {
      Logger(label: "fanfare").critical("The service stopped", metadata: ["error": "\(error)"])
      throw ExitCode.failure
    }
  }

  private static func bootstrapLogging(_ log: Settings.Log) {
    let isText =
      switch log.format {
      case .text: true
      case .json: false
      case .auto: Console.isErrorTerminal
      }
    LoggingSystem.bootstrap { label in
      if isText {
        var handler = StreamLogHandler.standardError(label: label)
        handler.logLevel = log.level
        return handler
      }
      return JSONLogHandler(label: label, logLevel: log.level)
    }
  }
}
