import ArgumentParser
import Fanfare
import Foundation
import SQLiteStore
import Testing

@testable import fanfare

@Suite struct AccountDeskTests {
  /// The same asked of both desks: the service over HTTP, and the store itself.
  @Test(arguments: [true, false]) func `each desk does what the commands want`(isOffline: Bool) async throws {
    let ground = try DataDirectory()
    _ = try await ground.start()
    try await ground.with { store in
      if isOffline {
        try await work(at: OfflineAccountDesk(store: store), on: store)
      } else {
        try await RunningAPI.with(store, token: AdminToken.read(atPath: ground.tokenPath)) {
          try await work(at: ServiceAccountDesk(service: $0), on: store)
        }
      }
    }
  }

  private func work(at desk: any AccountDesk, on store: SQLiteStore) async throws {
    let document: JSONValue = ["name": "ci", "groups": ["payments"], "roles": ["project:shop:global:write"]]
    let made = try await desk.addAccount(document)
    let id = try made.id
    #expect(made["role"] == "user" && made["disabled"] == false)
    #expect(try await desk.account("ci") == made)
    #expect(try await desk.account(id) == made)
    #expect(try await desk.accounts(named: nil).compactMap { $0["name"]?.stringValue } == ["admin", "ci"])

    let key = try await desk.addKey(["name": "first"], to: id)
    let secret = try #require(key["key"]?.stringValue)
    #expect(try await store.holder(ofKeyWith: APIKey.digest(of: secret))?.account.id.description == id)
    let listed = try await desk.keys(of: id)
    #expect(listed.count == 1 && listed[0]["key"] == nil && listed[0]["name"] == "first")
    #expect(try await desk.keyID("first", of: id) == key.id)
    #expect(try await desk.keyID(key.id, of: id) == key.id)
    _ = try await desk.addKey(["name": "first"], to: id)
    try await refused("the account has 2 keys named") { _ = try await desk.keyID("first", of: id) }
    try await refused("no key \"x\"") { _ = try await desk.keyID("x", of: id) }
    try await desk.removeKey(key.id, of: id)
    #expect(try await store.holder(ofKeyWith: APIKey.digest(of: secret)) == nil)
    try await refused("has no such key") { try await desk.removeKey(key.id, of: id) }

    let changed = try await desk.replaceAccount(id, with: made.setting("disabled", to: true).setting("groups", to: nil))
    #expect(changed["disabled"] == true && changed["groups"] == [])
    try await refused("already that of another account") { _ = try await desk.addAccount(["name": "ci"]) }
    try await refused("/name: name must be 1 to 50", "/role: role must be one of") {
      _ = try await desk.addAccount(["name": "", "role": "king"])
    }
    let admin = try await desk.account("admin").id
    try await refused("the last enabled admin") { try await desk.removeAccount(admin) }
    try await desk.removeAccount(id)
    try await refused("no account named \"ci\"") { _ = try await desk.account("ci") }
    try await refused("no such account") { _ = try await desk.account(id) }
    for number in 1...101 { _ = try await desk.addAccount(["name": .string("a\(number)")]) }
    #expect(try await desk.accounts(named: nil).count == 102)
  }

  private func refused(_ sentences: String..., by body: () async throws -> Void) async throws {
    let error = await #expect(throws: (any Error).self) { try await body() }
    for sentence in sentences { #expect(error.map { "\($0)".contains(sentence) } == true, "\(sentence): \(String(describing: error))") }
  }

  // MARK: Command lines

  @Test func `what contradicts itself or says nothing is a usage error`() throws {
    for line in [
      ["accounts", "create"], ["accounts", "create", "x", "--role", "king"], ["accounts", "update", "x"],
      ["accounts", "update", "x", "--group", "a", "--no-groups"], ["accounts", "update", "x", "--email", "a@b", "--no-email"],
      ["accounts", "list", "--offline", "--token", "t"], ["accounts", "list", "--offline", "--url", "http://x"],
      ["keys", "create", "x", "--expires", "soon"], ["keys", "create", "x", "--expires", "2001-01-01T00:00:00Z"], ["keys", "revoke", "x"],
    ] {
      #expect(throws: (any Error).self, "\(line)") { _ = try FanfareCommand.parseAsRoot(line) }
    }
    let create = try #require(
      try FanfareCommand.parseAsRoot(["accounts", "create", "ci", "--group", "a", "--group", "b", "--grant", "r", "--expires", "30d"])
        as? AccountsCommand.Create)
    #expect(create.group == ["a", "b"] && create.grant == ["r"] && create.role == .user)
    let expiry = try #require(create.key.expires?.timestamp)
    #expect(abs((expiry - SystemClock.now()) / .seconds(86_400) - 30) < 0.01)
  }

  @Test func `offline, a directory without a store is told, and none is made`() async throws {
    let directory = try TestDirectory()
    let list = try #require(
      try FanfareCommand.parseAsRoot(["accounts", "list", "--offline", "--data-directory", directory.path]) as? AccountsCommand.List)
    let error = await #expect(throws: SentenceError.self) { try await list.run() }
    #expect(error?.description.contains("there is no store at \(directory.path)/fanfare.db") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
  }

  @Test func `offline, a store that a service has open is told`() async throws {
    let ground = try DataDirectory()
    try await ground.with { _ in
      let list = try #require(
        try FanfareCommand.parseAsRoot(["accounts", "list", "--offline", "--data-directory", ground.directory.path])
          as? AccountsCommand.List)
      let error = await #expect(throws: SentenceError.self) { try await list.run() }
      #expect(error?.description.contains("in use by the process") == true)
      #expect(error?.description.contains("leave --offline out") == true)
    }
  }
}
