internal import GRDB
internal import Logging

extension DatabasePool {
  /// Opens the file in WAL mode, refuses one of a newer version or of somebody else's, and brings an older one up to date.
  static func forStore(_ configuration: SQLiteStoreConfiguration) throws -> DatabasePool {
    let pool = try DatabasePool(path: configuration.path, configuration: poolConfiguration(configuration))
    let migrator = Schema.migrator
    if try pool.read(migrator.hasBeenSuperseded) {
      throw SQLiteStoreError(
        .newerVersion,
        "the database \(configuration.path) was written by a newer version of Fanfare; start that version, or restore a backup of this one's"
      )
    }
    if try pool.read({ try Schema.isForeign($0) }) {
      throw SQLiteStoreError(
        .corrupt,
        "the database \(configuration.path) is no store of Fanfare's: name another directory (data.directory), or move the file away")
    }
    try pool.writeWithoutTransaction { db in
      // GRDB sets NORMAL after the configuration ran, and NORMAL does not wait for the disk: set it here, where nothing comes after.
      try db.execute(sql: "PRAGMA synchronous = FULL")
      try db.execute(sql: "PRAGMA cache_size = -32768")
      // A longer log than SQLite's 4 MiB: pages that many commits touch are copied to the database once, not once a few commits.
      try db.execute(sql: "PRAGMA wal_autocheckpoint = 16384")
      try db.execute(sql: "PRAGMA journal_size_limit = 134217728")
      // What is removed, or encrypted, is overwritten. Debian's SQLite does so without being asked.
      try db.execute(sql: "PRAGMA secure_delete = ON")
    }
    if let events = try pool.read({ try Schema.eventsToMove(in: $0, migrator.appliedIdentifiers($0)) }) {
      configuration.logger.info(
        "The store is brought to this version, which takes up to ten seconds for each million events", metadata: ["events": "\(events)"])
    }
    try migrator.migrate(pool)
    return pool
  }

  private static func poolConfiguration(_ store: SQLiteStoreConfiguration) -> Configuration {
    var configuration = Configuration()
    configuration.label = "fanfare.store"
    configuration.foreignKeysEnabled = false
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = store.readers
    configuration.prepareDatabase { db in
      // Savepoints keep what they would undo in memory. No mmap: mapped pages would count as the process's own.
      try db.execute(sql: "PRAGMA temp_store = MEMORY")
      try db.execute(sql: "PRAGMA cache_size = -2048")
      try db.execute(sql: "PRAGMA mmap_size = 0")
    }
    return configuration
  }
}
