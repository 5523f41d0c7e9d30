import Fanfare
import Foundation
import SQLiteStore

@testable import fanfare

/// A data directory of a test's own, and the store in it.
struct DataDirectory {
  let directory: TestDirectory

  init() throws { directory = try TestDirectory() }

  var tokenPath: String { "\(directory.path)/admin.token" }

  var keyFile: SecretKeyFile { SecretKeyFile(path: "\(directory.path)/secrets.key") }

  func open() throws -> SQLiteStore {
    try SQLiteStore.open(
      SQLiteStoreConfiguration(
        path: "\(directory.path)/fanfare.db", secretKey: keyFile.key(withID:), clock: SystemClock.now, logger: .silent))
  }

  /// Opens the store, lets `body` work on it, and closes it.
  func with<Result: Sendable>(_ body: (SQLiteStore) async throws -> Result) async throws -> Result {
    let store = try open()
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(store)) } catch { result = .failure(error) }
    try await store.close()
    return try result.get()
  }

  func start() async throws -> FirstStart.Outcome { try await with { try await FirstStart.prepare($0, tokenPath: tokenPath) } }

  /// Whom the key in admin.token, or another one, belongs to.
  func holder(of secret: String? = nil) async throws -> String? {
    let secret = try secret ?? AdminToken.read(atPath: tokenPath)
    return try await with { try await $0.holder(ofKeyWith: APIKey.digest(of: secret))?.account.profile.name }
  }
}
