internal import Fanfare
internal import GRDB
internal import Glibc

extension SQLiteStore {
  /// Copies a store's database to a file, beside the service or while none runs.
  ///
  /// The copy is the store at one moment: every event that was acknowledged before is in it, with its deliveries as they stood. The service
  /// goes on writing; its write-ahead log grows by what is written meanwhile. The file has its name when it is whole, was read once more
  /// (`quick_check`), and is on the disk. A backup is of no use without the key that its secrets are encrypted with.
  ///
  /// - Parameters:
  ///   - path: the store's database.
  ///   - file: made with mode 0600. What is written stands beside it as `FILE.part`.
  ///   - isReplacing: whether a file of that name may be replaced.
  ///   - others: files besides the database's own that belong to the store, and are never replaced.
  ///   - progress: called on some thread, for each megabyte.
  /// - Throws: ``SQLiteStoreError``; nothing is left then. `CancellationError` likewise.
  public static func backUp(
    _ path: String, to file: String, replacing isReplacing: Bool, sparing others: [String],
    progress: @escaping @Sendable (StoreCopyProgress) -> Void
  ) async throws -> StoreSummary {
    let files = ["", "-wal", "-shm", ".lock"].map { path + $0 } + others
    try requireTarget(file, isReplacing: isReplacing, sparing: files)
    let store = try StoreFile(path: path)
    _ = try await store.read { try StoreVersion.require(in: $0, path: path) }
    var draft = try StoreDraft(for: file)
    try await store.copy(to: draft.path, progress: progress)
    try store.close()
    let copy = try StoreFile(path: draft.path)
    progress(StoreCopyProgress(step: .checking, bytesDone: 0, bytesTotal: 0))
    try await copy.check(isQuick: true)
    let summary = try await copy.summary()
    try copy.close()
    // Somebody may have made it meanwhile.
    try requireTarget(file, isReplacing: isReplacing, sparing: files)
    try draft.finish()
    return summary
  }

  private static func requireTarget(_ file: String, isReplacing: Bool, sparing files: [String]) throws {
    var status = stat()
    guard lstat(file, &status) == 0 else {
      if errno == ENOENT { return }
      throw StoreDraft.failure("\(file) cannot be written")
    }
    let identity = FileIdentity(path: file)
    if identity != nil, files.contains(where: { FileIdentity(path: $0) == identity }) {
      throw SQLiteStoreError(.invalid, "\(file) belongs to the store itself: name another file")
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SQLiteStoreError(.invalid, "\(file) is no regular file: name another") }
    if !isReplacing { throw SQLiteStoreError(.invalid, "\(file) is there already: name another file, or replace it with --force") }
  }
}
