import ArgumentParser
import Fanfare

// What is done with one subscription of a set.
extension SubscriptionsCommand {
  struct RotateSecret: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a new secret and prints it.",
      discussion:
        "Webhooks are signed with both for 24 hours, so that the receiver can change over; what it knew until now is good that long.")

    @OptionGroup var scope: Scope

    @Argument(help: "The subscription's id.")
    var subscription: String

    @OptionGroup var client: ClientOptions

    func run() async throws {
      try await client.withClient { service in
        let answer = try await service.post(scope.path + [subscription, "secret", "rotate"])
        if client.json {
          Console.write(answer.body + [UInt8(ascii: "\n")])
          return
        }
        let json = try answer.json()
        guard let secret = json["secret"]?.stringValue else { throw SentenceError("the service's answer has no secret") }
        Console.print(secret)
        guard case .array(let previous)? = json["previous"] else { return }
        for end in previous.compactMap({ $0["expiration_time"]?.stringValue }).prefix(1) {
          Console.note("The one before is valid until \(Timestamp.tableText(end)).")
        }
      }
    }
  }

  struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Holds a subscription's deliveries back; they wait until it is resumed.")

    @OptionGroup var scope: Scope

    @Argument(help: "The subscription's id.")
    var subscription: String

    @OptionGroup var client: ClientOptions

    func run() async throws {
      try await SubscriptionsCommand.act("pause", on: subscription, of: scope, saying: "is paused; its deliveries wait.", client)
    }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets a paused subscription's deliveries go out again, those that waited at once.")

    @OptionGroup var scope: Scope

    @Argument(help: "The subscription's id.")
    var subscription: String

    @OptionGroup var client: ClientOptions

    func run() async throws {
      try await SubscriptionsCommand.act("resume", on: subscription, of: scope, saying: "is active; what waited goes out now.", client)
    }
  }

  private static func act(
    _ action: String, on subscription: String, of scope: Scope, saying outcome: String, _ client: ClientOptions
  ) async throws {
    try await client.withClient { service in
      let answer = try await service.post(scope.path + [subscription, action])
      if client.json {
        Console.write(answer.body + [UInt8(ascii: "\n")])
      } else {
        Console.print("\(subscription.printableLine) \(outcome)")
      }
    }
  }
}
