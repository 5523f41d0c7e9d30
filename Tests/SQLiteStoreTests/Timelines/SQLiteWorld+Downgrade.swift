import Fanfare
import GRDB

@testable import SQLiteStore

extension SQLiteWorld {
  /// Makes of a store what the version before slices would have: a row for each entry, and fingerprints in the events.
  func downgrade(_ store: SQLiteStore) async throws {
    try await store.pool.write { db in
      try db.execute(
        sql: """
          CREATE TABLE timeline_entry(
            timeline INTEGER, audience INTEGER, occurred_at INTEGER, seq INTEGER, event_audience INTEGER NOT NULL, type INTEGER NOT NULL,
            flags INTEGER NOT NULL, PRIMARY KEY(timeline, audience, occurred_at, seq)) WITHOUT ROWID;
          CREATE INDEX event_by_id ON event(id_fingerprint);
          """)
      let reader = try TimelineReader(store.writer.recent, in: db)
      for timeline in try Int64.fetchAll(db, sql: "SELECT id FROM timeline") {
        for audience in try Int64.fetchAll(db, sql: "SELECT 0 UNION SELECT id FROM audience") {
          let run = RunKey(timeline: timeline, audience: audience)
          for entry in try reader.entries(of: run, newerThan: EntryPosition(occurredAt: .min, sequence: 0), limit: .max) {
            try db.execute(
              sql: "INSERT INTO timeline_entry VALUES (?, ?, ?, ?, ?, ?, ?)",
              arguments: [
                timeline, audience, entry.position.occurredAt, entry.position.sequence, entry.audience, entry.type, entry.flags.rawValue,
              ])
          }
        }
      }
      for row in try Row.fetchAll(db, sql: "SELECT seq, id FROM event") {
        try db.execute(
          sql: "UPDATE event SET id_fingerprint = ? WHERE seq = ?", arguments: [store.identity.fingerprint(of: row["id"]), row["seq"]])
      }
      try db.execute(
        sql: """
          DROP TABLE timeline_slice; DROP TABLE timeline_head; DROP TABLE recent_id; DROP TABLE timeline_fold;
          DROP TABLE id_slice; DROP TABLE id_filter; DROP TABLE id_filter_row; ALTER TABLE outbox DROP COLUMN created_at;
          DELETE FROM grdb_migrations WHERE identifier IN ('0008', '0009');
          """)
    }
    // Closing would write to what is gone; what a crash leaves is as good.
    let copy = try await copied()
    try await store.close()
    try await copy.replaceFiles(of: self)
  }
}
