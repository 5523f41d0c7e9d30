import ArgumentParser
import Fanfare

struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "The API keys of an account.", discussion: "ACCOUNT is a name or an id, and so is KEY.",
    subcommands: [Create.self, List.self, Revoke.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a key.", discussion: "The key alone is printed on standard output, this once: only its digest is stored.")

    @Argument(help: "The account's name or id.")
    var account: String

    @Option(help: "What the key is for.")
    var name = "command line"

    @OptionGroup var key: KeyOptions
    @OptionGroup var desk: DeskOptions

    func run() async throws {
      try await desk.withDesk { desk in
        let owner = try await desk.account(account)
        let made = try await desk.addKey(key.document(named: name), to: owner.id)
        if owner["disabled"] == true {
          Console.note("Warning: the account is disabled, and none of its keys is accepted; 'fanfare accounts enable' changes that")
        }
        if self.desk.client.json {
          Console.write(made.bytes + [UInt8(ascii: "\n")])
        } else {
          try KeysCommand.printSecret(of: made)
        }
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows an account's keys, the oldest first, without the secrets.")

    @Argument(help: "The account's name or id.")
    var account: String

    @OptionGroup var desk: DeskOptions

    func run() async throws {
      let keys = try await desk.withDesk { try await $0.keys(of: $0.account(account).id) }
      if desk.client.json {
        for key in keys { Console.write(key.bytes + [UInt8(ascii: "\n")]) }
        return
      }
      let now = SystemClock.now()
      var table = TextTable("NAME", "STATE", "MADE", "EXPIRES", "LAST USE", "ID")
      for key in keys {
        func time(_ key: JSONValue?) -> String { Timestamp.tableText(key?.stringValue) }
        let expiry = key["expiration_time"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
        table.add(
          key["name"]?.stringValue ?? "-", expiry.map { $0 <= now } ?? false ? "expired" : "good", time(key["creation_time"]),
          time(key["expiration_time"]), time(key["last_use_time"]), key["id"]?.stringValue ?? "-")
      }
      Console.print(table.text)
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Has a key refused from now on, for good.")

    @Argument(help: "The account's name or id.")
    var account: String

    @Argument(help: "The key's id, or its name if no other key of the account has it.")
    var key: String

    @OptionGroup var desk: DeskOptions

    func run() async throws {
      try await desk.withDesk { desk in
        let account = try await desk.account(account).id
        try await desk.removeKey(desk.keyID(key, of: account), of: account)
      }
      Console.note("The key \(key.printableLine) was revoked.")
    }
  }

  static func printSecret(of key: JSONValue) throws {
    guard let secret = key["key"]?.stringValue else {
      throw SentenceError("the service's answer has no key; is this the URL of a Fanfare?")
    }
    Console.print(secret)
  }
}

/// How long a new key is good for.
struct KeyOptions: ParsableArguments {
  @Option(help: ArgumentHelp("When the key ends: RFC 3339, or from now on (30d). Without it, never.", valueName: "time"))
  var expires: Expiry?

  func validate() throws {
    if let expires, expires.timestamp <= SystemClock.now() {
      throw ValidationError("--expires is in the past: the key would never be good")
    }
  }

  func document(named name: String) -> JSONValue {
    let document: JSONValue = ["name": .string(name)]
    return document.setting("expiration_time", to: expires.map { .string($0.timestamp.rfc3339) })
  }

  /// Of the key that comes with a new account.
  var document: JSONValue { document(named: "first key") }
}

/// A time to come on the command line: RFC 3339, or how long from now (`30d`).
struct Expiry: ExpressibleByArgument {
  let timestamp: Timestamp

  init?(argument: String) {
    if let timestamp = Timestamp(rfc3339: argument) {
      self.timestamp = timestamp
    } else if let span = Duration(text: argument) {
      timestamp = SystemClock.now() + span
    } else {
      return nil
    }
  }
}
