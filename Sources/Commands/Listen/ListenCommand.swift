import ArgumentParser
import Fanfare
import HTTPDelivery
import Hummingbird
import Logging
import ServiceLifecycle
import UnixSignals

struct ListenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "listen", abstract: "A receiver for development: prints what arrives, and misbehaves if it is told to.",
    discussion: """
      Answers 200 to everything, on every path, unless told otherwise. With --secret a request whose signature does not verify is answered \
      401. With --fail-path only requests below these paths meet --status, --delay and --fail-first.
      """)

  @Option(help: "The address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "The port; 0 takes any that is free.")
  var port = 9000

  @Option(help: ArgumentHelp("Verify signatures with this whsec_… secret; may be repeated, one has to fit.", valueName: "secret"))
  var secret: [String] = []

  @Flag(help: "Play Slack: answer 200 with the body ok.")
  var slack = false

  @Option(help: ArgumentHelp("Misbehave: answer with this status (with --fail-first 503 if not given).", valueName: "code"))
  var status: Int?

  @Option(help: ArgumentHelp("Misbehave: wait so long before each answer, as in 250ms or 20s.", valueName: "duration"))
  var delay: DurationArgument?

  @Option(help: ArgumentHelp("Misbehave only for the first N requests of each webhook-id.", valueName: "N"))
  var failFirst: Int?

  @Option(help: ArgumentHelp("Misbehave only below this path; may be repeated.", valueName: "path"))
  var failPath: [String] = []

  @Option(help: ArgumentHelp("End after so many requests.", valueName: "N"))
  var count: Int?

  @Flag(help: "A counter instead of a line for each request.")
  var quiet = false

  @Flag(help: "One JSON object for each request.")
  var json = false

  func validate() throws {
    if !(0...65_535).contains(port) { throw ValidationError("--port must be 0 to 65535") }
    if let status, !(200...599).contains(status) { throw ValidationError("--status must be 200 to 599") }
    if let failFirst, failFirst < 1 { throw ValidationError("--fail-first must be at least 1") }
    if let count, count < 1 { throw ValidationError("--count must be at least 1") }
    if quiet, json { throw ValidationError("--quiet and --json exclude each other") }
    for path in failPath where !path.hasPrefix("/") { throw ValidationError("--fail-path must begin with /, and \(path) does not") }
    for secret in secret where StandardWebhookSignature(secret: secret) == nil {
      throw ValidationError("a --secret is not whsec_ and base64")
    }
  }

  func run() async throws {
    let manners = Manners(
      status: status ?? (failFirst == nil ? nil : 503), delay: delay?.duration, failFirst: failFirst, paths: failPath, playsSlack: slack)
    let secrets = secret.compactMap { StandardWebhookSignature(secret: $0) }
    let journal = Journal(style: json ? .json : quiet ? .counter : .lines, limit: count)
    let receiver = Receiver(manners: manners, signatures: secrets, journal: journal)
    let host = host
    let application = Application(
      responder: receiver,
      configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "fanfare listen"),
      onServerRunning: { channel in
        Console.note("Listening on http://\(host):\(channel.localAddress?.port ?? 0). Ctrl-C ends.")
      },
      logger: .silent)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [.init(service: application)], gracefulShutdownSignals: [.sigterm, .sigint], logger: .silent))
    do {
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask {
          await journal.full()
          await group.triggerGracefulShutdown()
        }
        let first = await tasks.nextResult()
        // However the server ended, nobody waits for the journal any longer.
        journal.stop()
        try first?.get()
        try await tasks.waitForAll()
      }
    } catch {
      throw SentenceError("http://\(host):\(port) cannot be listened on: \(ServiceClient.reason(for: error))")
    }
    Console.note(journal.summary)
  }
}

/// A duration on the command line.
struct DurationArgument: ExpressibleByArgument {
  let duration: Duration

  init?(argument: String) {
    guard let duration = Duration(text: argument) else { return nil }
    self.duration = duration
  }
}
