import ArgumentParser
import Fanfare

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Makes deliveries once more, as a job that goes on whatever stops the service.",
    discussion: """
      fanfare replay --project shop --since 2h                        every event of two hours, to who gets it today
      fanfare replay --project shop --since 2d --subscription ci --dead-letters --wait
      fanfare replay --project shop --since 1h --type 'ADD_*' --preview
      """,
    subcommands: [Create.self, List.self, Show.self, Pause.self, Resume.self, Cancel.self], defaultSubcommand: Create.self)

  static let path = ["api", "v1", "events", "replays"]

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows replays, the newest first.")

    @Option(help: ArgumentHelp("Only those of this project.", valueName: "name"))
    var project: String?

    @OptionGroup var listing: ListingOptions
    @OptionGroup var client: ClientOptions

    func run() async throws {
      try await client.withClient { service in
        var table = ReplayTable()
        let query = project.map { [("project", $0)] } ?? []
        let hasMore = try await listing.pages(of: ReplayCommand.path, query: query, from: service) { replays in
          for replay in replays {
            if client.json { Console.write(replay.bytes + [UInt8(ascii: "\n")]) } else { table.add(replay) }
          }
        }
        if client.json { return }
        Console.print(table.text)
        if hasMore { Console.note("There are older ones: --all, or a larger --size.") }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows how far a replay has come.")

    @Argument(help: "The replay's id.")
    var replay: String

    @Flag(help: "Follow it until everything that it made is settled.")
    var wait = false

    @OptionGroup var client: ClientOptions

    func run() async throws {
      try await client.withClient { service in
        if wait { try await ReplayWait(replay: replay, service: service).run() }
        ReplayCommand.show(try await service.get(ReplayCommand.path + [replay]), asJSON: client.json)
      }
    }
  }

  struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Sends nothing more for now; what it made waits with it.")

    @OptionGroup var change: Change

    func run() async throws { try await change.run("pause") }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Goes on where a replay was paused.")

    @OptionGroup var change: Change

    func run() async throws { try await change.run("resume") }
  }

  struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Ends a replay, and cancels what it made and is not settled yet.")

    @OptionGroup var change: Change

    func run() async throws { try await change.run("cancel") }
  }

  /// What is changed, and where.
  struct Change: ParsableArguments {
    @Argument(help: "The replay's id.")
    var replay: String

    @OptionGroup var client: ClientOptions

    func run(_ change: String) async throws {
      try await client.withClient { service in
        ReplayCommand.show(try await service.post(ReplayCommand.path + [replay, change]), asJSON: client.json)
      }
    }
  }

  static func show(_ answer: ServiceClient.Answer, asJSON: Bool) {
    guard !asJSON, let replay = try? answer.json() else {
      Console.write(answer.body + [UInt8(ascii: "\n")])
      return
    }
    var table = ReplayTable()
    table.add(replay)
    Console.print(table.text)
  }
}

/// Replays as rows.
private struct ReplayTable {
  private var table = TextTable("TIME", "STATE", "MATCHED", "DONE", "PENDING", "SUCCEEDED", "DEAD", "CANCELLED", "PROJECT", "REPLAY")

  mutating func add(_ replay: JSONValue) {
    func text(_ key: String) -> String { replay[key]?.stringValue ?? "-" }
    func number(_ key: String) -> String { replay[key]?.numberText ?? "0" }
    let state = replay["reason"]?.stringValue.map { "\(text("state")): \($0)" } ?? text("state")
    let subscription = replay["subscription"]?.stringValue.map { " \($0)" } ?? ""
    table.add(
      Timestamp.tableText(replay["creation_time"]?.stringValue), state,
      replay["counted"] == true ? number("matched") : "\(number("matched"))…", number("done"), number("pending"), number("succeeded"),
      number("dead"), number("cancelled"), text("project") + subscription, text("id"))
  }

  var text: String { table.text }
}
