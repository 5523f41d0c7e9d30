internal import GRDB

/// What the ingest runs for each event.
struct IngestStatements {
  let findByFingerprint: Statement
  let insertEvent: Statement
  let insertEntry: Statement
  let insertDelivery: Statement
  let insertReaderDelivery: Statement

  init(_ db: Database) throws {
    findByFingerprint = try Statement("SELECT seq, id FROM event WHERE id_fingerprint = ?", in: db)
    insertEvent = try Statement(
      """
      INSERT INTO event(seq, id, id_fingerprint, type, occurred_at, received_at, audience, origin, flags, first_delivery, deliveries,
        traceparent, compact, committed_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, in: db)
    insertEntry = try Statement(
      """
      INSERT INTO timeline_entry(timeline, audience, occurred_at, seq, event_audience, type, flags) VALUES (?, ?, ?, ?, ?, ?, ?)
      """, in: db)
    insertDelivery = try Statement(
      """
      INSERT INTO delivery(row, event, subscription, endpoint, state, urgency, due_at, tries, attempts, throttles, created_at, entity)
      VALUES (?, ?, ?, ?, ?, 0, ?, 0, 0, 0, ?, ?)
      """, in: db)
    insertReaderDelivery = try Statement("INSERT INTO reader_delivery(reader, first_delivery, deliveries) VALUES (?, ?, ?)", in: db)
  }
}
