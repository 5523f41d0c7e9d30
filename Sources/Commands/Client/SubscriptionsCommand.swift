import ArgumentParser
import Fanfare

struct SubscriptionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "subscriptions", abstract: "A project's subscriptions: who is told of its events.",
    subcommands: [
      Get.self, Apply.self, Test.self, Ping.self, Secret.self, RotateSecret.self, Pause.self, Resume.self,
    ])

  /// Whose subscriptions.
  struct Scope: ParsableArguments {
    @Argument(help: "The project.")
    var project: String

    @Option(help: "Which of the project's events: project (both sides), inventory or state.")
    var side: Side = .project

    var path: [String] { ["api", "v1", "events", "subscriptions", side.rawValue, project] }
  }

  enum Side: String, CaseIterable, ExpressibleByArgument { case project, inventory, state }

  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows the subscriptions.", discussion: "What --json prints, 'apply' takes.")

    @OptionGroup var scope: Scope
    @OptionGroup var client: ClientOptions

    func run() async throws {
      try await client.withClient { service in
        SubscriptionsCommand.show(try await service.get(scope.path), asJSON: client.json)
      }
    }
  }

  struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Replaces the whole set with the one in a file, atomically.",
      discussion:
        "Entries that keep their id keep their secret and their history. If anything is wrong, all of it is named and nothing changes.")

    @OptionGroup var scope: Scope

    @Argument(help: "JSON or YAML: an array of subscriptions, or an object by id; - is standard input.", completion: .file())
    var file: String

    @Option(help: ArgumentHelp("Only if the set still has this ETag.", valueName: "etag"))
    var ifMatch: String?

    @OptionGroup var client: ClientOptions

    func run() async throws {
      let document = try SubscriptionDocument.read(file)
      try await client.withClient { service in
        let answer = try await service.put(scope.path, document, ifMatch: ifMatch)
        SubscriptionsCommand.show(answer, asJSON: client.json)
      }
    }
  }

  struct Secret: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints the secret that a subscription's webhooks are signed with.")

    @OptionGroup var scope: Scope

    @Argument(help: "The subscription's id.")
    var subscription: String

    @OptionGroup var client: ClientOptions

    func run() async throws {
      try await client.withClient { service in
        let answer = try await service.get(scope.path + [subscription, "secret"])
        if client.json {
          Console.write(answer.body + [UInt8(ascii: "\n")])
        } else {
          guard let secret = try answer.json()["secret"]?.stringValue else { throw SentenceError("\(subscription) has no secret") }
          Console.print(secret)
        }
      }
    }
  }

  fileprivate static func show(_ answer: ServiceClient.Answer, asJSON: Bool) {
    guard !asJSON, let json = try? answer.json(), case .array(let subscriptions) = json else {
      Console.write(answer.body + [UInt8(ascii: "\n")])
      return
    }
    var table = TextTable("ID", "TYPE", "URL", "EVENTS", "FILTERS", "STATE")
    for subscription in subscriptions {
      func text(_ key: String) -> String { subscription[key]?.stringValue ?? "-" }
      let state = subscription["disabled"] == true ? "disabled" : subscription["paused"] == true ? "paused" : "active"
      table.add(text("id"), text("type"), text("url"), list(subscription["events"]) ?? "all", count(subscription["filters"]), state)
    }
    Console.print(table.text)
    if let tag = answer.header("ETag") { Console.note("ETag: \(tag)") }
  }

  private static func list(_ value: JSONValue?) -> String? {
    guard case .array(let elements)? = value else { return nil }
    return elements.compactMap(\.stringValue).joined(separator: ",")
  }

  private static func count(_ value: JSONValue?) -> String {
    if case .array(let elements)? = value { String(elements.count) } else { "0" }
  }
}
