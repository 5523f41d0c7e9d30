import ArgumentParser
import Fanfare

struct EventsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Shows stored events, or writes them to a file.",
    discussion: "'fanfare events' alone is 'fanfare events list', and takes its options.",
    subcommands: [EventsListCommand.self, ExportCommand.self], defaultSubcommand: EventsListCommand.self)
}

struct EventsListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Shows stored events, newest first.",
    discussion: "Times are RFC 3339, or how long ago: --since 2h. Types may hold *: --type '*_STATE_DEPLOYMENT'.")

  @Argument(help: ArgumentHelp("Show this one event, as JSON.", valueName: "event"))
  var id: String?

  @OptionGroup var choice: EventChoice

  @Option(help: ArgumentHelp("Only events before this time, likewise.", valueName: "time"))
  var until: Instant?

  @Option(help: "How many events a page has, 1 to 1000.")
  var pageSize = 20

  @Option(help: ArgumentHelp("Only events older than this one: the next page.", valueName: "event"))
  var pageFrom: String?

  @Flag(help: "All pages, not the first one only.")
  var all = false

  @OptionGroup var client: ClientOptions

  func validate() throws {
    if !(1...1000).contains(pageSize) { throw ValidationError("--page-size must be 1 to 1000") }
  }

  func run() async throws {
    try await client.withClient { service in
      if let id {
        let answer = try await service.get(["api", "v1", "events", "event", id])
        Console.write(answer.body.onOneLine + [UInt8(ascii: "\n")])
      } else {
        try await list(from: service)
      }
    }
  }

  private func list(from service: ServiceClient) async throws {
    var table = TextTable("TIME", "TYPE", "WHERE", "WHO", "EVENT")
    var next = pageFrom
    while true {
      let answer = try await service.get(["api", "v1", "events", "query"], query: query(from: next))
      let events = try JSONElements(of: answer.body)
      next = answer.header("X-Next-Page-From")
      if client.json {
        for event in events.texts { Console.write(event.onOneLine + [UInt8(ascii: "\n")]) }
      } else {
        for event in try events.values() { Self.add(event, to: &table) }
      }
      guard all, next != nil else { break }
    }
    if client.json { return }
    Console.print(table.text)
    if let next { Console.note("There are older ones: --page-from \(next), or --all.") }
  }

  private func query(from next: String?) -> [(String, String)] {
    var query = [("page_size", String(pageSize))] + choice.parameters
    if let until { query.append(("until", until.timestamp.rfc3339)) }
    if let next { query.append(("page_from", next)) }
    return query
  }

  private static func add(_ event: JSONValue, to table: inout TextTable) {
    let row = EventRow(event)
    table.add(row.time, row.type, row.place, row.who, row.id)
  }
}
