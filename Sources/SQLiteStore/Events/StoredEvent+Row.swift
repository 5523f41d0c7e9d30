internal import Fanfare
internal import GRDB

extension StoredEvent {
  /// What ``init(_:from:)`` reads, of `event` joined with `type`.
  static let columns = "event.seq, event.id, type.name, event.occurred_at, event.received_at, event.traceparent, event.compact"
  static let columnCount: Int32 = 7

  convenience init(_ row: Statement, from first: Int32 = 0) {
    self.init(
      sequence: row.int64(first), id: row.text(first + 1), type: EventType(row.text(first + 2)), occurredAt: row.timestamp(first + 3),
      receivedAt: row.timestamp(first + 4), compact: row.blob(first + 6), traceparent: row.optionalText(first + 5))
  }
}
