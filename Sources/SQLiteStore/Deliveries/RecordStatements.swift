internal import GRDB

/// What recording runs for each attempt.
struct RecordStatements {
  let find: Statement
  let update: Statement
  let insertAttempt: Statement

  init(_ db: Database) throws {
    find = try Statement("SELECT state, created_at, tries, attempts, throttles, due_at, entity FROM delivery WHERE row = ?", in: db)
    update = try Statement(
      """
      UPDATE delivery SET state = ?, urgency = ?, due_at = ?, tries = ?, attempts = ?, throttles = ?, dead_reason = ?, is_plain = ?
      WHERE row = ?
      """, in: db)
    insertAttempt = try Statement(
      """
      INSERT INTO attempt(delivery, number, started_at, duration, status, reason, detail, response_body, decision, next_at, why, digest)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, in: db)
  }
}
