import ArgumentParser
import Fanfare

extension SubscriptionsCommand {
  struct Test: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows what the set in a file would have sent, against what the present set sent.",
      discussion: """
        Changes nothing. It looks at what happened lately and says, for each subscription, what would have been sent besides, and what \
        would not have been. The same faults are found as by 'apply'.
        """)

    @OptionGroup var scope: Scope

    @Argument(help: "JSON or YAML: an array of subscriptions, or an object by id; - is standard input.", completion: .file())
    var file: String

    @Option(help: ArgumentHelp("The last so many days (7 if neither this nor --since is given).", valueName: "n"))
    var days: Int?

    @Option(help: ArgumentHelp("Events from this time on: RFC 3339, or how long ago (2h).", valueName: "time"))
    var since: Instant?

    @Option(help: ArgumentHelp("Events before this time, instead of now.", valueName: "time"))
    var until: Instant?

    @OptionGroup var client: ClientOptions

    func validate() throws {
      if days != nil, since != nil { throw ValidationError("--days and --since cannot be given together") }
    }

    func run() async throws {
      let document = try SubscriptionDocument.read(file)
      var query: [(String, String)] = []
      if let days { query.append(("days", String(days))) }
      if let since { query.append(("since", since.timestamp.rfc3339)) }
      if let until { query.append(("until", until.timestamp.rfc3339)) }
      try await client.withClient { service in
        let answer = try await service.post(scope.path + ["test"], document: document, query: query)
        if client.json {
          Console.write(answer.body + [UInt8(ascii: "\n")])
        } else {
          Console.print(DryRunText(try answer.json()).text)
        }
      }
    }
  }
}
