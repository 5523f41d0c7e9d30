import ArgumentParser
import Fanfare
import Logging
import SQLiteStore

/// Whether accounts and keys are changed through the running service or in the store itself.
struct DeskOptions: ParsableArguments {
  @Flag(help: "Work on the store in the data directory itself while no service runs: the way in for who has lost every key.")
  var offline = false

  @OptionGroup var client: ClientOptions

  func validate() throws {
    if offline, client.url != nil || client.token != nil {
      throw ValidationError("--offline asks no service: leave --url and --token out")
    }
  }

  func withDesk<Result: Sendable>(_ body: (any AccountDesk) async throws -> Result) async throws -> Result {
    if !offline { return try await client.withClient { try await body(ServiceAccountDesk(service: $0)) } }
    let flags = client.dataDirectory.map { ["data.directory": SettingsInput.Flag($0, name: "--data-directory")] } ?? [:]
    let settings = try SettingsInput(flags: flags, environment: processEnvironment()).read().usable()
    let store = try Self.openStore(settings)
    do {
      if case .accountMade = try await FirstStart.prepare(store, tokenPath: settings.adminTokenPath) {
        Console.note("The store had no account: admin was made, and its key is in \(settings.adminTokenPath).")
      }
      let result = try await body(OfflineAccountDesk(store: store))
      try await store.close()
      return result
    } catch {
      // The first error is the one to tell.
      try? await store.close()
      throw error
    }
  }

  private static func openStore(_ settings: Settings) throws -> SQLiteStore {
    try settings.requireStore()
    do {
      return try SQLiteStore.open(settings.storeConfiguration(logger: .silent))
    } catch let error as SQLiteStoreError where error.code == .inUse {
      throw SentenceError("\(error.description): leave --offline out to ask the running service, or stop it first")
    }
  }
}
