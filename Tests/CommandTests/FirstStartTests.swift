import Fanfare
import Foundation
import SQLiteStore
import Testing

@testable import fanfare

@Suite struct FirstStartTests {
  @Test func `an empty store gets an admin and a key that only its owner can read`() async throws {
    let ground = try DataDirectory()
    #expect(try await ground.start() == .accountMade(isTokenNew: true))
    #expect(try await ground.holder() == "admin")
    let attributes = try FileManager.default.attributesOfItem(atPath: ground.tokenPath)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(!FileManager.default.fileExists(atPath: ground.tokenPath + ".new"))
    let accounts = try await ground.with { try await $0.accounts(named: nil, page: CursorPage()).elements }
    #expect(accounts.map(\.profile) == [Account.Profile(name: "admin", role: .admin)])
    let token = try AdminToken.read(atPath: ground.tokenPath)
    #expect(try await ground.start() == .nothingToDo)
    #expect(try AdminToken.read(atPath: ground.tokenPath) == token)
  }

  @Test func `a token that is there when the store is empty becomes the admin's key`() async throws {
    // So it is after a crash between the file and the store, with an older data directory, and where the operator chose it.
    let ground = try DataDirectory()
    let path = try ground.directory.write("chosen-by-the-operator\n", to: "admin.token")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    #expect(try await ground.start() == .accountMade(isTokenNew: false))
    #expect(try await ground.holder(of: "chosen-by-the-operator") == "admin")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "chosen-by-the-operator\n")
  }

  @Test func `a start that died while it wrote the file is made up for`() async throws {
    let ground = try DataDirectory()
    _ = try ground.directory.write("fanfare_hal", to: "admin.token.new")
    #expect(try await ground.start() == .accountMade(isTokenNew: true))
    #expect(try AdminToken.read(atPath: ground.tokenPath).utf8.count == 51)
    #expect(try await ground.holder() == "admin")
    #expect(try await ground.holder(of: "fanfare_hal") == nil)
  }

  @Test func `a token that others can read is refused, and makes no account`() async throws {
    let ground = try DataDirectory()
    let path = try ground.directory.write("chosen\n", to: "admin.token")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    let error = await #expect(throws: SentenceError.self) { _ = try await ground.start() }
    #expect(error?.description.contains("chmod 600") == true)
    #expect(try await ground.holder(of: "chosen") == nil)
  }

  @Test func `the token's key stays revoked, and a token that is gone is not made again`() async throws {
    let ground = try DataDirectory()
    #expect(try await ground.start() == .accountMade(isTokenNew: true))
    try await ground.with { store in
      let holder = try #require(try await store.holder(ofKeyWith: APIKey.digest(of: AdminToken.read(atPath: ground.tokenPath))))
      try await store.removeKey(holder.key.id, of: holder.account.id)
    }
    #expect(try await ground.start() == .nothingToDo)
    #expect(try await ground.holder() == nil)
    try FileManager.default.removeItem(atPath: ground.tokenPath)
    #expect(try await ground.start() == .noToken)
    #expect(!FileManager.default.fileExists(atPath: ground.tokenPath))
  }
}
