import ArgumentParser
import Fanfare

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Takes account of the store, its files, the broker and the running service, and says what to do.",
    discussion: """
      Reads the store in the data directory, beside the running service or without one, and changes nothing in it (SQLite leaves an \
      empty fanfare.db-wal and fanfare.db-shm beside a store that is stopped): whether its pages are sound, \
      whether an event, a delivery or an attempt is missing or belongs to nothing, whether something is due and not made, whether the files \
      are yours alone and the key opens the secrets. Asks the service for its health, and the broker of amqp.url whether exchanges and \
      queues are there, but not whether they are bound, which AMQP has no question for; no message is taken.

      Exits with 0 if there is no fault; warnings are none. On a store of millions of events it takes minutes, mostly for pages and timelines: \
      --quick leaves most of that out.
      """)

  @Flag(help: "Check pages only by themselves, and leave timelines and ids out.")
  var quick = false

  @Flag(help: "Print JSON for programs instead of a table for people.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "The service (else FANFARE_URL, else http.listen of the configuration); it is asked for nothing but its health.", valueName: "url"))
  var url: String?

  @Option(
    help: ArgumentHelp(
      "The certificates that an https:// service is trusted by, PEM (else FANFARE_CA, else the system's).", valueName: "file"),
    completion: .file(extensions: ["pem", "crt"]))
  var ca: String?

  @OptionGroup var service: ServiceOptions

  func run() async throws {
    let settings = try service.read().usable()
    let progress = DoctorProgress(isShown: Console.isErrorTerminal)
    defer { progress.clear() }
    let (visit, isQuick) = (ServiceVisit(settings: settings, url: url, ca: ca), quick)
    let found = try await untilInterrupted {
      try await Examination(settings: settings, isQuick: isQuick, visit: visit, progress: progress.show).findings()
    }
    progress.clear()
    guard let found else { throw SentenceError("the examination was broken off") }
    let report = DoctorReport(findings: found)
    Console.print(json ? report.json : report.text)
    if report.worst == .fault { throw ExitCode.failure }
  }
}
