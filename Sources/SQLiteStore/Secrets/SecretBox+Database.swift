internal import Fanfare
internal import GRDB

// `secret_key` names the one key that everything in the database is sealed with.

extension SecretBox {
  /// The box of a database whose schema is up to date. What an earlier version kept in the clear is sealed first, in one transaction.
  ///
  /// - Throws: what the configuration says if there is no key; ``SQLiteStoreError/Code/wrongKey`` if it is another one.
  static func opening(_ pool: DatabasePool, _ configuration: SQLiteStoreConfiguration) throws -> SecretBox {
    let stored = try pool.read { try keyID(in: $0) }
    let key = try configuration.secretKey(stored)
    if let stored, stored != key.id {
      throw SQLiteStoreError(
        .wrongKey, "the secrets in \(configuration.path) were encrypted with the key \(stored), and this is the key \(key.id)")
    }
    let box = SecretBox(key)
    try pool.writeWithoutTransaction { db in
      if stored == nil {
        try db.inTransaction(.immediate) {
          try box.sealAll(in: db) { bytes, _ in bytes }
          return .commit
        }
      }
      try scrub(db)
    }
    return box
  }

  /// Seals everything anew with another key, in one transaction.
  func change(to box: SecretBox, in pool: DatabasePool) throws {
    try pool.writeWithoutTransaction { db in
      try db.inTransaction(.immediate) {
        try box.sealAll(in: db) { bytes, place in try open(bytes, in: place) }
        return .commit
      }
      try Self.scrub(db)
    }
  }

  static func keyID(in db: Database) throws -> SecretKey.ID? {
    try Int64.fetchOne(db, sql: "SELECT key_id FROM secret_key").map { SecretKey.ID(number: UInt64(bitPattern: $0)) }
  }

  // MARK: In a transaction

  /// - Parameter opened: what is in the clear of what stands in a place.
  private func sealAll(in db: Database, _ opened: ([UInt8], Place) throws -> [UInt8]) throws {
    // An endpoint that no subscription names any more has no URL to take a fingerprint of, and is not found again.
    try db.execute(sql: "UPDATE endpoint SET fingerprint = NULL")
    let fingerprint = try Statement("UPDATE endpoint SET fingerprint = ? WHERE row = ?", in: db)
    let update = try Statement("UPDATE subscription SET document = ?, secrets = ? WHERE row = ?", in: db)
    for row in try StoredRow.all(in: db) {
      let document = try opened(row.document, .document(subscription: row.subscription))
      let secrets = try opened(row.secrets, .secrets(subscription: row.subscription))
      update.bind(1, try seal(document, in: .document(subscription: row.subscription)))
      update.bind(2, try seal(secrets, in: .secrets(subscription: row.subscription)))
      update.bind(3, row.subscription)
      try update.run()
      let value = try JSONValue(parsing: document)
      guard let url = value["url"]?.stringValue, let kind = value["type"]?.stringValue.flatMap(Subscription.Kind.init(rawValue:)) else {
        throw SQLiteStoreError(.corrupt, "the subscription of row \(row.subscription) has no URL")
      }
      fingerprint.bind(1, self.fingerprint(of: kind, url: url))
      fingerprint.bind(2, row.endpoint)
      try fingerprint.run()
    }
    try hideURLs(in: db)
    for table in ["subscription", "endpoint"] { try Self.rebuild(table, in: db) }
    try db.execute(
      sql: "INSERT OR REPLACE INTO secret_key(row, key_id, is_scrubbed) VALUES (1, ?, 0)", arguments: [Int64(bitPattern: keyID.number)])
  }

  private struct StoredRow {
    let subscription: Int64
    let endpoint: Int64
    let document: [UInt8]
    let secrets: [UInt8]

    static func all(in db: Database) throws -> [StoredRow] {
      let select = try Statement("SELECT row, endpoint, document, secrets FROM subscription", in: db)
      defer { select.reset() }
      var rows: [StoredRow] = []
      while try select.step() {
        rows.append(
          StoredRow(subscription: select.int64(0), endpoint: select.int64(1), document: select.blob(2), secrets: select.blob(3)))
      }
      return rows
    }
  }

  /// Leaves of each endpoint's URL what may be shown.
  private func hideURLs(in db: Database) throws {
    let update = try Statement("UPDATE endpoint SET url = ? WHERE row = ?", in: db)
    for row in try Row.fetchAll(db, sql: "SELECT row, kind, url FROM endpoint") {
      let (kind, url): (String, String) = (row["kind"], row["url"])
      update.bind(1, Subscription.Kind(rawValue: kind)?.publicURL(url) ?? "")
      update.bind(2, row["row"] as Int64)
      try update.run()
    }
  }

  // MARK: Remains

  /// Copies a table to new pages and gives up the old ones, which `secure_delete` overwrites: a row that was changed in place has left
  /// remains in its page.
  private static func rebuild(_ table: String, in db: Database) throws {
    guard let sql = try String.fetchOne(db, sql: "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", arguments: [table]),
      let columns = sql.firstIndex(of: "(")
    else { throw SQLiteStoreError(.corrupt, "the table \(table) is not there") }
    let indexes = try String.fetchAll(
      db, sql: "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", arguments: [table])
    try db.execute(
      sql: """
        CREATE TABLE rebuilt \(sql[columns...]);
        INSERT INTO rebuilt SELECT * FROM \(table);
        DROP TABLE \(table);
        ALTER TABLE rebuilt RENAME TO \(table);
        """)
    for index in indexes { try db.execute(sql: index) }
  }

  /// Moves the log into the database and cuts it off, so that nothing is left in it of what was overwritten. What was
  /// cut short is made up for at the next opening.
  private static func scrub(_ db: Database) throws {
    if try Bool.fetchOne(db, sql: "SELECT is_scrubbed FROM secret_key") == true { return }
    do {
      try db.checkpoint(.truncate)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      // Somebody copies the database this moment. That is no reason not to start.
      return
    }
    try db.execute(sql: "UPDATE secret_key SET is_scrubbed = 1")
  }
}
