internal import Fanfare
internal import GRDB
internal import Glibc

extension SQLiteStore {
  /// Makes a backup the store, while no service runs.
  ///
  /// The file is copied beside the store, checked whole (`integrity_check`), its secrets are opened, and only then takes the store's name:
  /// whenever the machine stops, the store is the old one or the new one. What was stored after the backup was made is not in it, and a
  /// broker does not send again what was acknowledged. Deliveries that waited then are made again under the same ids.
  ///
  /// - Parameters:
  ///   - file: a backup, or a store's database that no service has open.
  ///   - path: the store's database. Its directory must exist.
  ///   - oldPath: the name that the store that is there gets; nil if there must be none.
  ///   - secretKey: gives the key of this id.
  /// - Throws: ``SQLiteStoreError``, and what `secretKey` throws; nothing has changed then.
  public static func restore(
    _ file: String, to path: String, keepingOldAs oldPath: String?, secretKey: @Sendable (SecretKey.ID) throws -> SecretKey,
    progress: @escaping @Sendable (StoreCopyProgress) -> Void
  ) async throws -> StoreSummary {
    let lock = try StoreLock(besideDatabase: path)
    defer { withExtendedLifetime(lock) {} }
    if let identity = FileIdentity(path: file), identity == FileIdentity(path: path) {
      throw SQLiteStoreError(.invalid, "\(file) is the store itself: name a backup")
    }
    if let identity = FileIdentity(path: file), identity == FileIdentity(path: path + ".part") {
      throw SQLiteStoreError(.invalid, "\(file) is the name that the copy gets while it is made: rename the backup")
    }
    if oldPath == nil, FileIdentity(path: path) != nil {
      throw SQLiteStoreError(.invalid, "there is a store at \(path) already: with --force it is kept under another name")
    }
    try refuseLogWithoutStore(path)
    let backup = try StoreFile(path: file)
    let keyID = try await backup.read { db in
      try StoreVersion.require(in: db, path: file) >= 6 ? try SecretBox.keyID(in: db) : nil
    }
    let key = try keyID.map { try secretKey($0) }
    if let keyID, let key, key.id != keyID {
      throw SQLiteStoreError(.wrongKey, "the secrets in \(file) were encrypted with the key \(keyID), and this is the key \(key.id)")
    }
    var draft = try StoreDraft(for: path)
    try await backup.copy(to: draft.path, progress: progress)
    try backup.close()
    let copy = try StoreFile(path: draft.path)
    progress(StoreCopyProgress(step: .checking, bytesDone: 0, bytesTotal: 0))
    do {
      try await copy.check(isQuick: false)
    } catch let error as SQLiteStoreError where error.code == .corrupt {
      throw SQLiteStoreError(.corrupt, "\(file) is damaged, and nothing was restored (\(error.description))")
    }
    if let key { try await copy.read { try SecretBox(key).openAll(in: $0) } }
    let summary = try await copy.summary()
    try copy.close()
    try draft.sync()
    if let oldPath, FileIdentity(path: path) != nil { try keep(path, as: oldPath) }
    for suffix in logSuffixes + ["-shm"] { unlink(path + suffix) }
    // Nor may a log of the old store come back beside the new one.
    try StoreDraft.syncDirectory(of: path)
    try draft.finish()
    return summary
  }

  /// What SQLite has beside a database of what is not in it yet, or is to be undone.
  private static let logSuffixes = ["-wal", "-journal"]

  /// Somebody has moved the store away and left its log, which may have what was stored last and is nowhere else.
  private static func refuseLogWithoutStore(_ path: String) throws {
    if FileIdentity(path: path) != nil { return }
    for suffix in logSuffixes {
      var status = stat()
      guard stat(path + suffix, &status) == 0, status.st_size > 0 else { continue }
      throw SQLiteStoreError(
        .invalid,
        "\(path + suffix) is the log of a store that is not there any more, and may have what was stored last: put it beside that store again, under its name"
      )
    }
  }

  /// Gives the store that is there a second name, which stays when the first goes to another.
  ///
  /// Its log is moved into it first. A damaged store's may not be; it gets a second name, too.
  private static func keep(_ path: String, as oldPath: String) throws {
    do {
      try checkpoint(path)
    } catch let error as DatabaseError where [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL].contains(error.resultCode) {
      throw error
    } catch {
      // Too damaged to be opened.
    }
    for suffix in [""] + logSuffixes where FileIdentity(path: path + suffix) != nil {
      guard link(path + suffix, oldPath + suffix) == 0 else {
        throw StoreDraft.failure("the store that is there cannot be kept as \(oldPath + suffix)")
      }
    }
    try StoreDraft.syncDirectory(of: path)
  }

  private static func checkpoint(_ path: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    // The last one that closes it removes the log.
    try queue.close()
  }
}

extension SecretBox {
  /// - Throws: ``SQLiteStoreError`` if there is a secret that does not open.
  func openAll(in db: Database) throws {
    let select = try Statement("SELECT row, document, secrets FROM subscription", in: db)
    defer { select.reset() }
    while try select.step() {
      let row = select.int64(0)
      _ = try open(select.blob(1), in: .document(subscription: row))
      _ = try open(select.blob(2), in: .secrets(subscription: row))
    }
  }
}
