internal import GRDB

/// Indexes of events that are written thousands of events at a time.
enum Migration0008 {
  static let sql = """
    -- Neighbours of a run (a timeline's events of an audience, or all of them as audience 0) in one row: see EntrySlice. The newest slice of a
    -- run is in timeline_head, which is small, so that the slices that grow stand together. Entries of the newest events are in neither yet,
    -- and are made anew from the events after a restart.
    CREATE TABLE timeline_head(
      timeline INTEGER, audience INTEGER, occurred_at INTEGER NOT NULL, seq INTEGER NOT NULL, entries BLOB NOT NULL,
      PRIMARY KEY(timeline, audience)) WITHOUT ROWID;
    CREATE TABLE timeline_slice(
      row INTEGER PRIMARY KEY, timeline INTEGER NOT NULL, audience INTEGER NOT NULL, occurred_at INTEGER NOT NULL, seq INTEGER NOT NULL,
      entries BLOB NOT NULL);
    CREATE UNIQUE INDEX timeline_slice_by_first ON timeline_slice(timeline, audience, occurred_at, seq);

    -- Events by the 48-bit keys of their ids; `recent_id` has those that are not in there yet, eight bytes each, of events one after the other.
    CREATE TABLE event_id(key INTEGER, seq INTEGER, PRIMARY KEY(key, seq)) WITHOUT ROWID;
    CREATE TABLE recent_id(first_seq INTEGER PRIMARY KEY, keys BLOB NOT NULL);

    -- How far both are, by events, and how far the events that are folded now: see FoldMark and IDMark.
    CREATE TABLE timeline_fold(
      row INTEGER PRIMARY KEY CHECK (row = 1), folded_to INTEGER NOT NULL, folding_to INTEGER NOT NULL, folding_timeline INTEGER NOT NULL,
      folding_audience INTEGER NOT NULL, folding_occurred_at INTEGER NOT NULL, folding_seq INTEGER NOT NULL,
      ids_folded_to INTEGER NOT NULL, ids_folding_to INTEGER NOT NULL, ids_folding_key INTEGER NOT NULL);
    """

  static let end = """
    -- In the order of the index that it replaces. `event.id_fingerprint` stays in events that have it, and is 0 in others.
    INSERT INTO event_id(key, seq) SELECT id_fingerprint >> 16, seq FROM event ORDER BY id_fingerprint;
    INSERT INTO timeline_fold SELECT 1, seq, seq, 0, 0, 0, 0, seq, seq, 0 FROM (SELECT coalesce(max(seq), 0) AS seq FROM event);
    """

  /// Nothing but numbers are in them, which need not be overwritten: that would put each of their pages into the log.
  static let drop = """
    PRAGMA secure_delete = OFF;
    DROP INDEX event_by_id;
    DROP TABLE timeline_entry;
    PRAGMA secure_delete = ON;
    """

  static func migrate(_ db: Database) throws {
    try db.execute(sql: sql)
    try moveEntries(in: db)
    try db.execute(sql: end)
    try db.execute(sql: drop)
  }

  private static func moveEntries(in db: Database) throws {
    let select = try Statement(
      """
      SELECT timeline, audience, occurred_at, seq, event_audience, type, flags FROM timeline_entry
      ORDER BY timeline, audience, occurred_at, seq
      """, in: db)
    let table = try SliceTable(in: db)
    var (run, slice): (RunKey?, EntrySlice?)
    defer { select.reset() }
    while try select.step() {
      let next = RunKey(timeline: select.int64(0), audience: select.int64(1))
      let entry = try TimelineEntry(
        position: EntryPosition(occurredAt: select.int64(2), sequence: select.int64(3)), audience: select.int64(4), type: select.int64(5),
        flags: EntryFlags(rawValue: select.int64(6)))
      if run == next, slice?.append(entry) == true { continue }
      // The last of a run is its head.
      if let run, let slice { try run == next ? table.write(slice, of: run) : table.writeHead(slice, of: run) }
      (run, slice) = (next, EntrySlice(beginningAt: entry.position, of: next))
      _ = slice?.append(entry)
    }
    if let run, let slice { try table.writeHead(slice, of: run) }
  }
}
