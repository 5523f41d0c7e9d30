import ArgumentParser
import Fanfare
import Glibc

extension ReplayCommand {
  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a replay; on a terminal it says how many deliveries these are, and asks first.",
      discussion: """
        Each event of the project in the range goes once more to the subscriptions that would get it today; with --dead-letters, each \
        delivery of the range that is dead is made once more. Receivers see a new webhook-id, and X-Event-Replay-Of.
        """)

    @OptionGroup var choice: ReplayChoice

    @Flag(help: "Only say how many deliveries it would make.")
    var preview = false

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "Follow it until everything that it made is settled.")
    var wait = false

    @OptionGroup var client: ClientOptions

    func run() async throws {
      let order = choice.order(until: SystemClock.now())
      try await client.withClient { service in
        if preview || (!yes && isatty(STDIN_FILENO) == 1) {
          let answer = try await service.post(ReplayCommand.path, .object(order + [JSONValue.Member("preview", true)]))
          let count = try answer.json()["matched"]?.numberText ?? "0"
          if preview {
            if client.json { Console.write(answer.body + [UInt8(ascii: "\n")]) } else { Console.print(Self.sentence(count)) }
            return
          }
          Console.note(Self.sentence(count))
          if count == "0" { return }
          Console.write("Replay? [y/N] ", to: STDERR_FILENO)
          guard ["y", "yes"].contains(readLine()?.lowercased()) else { throw SentenceError("nothing was replayed") }
        }
        let made = try await service.post(ReplayCommand.path, .object(order))
        guard wait, let id = try made.json()["id"]?.stringValue else { return ReplayCommand.show(made, asJSON: client.json) }
        if !client.json { Console.note("The replay is \(id.printableLine).") }
        try await ReplayWait(replay: id, service: service).run()
        ReplayCommand.show(try await service.get(ReplayCommand.path + [id]), asJSON: client.json)
      }
    }

    private static func sentence(_ count: String) -> String {
      count == "1" ? "This makes 1 delivery." : "This makes \(count) deliveries."
    }
  }
}

/// What is replayed.
struct ReplayChoice: ParsableArguments {
  @Option(help: ArgumentHelp("The project, both sides of it.", valueName: "name"))
  var project: String

  @Option(help: ArgumentHelp("Only for this subscription.", valueName: "id"))
  var subscription: String?

  @Option(help: ArgumentHelp("From this time on: RFC 3339, or how long ago (2h).", valueName: "time"))
  var since: Instant

  @Option(help: ArgumentHelp("Before this time; now if it is left out.", valueName: "time"))
  var until: Instant?

  @Option(help: ArgumentHelp("Only events of this type; may be repeated, and may hold *.", valueName: "glob"))
  var type: [String] = []

  @Option(help: ArgumentHelp("Only the Inventory's events of this application of the project.", valueName: "application[/version]"))
  var application: String?

  @Option(help: ArgumentHelp("Only the State's events of this environment of the project.", valueName: "environment[/deployment]"))
  var environment: String?

  @Flag(help: "The deliveries that are dead, not the events.")
  var deadLetters = false

  func validate() throws {
    for (option, value) in [("--application", application), ("--environment", environment)] {
      guard let value, Self.names(of: value).contains("") else { continue }
      throw ValidationError("\(option) must be a name, or two with a slash between, and \"\(value)\" is not")
    }
  }

  /// As the API takes it.
  func order(until now: Timestamp) -> [JSONValue.Member] {
    var order = [
      JSONValue.Member("project", .string(project)), JSONValue.Member("since", .string(since.timestamp.rfc3339)),
      JSONValue.Member("until", .string((until?.timestamp ?? now).rfc3339)),
    ]
    if let subscription { order.append(JSONValue.Member("subscription", .string(subscription))) }
    if !type.isEmpty { order.append(JSONValue.Member("type", .strings(type))) }
    let application = application.map(Self.names) ?? []
    let environment = environment.map(Self.names) ?? []
    for (key, name) in zip(["inventory_application", "inventory_version"], application) {
      order.append(JSONValue.Member(key, .string(name)))
    }
    for (key, name) in zip(["state_environment", "state_deployment"], environment) { order.append(JSONValue.Member(key, .string(name))) }
    if deadLetters { order.append(JSONValue.Member("dead_letters", true)) }
    return order
  }

  /// One name or two. A deployment's may hold slashes.
  private static func names(of path: String) -> [String] {
    path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
  }
}
