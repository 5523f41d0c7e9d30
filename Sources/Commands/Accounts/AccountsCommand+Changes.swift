import ArgumentParser
import Fanfare

extension AccountsCommand {
  struct Update: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Changes an account; what is not named stays as it is.",
      discussion: "--group and --grant replace all groups and all roles that it had.")

    @Argument(help: "The account's name or id.")
    var account: String

    @Option(help: "Another name.")
    var name: String?

    @Option(help: "user or admin.")
    var role: Role?

    @Option(help: ArgumentHelp("A group that it is in from now on; may be repeated.", valueName: "group"))
    var group: [String] = []

    @Flag(help: "Takes it out of all groups.")
    var noGroups = false

    @Option(help: ArgumentHelp("A role that it has from now on; may be repeated.", valueName: "role"))
    var grant: [String] = []

    @Flag(help: "Takes all roles away.")
    var noGrants = false

    @Option(help: ArgumentHelp("Another address.", valueName: "address"))
    var email: String?

    @Flag(help: "Takes the address away.")
    var noEmail = false

    @OptionGroup var desk: DeskOptions

    func validate() throws {
      if noGroups, !group.isEmpty { throw ValidationError("--group and --no-groups exclude each other") }
      if noGrants, !grant.isEmpty { throw ValidationError("--grant and --no-grants exclude each other") }
      if noEmail, email != nil { throw ValidationError("--email and --no-email exclude each other") }
      if name == nil, role == nil, email == nil, group.isEmpty, grant.isEmpty, !noGroups, !noGrants, !noEmail {
        throw ValidationError("say what to change: --name, --role, --group, --grant, --email, or --no-groups and the like")
      }
    }

    func run() async throws {
      try await AccountsCommand.change(account, desk) { document in
        if let name { document = document.setting("name", to: .string(name)) }
        if let role { document = document.setting("role", to: .string(role.rawValue)) }
        if noGroups || !group.isEmpty { document = document.setting("groups", to: .strings(group)) }
        if noGrants || !grant.isEmpty { document = document.setting("roles", to: .strings(grant)) }
        if noEmail || email != nil { document = document.setting("email_address", to: email.map { .string($0) }) }
      }
    }
  }

  struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Has none of an account's keys accepted any more, until it is enabled.")

    @Argument(help: "The account's name or id.")
    var account: String

    @OptionGroup var desk: DeskOptions

    func run() async throws { try await AccountsCommand.change(account, desk) { $0 = $0.setting("disabled", to: true) } }
  }

  struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Has an account's keys accepted again.")

    @Argument(help: "The account's name or id.")
    var account: String

    @OptionGroup var desk: DeskOptions

    func run() async throws { try await AccountsCommand.change(account, desk) { $0 = $0.setting("disabled", to: false) } }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Removes an account with all its keys.")

    @Argument(help: "The account's name or id.")
    var account: String

    @OptionGroup var desk: DeskOptions

    func run() async throws {
      try await desk.withDesk { try await $0.removeAccount($0.account(account).id) }
      Console.note("The account \(account.printableLine) and its keys were removed.")
    }
  }

  private static func change(_ account: String, _ options: DeskOptions, _ change: (inout JSONValue) -> Void) async throws {
    try await options.withDesk { desk in
      var document = try await desk.account(account)
      let id = try document.id
      change(&document)
      let changed = try await desk.replaceAccount(id, with: document)
      show([changed], asJSON: options.client.json)
    }
  }
}
