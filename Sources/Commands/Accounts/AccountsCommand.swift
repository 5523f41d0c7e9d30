import ArgumentParser
import Fanfare

struct AccountsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accounts", abstract: "Who may see and do what.",
    discussion: """
      An account sees the events that its name, its groups or its roles let it see. A role like project:shop:global:write lets it manage that \
      project's subscriptions; an account with --role admin sees and does everything. ACCOUNT is a name or an id.
      """,
    subcommands: [Create.self, List.self, Update.self, Disable.self, Enable.self, Delete.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes an account and its first key.", discussion: "The key alone is printed on standard output, this once.")

    @Argument(help: "The name that events call it by: 1 to 50 characters.")
    var name: String

    @Option(help: "user or admin.")
    var role: Role = .user

    @Option(help: ArgumentHelp("A group that it is in; may be repeated.", valueName: "group"))
    var group: [String] = []

    @Option(help: ArgumentHelp("A role that it has, as in project:shop:global:write; may be repeated.", valueName: "role"))
    var grant: [String] = []

    @Option(help: ArgumentHelp("Where its owner can be written to.", valueName: "address"))
    var email: String?

    @OptionGroup var key: KeyOptions
    @OptionGroup var desk: DeskOptions

    func run() async throws {
      let document: JSONValue = [
        "name": .string(name), "role": .string(role.rawValue), "groups": .strings(group), "roles": .strings(grant),
      ]
      try await desk.withDesk { desk in
        let account = try await desk.addAccount(document.setting("email_address", to: email.map { .string($0) }))
        let made: JSONValue
        do {
          made = try await desk.addKey(key.document, to: account.id)
        } catch {
          throw SentenceError("the account was made, but no key for it: \(error)")
        }
        if self.desk.client.json {
          Console.write(JSONValue.object([.init("account", account), .init("api_key", made)]).bytes + [UInt8(ascii: "\n")])
        } else {
          Console.note("The account \(name.printableLine) was made, with the id \(try account.id). Its key, shown this once:")
          try KeysCommand.printSecret(of: made)
        }
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows all accounts, the oldest first.")

    @OptionGroup var desk: DeskOptions

    func run() async throws {
      try await desk.withDesk { AccountsCommand.show(try await $0.accounts(named: nil), asJSON: desk.client.json) }
    }
  }

  enum Role: String, CaseIterable, ExpressibleByArgument { case user, admin }

  static func show(_ accounts: [JSONValue], asJSON: Bool) {
    if asJSON {
      for account in accounts { Console.write(account.bytes + [UInt8(ascii: "\n")]) }
      return
    }
    var table = TextTable("NAME", "ROLE", "STATE", "GROUPS", "GRANTS", "EMAIL", "LAST LOGIN", "ID")
    for account in accounts {
      func text(_ key: String) -> String { account[key]?.stringValue ?? "-" }
      func list(_ key: String) -> String {
        guard case .array(let names)? = account[key], !names.isEmpty else { return "-" }
        return names.compactMap(\.stringValue).joined(separator: ",")
      }
      table.add(
        text("name"), text("role"), account["disabled"] == true ? "disabled" : "enabled", list("groups"), list("roles"),
        text("email_address"), Timestamp.tableText(account["last_login_time"]?.stringValue), text("id"))
    }
    Console.print(table.text)
  }
}
