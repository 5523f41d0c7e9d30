internal import Fanfare
internal import GRDB

/// Random numbers that a database is born with and keeps.
struct StoreIdentity: Sendable {
  /// The key of the hash that event ids are looked up by, so that nobody can make ids that collide.
  let fingerprintKey: (UInt64, UInt64)
  let deliveries: RowNames
  let quarantine: RowNames
  let replays: RowNames

  /// Reads the numbers, or makes them the first time.
  init(_ db: Database, using random: inout some RandomNumberGenerator) throws {
    func number(_ name: String) throws -> UInt64 {
      let fresh = Int64(bitPattern: random.next())
      try db.execute(sql: "INSERT OR IGNORE INTO meta(name, value) VALUES (?, ?)", arguments: [name, fresh])
      let kept = try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE name = ?", arguments: [name])
      return UInt64(bitPattern: kept ?? fresh)
    }
    fingerprintKey = (try number("fingerprint_key_0"), try number("fingerprint_key_1"))
    deliveries = RowNames(high: try number("delivery_high"))
    quarantine = RowNames(high: try number("quarantine_high"))
    replays = RowNames(high: try number("replay_high"))
  }

  /// Reads the numbers of a database that has them, and makes none.
  ///
  /// - Throws: ``SQLiteStoreError`` if it has not.
  init(reading db: Database) throws {
    func number(_ name: String) throws -> UInt64 {
      guard let kept = try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE name = ?", arguments: [name]) else {
        throw SQLiteStoreError(.corrupt, "the store's own number \(name) is missing")
      }
      return UInt64(bitPattern: kept)
    }
    fingerprintKey = (try number("fingerprint_key_0"), try number("fingerprint_key_1"))
    deliveries = RowNames(high: try number("delivery_high"))
    quarantine = RowNames(high: try number("quarantine_high"))
    replays = RowNames(high: try number("replay_high"))
  }

  func fingerprint(of text: String) -> Int64 {
    var text = text
    return text.withUTF8 { Int64(bitPattern: SipHash.hash(UnsafeRawBufferPointer($0), key: fingerprintKey)) }
  }

  func fingerprint(of bytes: [UInt8]) -> Int64 {
    bytes.withUnsafeBytes { Int64(bitPattern: SipHash.hash($0, key: fingerprintKey)) }
  }
}

/// Names rows as KSUIDs: the second that the row was made in, the table's own random number, the row. No column, no index, and the
/// order of names is that of rows.
struct RowNames: Sendable {
  let high: UInt64

  func name(row: Int64, createdAt: Timestamp) -> KSUID {
    KSUID(timestamp: UInt32(clamping: createdAt.seconds - KSUID.epoch), high: high, low: UInt64(bitPattern: row))
  }
}
