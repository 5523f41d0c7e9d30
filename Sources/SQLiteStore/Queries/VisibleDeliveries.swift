internal import Fanfare
internal import GRDB

/// Which deliveries a reader may see, asked row by row in one direction.
///
/// Each row is looked at by itself as long as most of them are his. Where many are not, the runs of all his audiences are opened,
/// which say where his next one is: that costs a search for each audience, so it is done once as many rows were looked at in vain.
struct VisibleDeliveries {
  enum Answer {
    case visible
    /// It is not, and none before `next` is.
    case hidden(next: Int64)
    /// Neither it nor any that comes after it is.
    case end
  }

  static let audienceSQL = "SELECT event.audience FROM delivery JOIN event ON event.seq = delivery.event WHERE delivery.row = ?"

  private let isDescending: Bool
  private let audiences: AudienceSet
  private let db: Database
  private let audience: Statement
  /// The reader's own events, and once they are opened the audiences.
  private var runs: [ReaderRun] = []
  private var areAllOpen = false
  private var searchesLeft: Int
  /// The nearest span of all runs, when they were last asked.
  private var nearest: Range<Int64>?

  init(audiences: AudienceSet, username: String?, isDescending: Bool, in db: Database) throws {
    self.isDescending = isDescending
    self.audiences = audiences
    self.db = db
    searchesLeft = audiences.count
    audience = try Statement(Self.audienceSQL, in: db)
    if let username, let own = try Timeline.user(username).id(in: db) {
      runs.append(try ReaderRun(reader: -own, isDescending: isDescending, in: db))
    }
  }

  /// - Parameter row: of a delivery; not before that of the call before.
  mutating func answer(for row: Int64) throws -> Answer {
    if !areAllOpen {
      if try isForAudience(row) { return .visible }
      if !runs.isEmpty, try runs[0].span(atOrBeyond: row)?.contains(row) == true { return .visible }
      if searchesLeft > 0 {
        searchesLeft -= 1
        return .hidden(next: isDescending ? row - 1 : row + 1)
      }
      runs += try audiences.numbers.map { try ReaderRun(reader: $0, isDescending: isDescending, in: db) }
      areAllOpen = true
    }
    if nearest?.isPassed(at: row, isDescending) ?? true { nearest = try nearestSpan(to: row) }
    guard let nearest else { return .end }
    if nearest.contains(row) { return .visible }
    return .hidden(next: isDescending ? nearest.upperBound - 1 : nearest.lowerBound)
  }

  private mutating func nearestSpan(to row: Int64) throws -> Range<Int64>? {
    var found: Range<Int64>?
    for index in runs.indices {
      guard let span = try runs[index].span(atOrBeyond: row) else { continue }
      if let best = found, isDescending ? best.upperBound >= span.upperBound : best.lowerBound <= span.lowerBound { continue }
      found = span
    }
    return found
  }

  private func isForAudience(_ row: Int64) throws -> Bool {
    audience.bind(1, row)
    defer { audience.reset() }
    return try audience.step() && audiences.contains(audience.int64(0))
  }
}
