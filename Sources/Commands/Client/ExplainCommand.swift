import ArgumentParser
import Fanfare

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Shows how an event came in, who was told of it, and why the others were not.")

  @Argument(help: ArgumentHelp("The event.", valueName: "event"))
  var id: String

  @OptionGroup var client: ClientOptions

  func run() async throws {
    try await client.withClient { service in
      let answer = try await service.get(["api", "v1", "events", "event", id, "explain"])
      if client.json {
        Console.write(answer.body + [UInt8(ascii: "\n")])
      } else {
        Console.print(ExplanationText(try answer.json()).text)
      }
    }
  }
}
