import AMQPSource
import ArgumentParser
import Fanfare
import Glibc

struct PublishCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Publishes events to the broker, one JSON document a line, with confirms.",
    discussion: """
      Each line is one event, or an array of events. A line that is not JSON is named and not sent; the others are. The exit status is 0 \
      only if the broker has taken every line. Without --exchange an event goes to the exchange of its side (inventory.events, state.events, \
      platform.events); without --routing-key its type is the key, in lower case with dots.
      """)

  @Argument(help: "The file; standard input if there is none, or for -.", completion: .file())
  var file = "-"

  @Option(help: ArgumentHelp("The broker (else FANFARE_AMQP_URL, or amqp.url of the configuration).", valueName: "url"))
  var url: String?

  @Option(help: ArgumentHelp("The exchange for every line.", valueName: "name"))
  var exchange: String?

  @Option(help: ArgumentHelp("The routing key for every line.", valueName: "key"))
  var routingKey: String?

  @Option(help: ArgumentHelp("At most so many lines a second.", valueName: "number"))
  var rate: Int?

  @Flag(help: "Send the lines as they are, JSON or not.")
  var raw = false

  @OptionGroup var settings: SettingsOptions

  func validate() throws {
    if let rate, rate < 1 { throw ValidationError("--rate must be at least 1") }
  }

  func run() async throws {
    let outcome = settings.input([("amqp.url", "--url", url)]).read()
    let configured = try outcome.usable().amqp
    if configured.urls.isEmpty { throw SentenceError("there is no broker: give --url amqp://…, or set FANFARE_AMQP_URL") }
    var configuration = AMQPConfiguration(urls: configured.urls)
    configuration.connectionName = "fanfare publish"
    let lines = try LineReader(path: file)
    let address = PublishAddress(exchange: exchange, routingKey: routingKey, exchanges: configured.exchanges, isRaw: raw)
    let progress = ProgressLine(total: lines.size, isShown: Console.isErrorTerminal)
    var run = PublishRun(lines: lines, address: address, rate: rate, progress: progress)
    let summary = try await withPublisher(configuration) { publisher in try await run.publish(through: publisher) }
    Console.note(summary.text)
    if !summary.isComplete { throw ExitCode.failure }
  }
}
