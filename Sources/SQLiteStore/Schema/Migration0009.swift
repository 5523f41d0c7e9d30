internal import GRDB

/// Ids of events in slices, and filters that tell of most new ones that they are new. When messages of the outbox were put there.
enum Migration0009 {
  static let sql = """
    -- Events by the 48-bit keys of their ids: all that have keys from this row's on to the next one's. See IDSlice.
    CREATE TABLE id_slice(first_key INTEGER PRIMARY KEY, entries BLOB NOT NULL);

    -- See IDFilter. A row has 4,032 bytes of a filter's bits, at the place `number << 24 | row`; one that is not there has no bit set.
    CREATE TABLE id_filter(number INTEGER PRIMARY KEY, capacity INTEGER NOT NULL, keys INTEGER NOT NULL, last_seq INTEGER NOT NULL);
    CREATE TABLE id_filter_row(place INTEGER PRIMARY KEY, bits BLOB NOT NULL);

    -- 0 of what was there before.
    ALTER TABLE outbox ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;

    -- Versions before did not write down which removed events they have forgotten: any of them, if something was removed.
    INSERT OR IGNORE INTO meta(name, value) SELECT 'last_forgotten', value FROM meta WHERE name = 'last_sequence';
    """

  static func migrate(_ db: Database) throws {
    try db.execute(sql: sql)
    try moveIDs(in: db)
    // Numbers only, as in the migration before.
    try db.execute(sql: "PRAGMA secure_delete = OFF; DROP TABLE event_id; PRAGMA secure_delete = ON")
  }

  private static func moveIDs(in db: Database) throws {
    var filters = IDFilters(FoldBounds())
    let table = try IDSliceTable(in: db)
    let select = try Statement("SELECT key, seq FROM event_id ORDER BY key, seq", in: db)
    defer { select.reset() }
    var isMore = true
    while isMore {
      var entries: [IDEntry] = []
      while entries.count < 65_536, isMore {
        isMore = try select.step()
        if isMore { entries.append(IDEntry(key: select.int64(0), sequence: select.int64(1))) }
      }
      try table.add(entries)
      try filters.insert(entries, in: db)
    }
  }
}
