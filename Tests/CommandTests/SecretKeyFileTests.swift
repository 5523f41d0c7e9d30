import ArgumentParser
import Fanfare
import Foundation
import SQLiteStore
import Testing

@testable import fanfare

@Suite struct SecretKeyFileTests {
  private let ground: DataDirectory
  private let file: SecretKeyFile
  private struct Stopped: Error {}

  init() throws {
    ground = try DataDirectory()
    file = ground.keyFile
  }

  private func subscribe() async throws -> [String] {
    let scope = SubscriptionScope(side: .project, project: "shop")
    return try await ground.with { store in
      if case let there = try await store.subscriptions(of: scope).subscriptions, !there.isEmpty { return there.flatMap(\.secrets) }
      return try await store.replace(
        scope, with: [Subscription(scope: scope, id: "a", kind: .webhook, url: "https://a.example/")], ifVersion: nil
      ).subscriptions.flatMap(\.secrets)
    }
  }

  private var names: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: ground.directory.path).filter { $0.hasPrefix("secrets.key") }.sorted()
    }
  }

  private func refused(_ sentence: String) async throws {
    let error = await #expect(throws: SentenceError.self) { _ = try await subscribe() }
    #expect(error.map { $0.description.contains(sentence) && $0.description.contains(file.path) } == true, "\(String(describing: error))")
  }

  private func rekey() async throws {
    let command = try FanfareCommand.parseAsRoot(["secrets", "rekey", "--data-directory", ground.directory.path])
    try await #require(command as? SecretsCommand.Rekey).run()
  }

  // MARK: The file

  @Test func `the first opening makes a key that only its owner can read, and later ones use it`() async throws {
    let secrets = try await subscribe()
    #expect(try names == ["secrets.key"])
    let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let key = try file.read()
    #expect(try await subscribe() == secrets)
    #expect(try file.read() == key)
  }

  @Test func `a start that died while it wrote the first key is made up for`() async throws {
    _ = try ground.directory.write("fanfare-secrets-key-1:half", to: "secrets.key.part")
    _ = try await subscribe()
    #expect(try names == ["secrets.key"])
  }

  @Test func `a key that was made before the store was is the store's`() async throws {
    var random = SystemRandomNumberGenerator()
    let key = SecretKey(using: &random)
    _ = try ground.directory.write(key.text, to: "secrets.key")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    _ = try await subscribe()
    #expect(try file.read() == key)
  }

  @Test func `a key that is missing, another's, no key, or open to others is refused, and no other is made`() async throws {
    let secrets = try await subscribe()
    let text = try String(contentsOfFile: file.path, encoding: .utf8)
    try FileManager.default.removeItem(atPath: file.path)
    try await refused("is missing, and the secrets in the store are encrypted with it (the key ")
    #expect(try names == [])

    func put(_ text: String, mode: Int = 0o600) throws {
      _ = try ground.directory.write(text, to: "secrets.key")
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    }
    var random = SystemRandomNumberGenerator()
    let other = SecretKey(using: &random)
    try put(other.text)
    try await refused("holds the key \(other.id), and the secrets in the store are encrypted with the key ")
    for nonsense in ["", "hello", "\(text)\(text)", text.replacing("key-1", with: "key-9")] {
      try put(nonsense)
      try await refused("holds no key that Fanfare has made")
    }
    for mode in [0o640, 0o604, 0o620] {
      try put(text, mode: mode)
      try await refused("chmod 600")
    }
    try put(text)
    #expect(try await subscribe() == secrets)
  }

  @Test func `check-config finds a key file that the service could not start with`() async throws {
    _ = try ground.directory.write("hello", to: "secrets.key")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    let flags: [String: SettingsInput.Flag] = ["data.directory": SettingsInput.Flag(ground.directory.path, name: "--set")]
    let outcome = await SettingsInput(flags: flags).read().withFaultsOfFiles()
    #expect(outcome.faults == ["\(file.path) holds no key that Fanfare has made: put back what it held"])
  }

  // MARK: Another key

  @Test func `rekey puts another key in the place of the old one, and secrets stay`() async throws {
    let secrets = try await subscribe()
    let former = try file.read()
    try await rekey()
    #expect(try names == ["secrets.key"])
    #expect(try file.read() != former)
    #expect(try await subscribe() == secrets)
    let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  enum Interruption: CaseIterable {
    case whileTheNewKeyIsWritten, beforeTheCommit, afterTheCommit, afterTheRename
  }

  /// Stops as the machine would: what comes after does not happen.
  private func rekey(until interruption: Interruption) throws {
    let configuration = SQLiteStoreConfiguration(
      path: "\(ground.directory.path)/fanfare.db", secretKey: file.key(withID:), clock: SystemClock.now, logger: .silent)
    try SQLiteStore.changeKey(of: configuration) {
      if interruption == .whileTheNewKeyIsWritten {
        _ = try ground.directory.write("fanfare-secrets-key-1:AAAA", to: "secrets.key.new.part")
        throw Stopped()
      }
      let key = try file.makeSuccessor()
      if interruption == .beforeTheCommit { throw Stopped() }
      return key
    } committed: {
      if interruption == .afterTheRename { try file.adoptSuccessor() }
      throw Stopped()
    }
  }

  @Test(arguments: Interruption.allCases, [true, false])
  func `a rekey that was cut short is finished or undone by the next start, or rekey`(
    _ interruption: Interruption, isRekeyNext: Bool
  ) async throws {
    let secrets = try await subscribe()
    let former = try file.read()
    #expect(throws: Stopped.self) { try rekey(until: interruption) }
    let isCommitted = interruption == .afterTheCommit || interruption == .afterTheRename
    if isRekeyNext {
      let between = try? SecretKeyFile(path: file.successorPath).read()
      try await rekey()
      #expect(try file.read() != former)
      #expect(try file.read() != between)
    } else {
      #expect(try await subscribe() == secrets)
      #expect(try (file.read() == former) == !isCommitted)
    }
    #expect(try await subscribe() == secrets)
    #expect(try names.filter { !$0.hasSuffix(".part") } == ["secrets.key"])
  }

  @Test func `rekey tells that a service runs, or that there is no store, and changes nothing`() async throws {
    let missing = await #expect(throws: SentenceError.self) { try await rekey() }
    #expect(missing?.description.contains("there is no store at") == true)
    #expect(try names == [])
    let secrets = try await subscribe()
    let key = try file.read()
    try await ground.with { _ in
      let error = await #expect(throws: SentenceError.self) { try await rekey() }
      #expect(error?.description.contains("in use by the process") == true)
      #expect(error?.description.hasSuffix("stop the service first") == true)
    }
    #expect(try file.read() == key)
    #expect(try await subscribe() == secrets)
  }
}
