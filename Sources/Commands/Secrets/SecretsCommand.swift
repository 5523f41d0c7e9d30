import ArgumentParser
import SQLiteStore

struct SecretsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secrets", abstract: "The key that secrets in the store are encrypted with.", subcommands: [Rekey.self])

  struct Rekey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a new key and encrypts all secrets in the store with it, while no service runs.",
      discussion: """
        The new key takes the place of the old one in secrets.key, in the data directory. Subscriptions keep their signing secrets. Backups \
        of the store from before need the key that was theirs.
        """)

    @OptionGroup var options: StoreOptions

    func run() async throws {
      let settings = try options.read()
      try settings.requireStore()
      let file = settings.secretKeyFile
      do {
        try SQLiteStore.changeKey(
          of: settings.storeConfiguration(logger: .silent), makeKey: file.makeSuccessor, committed: file.adoptSuccessor)
      } catch let error as SQLiteStoreError where error.code == .inUse {
        throw SentenceError("\(error.description): stop the service first")
      }
      Console.note("The secrets in the store are encrypted with the new key in \(file.path); backups from before need the old one.")
    }
  }
}
