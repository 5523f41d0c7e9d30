internal import Fanfare
internal import GRDB
internal import Synchronization

extension StoreFile {
  /// Copies the database as it is at one moment, page by page, what is in its write-ahead log included. The copy needs no log beside it.
  ///
  /// In one snapshot: another connection's commits would make SQLite begin anew each time, and on a busy store it would never end.
  ///
  /// - Parameter draft: an empty file.
  func copy(to draft: String, progress: @escaping @Sendable (StoreCopyProgress) -> Void) async throws {
    let isCancelled = Atomic(false)
    try await withTaskCancellationHandler {
      try await read { source in
        let pageBytes = try Int.fetchOne(source, sql: "PRAGMA page_size") ?? 4096
        // The snapshot begins with the first thing that is read.
        _ = try Int.fetchOne(source, sql: "SELECT count(*) FROM sqlite_master")
        let target = try DatabaseQueue(path: draft, configuration: Self.draftConfiguration)
        do {
          try target.writeWithoutTransaction { target in
            try source.backup(to: target, pagesPerStep: 256) { step in
              if isCancelled.load(ordering: .relaxed) { throw CancellationError() }
              progress(
                StoreCopyProgress(
                  step: .copying, bytesDone: step.completedPageCount * pageBytes, bytesTotal: step.totalPageCount * pageBytes))
            }
          }
          try target.close()
          // It came as one that has a log.
          let lone = try DatabaseQueue(path: draft, configuration: Configuration())
          try lone.writeWithoutTransaction { _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = DELETE") }
          try lone.close()
        } catch {
          throw Self.translating(error, writing: draft)
        }
      }
    } onCancel: {
      isCancelled.store(true, ordering: .relaxed)
    }
  }

  /// Nothing is to be undone in a draft, and it is put on the disk when it is whole.
  private static var draftConfiguration: Configuration {
    var configuration = Configuration()
    configuration.label = "fanfare.draft"
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA journal_mode = OFF")
      try db.execute(sql: "PRAGMA synchronous = OFF")
    }
    return configuration
  }

  private static func translating(_ error: any Error, writing draft: String) -> any Error {
    guard let failure = SQLiteStoreError.translating(error) as? SQLiteStoreError else { return error }
    if failure.code == .full {
      return SQLiteStoreError(.full, nativeCode: failure.nativeCode, "there is no room left on the disk for \(draft)")
    }
    return SQLiteStoreError(failure.code, nativeCode: failure.nativeCode, "\(draft) cannot be written: \(failure.description)")
  }

  /// Reads every page.
  ///
  /// - Parameter isQuick: not whether each index says what its table says, which takes several times as long.
  /// - Throws: ``SQLiteStoreError/Code/corrupt`` with the first thing that is wrong.
  func check(isQuick: Bool) async throws {
    let faults = try await read { try String.fetchAll($0, sql: isQuick ? "PRAGMA quick_check(3)" : "PRAGMA integrity_check(3)") }
    if faults != ["ok"] { throw SQLiteStoreError(.corrupt, "\(path) is damaged: \(faults.joined(separator: "; "))") }
  }

  func summary() async throws -> StoreSummary {
    try await read { [path] in try StoreSummary($0, path: path) }
  }
}
