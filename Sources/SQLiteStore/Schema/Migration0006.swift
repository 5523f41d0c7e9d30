/// Secrets that are encrypted, and ids that are remembered though their events are gone.
enum Migration0006 {
  static let sql = """
    -- The key that all secrets are encrypted with; no row until they are. `is_scrubbed` once nothing of what was there before is left.
    CREATE TABLE secret_key(row INTEGER PRIMARY KEY CHECK (row = 1), key_id INTEGER NOT NULL, is_scrubbed INTEGER NOT NULL);

    -- `url` is what may be shown of it; it is found by the keyed fingerprint of the whole. The whole stands in `subscription.document` only.
    CREATE TABLE fingerprinted_endpoint(row INTEGER PRIMARY KEY, kind TEXT NOT NULL, url TEXT NOT NULL, fingerprint BLOB UNIQUE);
    INSERT INTO fingerprinted_endpoint(row, kind, url) SELECT row, kind, url FROM endpoint;
    DROP TABLE endpoint;
    ALTER TABLE fingerprinted_endpoint RENAME TO endpoint;

    -- What tells a duplicate of an event that was removed. `sequence` was the event's, `content` is a keyed fingerprint of what it said,
    -- `given_time` when it happened if the producer said so.
    CREATE TABLE removed_event(
      row INTEGER PRIMARY KEY, id_fingerprint INTEGER NOT NULL, id TEXT NOT NULL, sequence INTEGER NOT NULL, content INTEGER NOT NULL,
      given_time INTEGER, removed_at INTEGER NOT NULL);
    CREATE INDEX removed_event_by_id ON removed_event(id_fingerprint);
    """
}
