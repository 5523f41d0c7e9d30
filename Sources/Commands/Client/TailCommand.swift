import ArgumentParser
import Fanfare
import Glibc

struct TailCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tail", abstract: "Follows the events live, until Ctrl-C.",
    discussion: """
      Shows events in the order in which they are stored. With --since those first that came in since then. When the line is lost it \
      connects again and goes on after the last event that it has shown, so nothing is missed and nothing shown twice.
      """)

  @OptionGroup var choice: EventChoice

  @Option(help: ArgumentHelp("Only events of this project, of the Inventory or the State.", valueName: "name"))
  var project: String?

  @OptionGroup var client: ClientOptions

  func run() async throws {
    let isJSON = client.json
    let project = project
    do {
      _ = try await untilInterrupted {
        try await client.withClient { service in
          var run = TailRun(
            service: service, query: choice.parameters, show: { try Self.show($0, of: project, asJSON: isJSON) },
            note: { Console.note($0.printableLine) })
          try await run.run()
        }
      }
    } catch is NobodyReads {
      // The other end of a pipe has seen enough.
    } catch let failure as OpeningFailure {
      throw SentenceError(failure.description)
    }
  }

  private static func show(_ text: [UInt8], of project: String?, asJSON isJSON: Bool) throws {
    if project == nil, isJSON { return try OutputFile.writeToStandardOutput(text + [UInt8(ascii: "\n")]) }
    guard let event = try? JSONValue(parsing: text, repeatedKeys: .lastCounts) else { return }
    if let project {
      // The API's filters must all hold, so there is none for the one side or the other.
      guard event["inventory_project"] == .string(project) || event["state_project"] == .string(project) else { return }
    }
    try OutputFile.writeToStandardOutput(isJSON ? text + [UInt8(ascii: "\n")] : Array((EventRow(event).line + "\n").utf8))
  }
}
