internal import Fanfare
internal import GRDB

/// A row of `replay`.
struct ReplayRow {
  let row: Int64
  let createdAt: Timestamp
  let order: ReplayOrder
  /// The rows of the subscriptions that it is for; nil for all of the project's.
  let subscriptions: Set<Int64>?
  let state: Replay.State
  let cancelReason: CancelReason?
  let endedAt: Timestamp?
  let first: EntryPosition
  /// No candidate beyond it is part of the replay.
  let last: Int64
  /// Candidates up to here have been looked at.
  let after: EntryPosition
  let figures: Replay.Figures

  static let columns = """
    row, created_at, document, subscriptions, state, reason, ended_at, first_time, first_row, last_row, after_time, after_row, is_counted,
    matched, done, succeeded, dead, cancelled
    """

  init(_ statement: Statement) throws {
    row = statement.int64(0)
    createdAt = statement.timestamp(1)
    do {
      order = try ReplayOrder.request(parsing: statement.blob(2)).order
    } catch {
      throw SQLiteStoreError(.corrupt, "the order of a replay cannot be read: \(error)")
    }
    subscriptions = try statement.optionalText(3).map { try Self.rows($0) }
    guard let state = Replay.State(code: statement.int64(4)) else {
      throw SQLiteStoreError(.corrupt, "a replay is in the unknown state \(statement.int64(4))")
    }
    self.state = state
    cancelReason = statement.optionalText(5).flatMap(CancelReason.init(rawValue:))
    endedAt = statement.isNull(6) ? nil : statement.timestamp(6)
    first = EntryPosition(occurredAt: statement.int64(7), sequence: statement.int64(8))
    last = statement.int64(9)
    after = EntryPosition(occurredAt: statement.int64(10), sequence: statement.int64(11))
    figures = Replay.Figures(
      matched: statement.int(13), isCounted: statement.bool(12), done: statement.int(14), succeeded: statement.int(15),
      dead: statement.int(16), cancelled: statement.int(17))
  }

  static func read(_ row: Int64, in db: Database) throws -> ReplayRow? {
    let select = try Statement("SELECT \(columns) FROM replay WHERE row = ?", in: db)
    defer { select.reset() }
    select.bind(1, row)
    return try select.step() ? ReplayRow(select) : nil
  }

  /// For its client it runs until all that it made is settled.
  func replay(_ names: RowNames) -> Replay {
    let isOnItsWay = state == .done && figures.pending > 0
    return Replay(
      id: names.name(row: row, createdAt: createdAt), order: order, state: isOnItsWay ? .running : state, cancelReason: cancelReason,
      createdAt: createdAt, endedAt: isOnItsWay ? nil : endedAt, figures: figures)
  }

  private static func rows(_ text: String) throws -> Set<Int64> {
    guard case .array(let values) = try JSONValue(parsing: Array(text.utf8)) else { return [] }
    return Set(values.compactMap { if case .number(let text) = $0 { Int64(text) } else { nil } })
  }
}

extension Replay.State {
  /// `replay.state`.
  var code: Int64 {
    switch self {
    case .running: 0
    case .paused: 1
    case .done: 2
    case .cancelled: 3
    }
  }

  fileprivate init?(code: Int64) {
    guard let state = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = state
  }
}
