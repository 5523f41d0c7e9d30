internal import Fanfare
internal import GRDB
internal import Glibc

/// A store's database as it is read beside the service, or without one. Takes no lock and changes nothing, so the service goes on writing;
/// what one read began with, it sees to its end, and the write-ahead log cannot be reused from there on meanwhile.
struct StoreFile: Sendable {
  let path: String
  private let queue: DatabaseQueue

  /// - Throws: ``SQLiteStoreError`` with the path if there is no such file, or if it is no database.
  init(path: String) throws {
    self.path = path
    guard access(path, R_OK) == 0 else {
      let code = errno
      throw SQLiteStoreError(.inputOutput, nativeCode: code, "\(path) cannot be read: \(String(cString: strerror(code)))")
    }
    var configuration = Configuration()
    configuration.label = "fanfare.file"
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA cache_size = -8192")
      try db.execute(sql: "PRAGMA mmap_size = 0")
    }
    do {
      queue = try DatabaseQueue(path: path.hasPrefix("file:") ? "./\(path)" : path, configuration: configuration)
    } catch {
      throw Self.saying(path, error)
    }
  }

  func close() throws { try queue.close() }

  /// Runs `body` in one snapshot. The task's cancellation interrupts it.
  func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    do {
      return try await queue.read(body)
    } catch {
      throw Self.saying(path, error)
    }
  }

  /// With the file's name: two are at hand when something is copied.
  private static func saying(_ path: String, _ error: any Error) -> any Error {
    let error = SQLiteStoreError.translating(error)
    guard let failure = error as? SQLiteStoreError, !failure.description.contains(path) else { return error }
    return SQLiteStoreError(failure.code, nativeCode: failure.nativeCode, "\(path): \(failure.description)")
  }
}

/// Which version of Fanfare a database belongs to.
enum StoreVersion: Equatable {
  /// None: it is something else.
  case foreign
  /// This one's, or one that this brings up to date. The number of its newest migration.
  case known(Int)
  case newer

  /// The number of a store that is up to date.
  static let current = Schema.migrator.migrations.count

  init(of db: Database) throws {
    let migrator = Schema.migrator
    let applied = try migrator.appliedIdentifiers(db)
    if applied.isEmpty || !applied.contains("0001") {
      self = .foreign
    } else if try migrator.hasBeenSuperseded(db) {
      self = .newer
    } else {
      self = .known(applied.count)
    }
  }

  /// - Returns: the number of the newest migration.
  /// - Throws: ``SQLiteStoreError`` for what is no store, or a newer version's.
  static func require(in db: Database, path: String) throws -> Int {
    switch try StoreVersion(of: db) {
    case .known(let number): return number
    case .foreign: throw SQLiteStoreError(.corrupt, "\(path) is a database, but no store of Fanfare's")
    case .newer:
      throw SQLiteStoreError(.newerVersion, "\(path) was written by a newer version of Fanfare: take that version's command")
    }
  }
}
