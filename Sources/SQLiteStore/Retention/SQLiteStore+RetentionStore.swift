public import Fanfare
internal import GRDB

extension SQLiteStore: RetentionStore {
  /// What may go is found by a reader; the writer makes sure, and removes it.
  public func removeExpired(_ kind: RetainedKind, before instant: Timestamp, after position: Int64) async throws -> RemovalStep {
    let found = try await read { try ExpiredRows(kind, before: instant, after: position, in: $0) }
    var step = RemovalStep(removed: 0, position: found.position, isAtEnd: found.isAtEnd)
    if found.rows.isEmpty { return step }
    let rows = found.rows
    step.removed = try await writer.perform { transaction in
      switch kind {
      case .events: try transaction.removeEvents(rows)
      case .attempts: try transaction.removeAttempts(ofDeliveries: rows, before: instant)
      case .quarantine: try transaction.removeQuarantined(rows)
      case .idempotency: try transaction.forgetRemoved(rows)
      }
    }
    return step
  }

  public func oldest(_ kind: RetainedKind) async throws -> Timestamp? {
    try await read { db in
      let sql =
        switch kind {
        case .events: "SELECT received_at FROM event ORDER BY seq LIMIT 1"
        case .attempts: "SELECT started_at FROM attempt ORDER BY delivery, number LIMIT 1"
        case .quarantine: "SELECT created_at FROM quarantine ORDER BY row LIMIT 1"
        case .idempotency: "SELECT removed_at FROM removed_event ORDER BY row LIMIT 1"
        }
      return try Int64.fetchOne(db, sql: sql).map { Timestamp(nanoseconds: $0) }
    }
  }
}
