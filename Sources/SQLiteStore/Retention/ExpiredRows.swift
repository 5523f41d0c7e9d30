internal import Fanfare
internal import GRDB

/// Some rows of a kind that are old enough to go, read in one snapshot.
struct ExpiredRows: Sendable {
  /// So many rows are looked at in one step, fewer if what hangs on them is much: a few milliseconds of the writer's time.
  static let reach = 128
  /// Bytes of events, and deliveries and attempts, after which a step ends.
  static let weight = 1 << 20

  /// Of `event`, of `delivery` for attempts, of `quarantine`, of `removed_event`.
  private(set) var rows: [Int64] = []
  private(set) var position: Int64
  private(set) var isAtEnd = false

  init(_ kind: RetainedKind, before instant: Timestamp, after position: Int64, in db: Database) throws {
    self.position = position
    let select = try Statement(Self.sql(kind), in: db)
    defer { select.reset() }
    select.bind(1, position)
    select.bind(2, Self.reach)
    let deliveries = try EventDeliveries(in: db)
    var looked = 0
    var weight = 0
    // Rows are in the order of time, or nearly so: where not one of so many is old, none behind them is.
    var isAnyOld = false
    while weight < Self.weight, try select.step() {
      looked += 1
      self.position = select.int64(0)
      // For attempts, the delivery's time says how far to look: no attempt is older than its delivery.
      if select.timestamp(1) < instant { isAnyOld = true }
      guard select.timestamp(2) < instant else { continue }
      if kind == .events, try deliveries.isAnyPending(ofEvent: self.position) { continue }
      rows.append(self.position)
      weight += select.int(3)
    }
    isAtEnd = weight < Self.weight && (looked < Self.reach || !isAnyOld)
  }

  /// Selects a row, a time in whose order rows are, the time that counts, and about how many bytes go with it.
  private static func sql(_ kind: RetainedKind) -> String {
    switch kind {
    case .events: "SELECT seq, received_at, received_at, length(compact) + deliveries * 4096 FROM event WHERE seq > ? ORDER BY seq LIMIT ?"
    case .attempts:
      """
      SELECT attempt.delivery, delivery.created_at, CASE WHEN delivery.state IN (1, 2, 3) THEN min(attempt.started_at) ELSE \(Int64.max) END,
        count(*) * 1024
      FROM attempt CROSS JOIN delivery ON delivery.row = attempt.delivery
      WHERE attempt.delivery > ? GROUP BY attempt.delivery ORDER BY attempt.delivery LIMIT ?
      """
    case .quarantine: "SELECT row, created_at, created_at, length(raw) FROM quarantine WHERE row > ? ORDER BY row LIMIT ?"
    case .idempotency: "SELECT row, removed_at, removed_at, 512 FROM removed_event WHERE row > ? ORDER BY row LIMIT ?"
    }
  }
}

/// The deliveries of an event, whatever made them.
struct EventDeliveries {
  private let first: Statement
  private let replayed: Statement
  private let state: Statement

  init(in db: Database) throws {
    first = try Statement("SELECT first_delivery, deliveries FROM event WHERE seq = ?", in: db)
    replayed = try Statement("SELECT delivery FROM replay_delivery WHERE event = ? ORDER BY delivery", in: db)
    state = try Statement("SELECT state FROM delivery WHERE row = ?", in: db)
  }

  /// Rows of `delivery` that were made with the event, and those that replays made of it.
  func rows(ofEvent sequence: Int64) throws -> [Int64] {
    first.bind(1, sequence)
    defer { first.reset() }
    guard try first.step() else { return [] }
    var rows = Array(first.int64(0)..<first.int64(0) + first.int64(1))
    replayed.bind(1, sequence)
    defer { replayed.reset() }
    while try replayed.step() { rows.append(replayed.int64(0)) }
    return rows
  }

  func isAnyPending(ofEvent sequence: Int64) throws -> Bool {
    for row in try rows(ofEvent: sequence) {
      if let state = try state(ofDelivery: row), StateCode.pending.contains(state) { return true }
    }
    return false
  }

  /// Nil if there is no such delivery.
  func state(ofDelivery row: Int64) throws -> Int64? {
    state.bind(1, row)
    defer { state.reset() }
    return try state.step() ? state.int64(0) : nil
  }
}

extension StateCode {
  /// Those of deliveries that are still to be made.
  static let pending: Set<Int64> = [scheduled, parked, held]
}
