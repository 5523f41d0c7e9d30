internal import GRDB

/// What the ingest runs for each event.
struct IngestStatements {
  let ids: IDSliceTable
  let findID: Statement
  let insertEvent: Statement
  let insertDelivery: Statement
  let insertReaderDelivery: Statement

  init(_ db: Database) throws {
    ids = try IDSliceTable(in: db)
    findID = try Statement("SELECT id FROM event WHERE seq = ?", in: db)
    insertEvent = try Statement(
      """
      INSERT INTO event(seq, id, id_fingerprint, type, occurred_at, received_at, audience, origin, flags, first_delivery, deliveries,
        traceparent, compact, committed_at)
      VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, in: db)
    insertDelivery = try Statement(
      """
      INSERT INTO delivery(row, event, subscription, endpoint, state, urgency, due_at, tries, attempts, throttles, created_at, entity)
      VALUES (?, ?, ?, ?, ?, 0, ?, 0, 0, 0, ?, ?)
      """, in: db)
    insertReaderDelivery = try Statement("INSERT INTO reader_delivery(reader, first_delivery, deliveries) VALUES (?, ?, ?)", in: db)
  }
}
