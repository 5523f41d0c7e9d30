internal import Fanfare
internal import GRDB
internal import Synchronization

/// Reads timelines in one snapshot: what is in the table, and what is in memory only. Must not leave the block that has the connection.
final class TimelineReader {
  let db: Database
  private let recent: RecentIndexes
  private let mark: FoldMark
  private let head: Statement
  private let older: Statement
  /// What is not in the table, read from the events themselves: for a snapshot that is older than what the memory knows.
  private var unfolded: RecentEntries?
  /// What was answered: a look ahead asks for one run with each event.
  private var recentEntries: [RunKey: [TimelineEntry]] = [:]

  init(_ recent: RecentIndexes, in db: Database) throws {
    self.db = db
    self.recent = recent
    mark = try FoldMark(in: db)
    head = try Statement(TimelineSlices.headSQL, in: db)
    older = try Statement(TimelineSlices.sql, in: db)
  }

  /// A run's entries that are not in the table, in order. Some may be of events that the snapshot does not have.
  func recentEntries(of run: RunKey) throws -> [TimelineEntry] {
    if let known = recentEntries[run] { return known }
    var found: [TimelineEntry] = []
    for (after, entries) in try generations(of: run) {
      let isAllMissing = after >= mark.foldingTo || (after >= mark.foldedTo && run > mark.run)
      let missing = isAllMissing ? entries : entries.filter { !mark.isFolded($0.position, in: run) }
      if let last = found.last, let first = missing.first, last.position > first.position {
        // Both are in order, which the sorting finds out.
        found = (found + missing).sorted { $0.position < $1.position }
      } else {
        found = found.isEmpty ? missing : found + missing
      }
    }
    recentEntries[run] = found
    return found
  }

  private func generations(of run: RunKey) throws -> [RecentEntries.RunEntries] {
    if unfolded == nil {
      if let entries = recent.entries.withLock({ $0.entries(of: run, mark) }) { return entries }
      unfolded = try RecentEntries(reading: db, FoldBounds())
    }
    return unfolded?.entries(of: run, mark) ?? []
  }

  /// The entries of the slice that a position is in or that is the next older one, in order.
  ///
  /// - Parameter isHead: whether it may be the head; says afterwards whether it was.
  func slice(of run: RunKey, atOrBefore position: EntryPosition, isHead: inout Bool, into entries: inout [TimelineEntry]) throws {
    if isHead, try readHead(run, where: { $0 <= position }, into: &entries) { return }
    isHead = false
    TimelineSlices.bind(older, run, position)
    defer { older.reset() }
    if try older.step() { try TimelineSlices.decode(older, run, into: &entries) }
  }

  private func readHead(
    _ run: RunKey, where fits: (EntryPosition) -> Bool = { _ in true }, into entries: inout [TimelineEntry]
  ) throws -> Bool {
    head.bind(1, run.timeline)
    head.bind(2, run.audience)
    defer { head.reset() }
    guard try head.step(), fits(EntryPosition(occurredAt: head.int64(0), sequence: head.int64(1))) else { return false }
    try TimelineSlices.decode(head, run, into: &entries)
    return true
  }

  /// Whether an event is in a user's own timeline.
  func isInOwn(_ own: Int64, _ position: EntryPosition) throws -> Bool {
    let run = RunKey(timeline: own, audience: AudienceCode.all)
    if !mark.isFolded(position, in: run) { return try recentEntries(of: run).index(of: position) != nil }
    var (entries, isHead): ([TimelineEntry], Bool) = ([], true)
    try slice(of: run, atOrBefore: position, isHead: &isHead, into: &entries)
    return entries.index(of: position) != nil
  }

  /// A run's entries that are newer than a position, the oldest first.
  func entries(of run: RunKey, newerThan position: EntryPosition, limit: Int) throws -> [TimelineEntry] {
    var (found, isHead): ([TimelineEntry], Bool) = ([], true)
    try slice(of: run, atOrBefore: position, isHead: &isHead, into: &found)
    found.removeSubrange(..<found.firstIndex(newerThan: position))
    let newer = try Statement(
      """
      SELECT occurred_at, seq, entries FROM timeline_slice WHERE timeline = ? AND audience = ? AND (occurred_at, seq) > (?, ?)
      ORDER BY occurred_at, seq
      """, in: db)
    TimelineSlices.bind(newer, run, position)
    defer { newer.reset() }
    while found.count < limit, try newer.step() { try TimelineSlices.decode(newer, run, into: &found) }
    if !isHead, found.count < limit { _ = try readHead(run, into: &found) }
    let recent = try recentEntries(of: run)
    let fitting = recent[recent.firstIndex(newerThan: position)...]
    if !fitting.isEmpty { found = (found + fitting.prefix(limit)).sorted { $0.position < $1.position } }
    return Array(found.prefix(limit))
  }
}

/// Reading of `timeline_slice` and `timeline_head`.
enum TimelineSlices {
  static let headSQL = "SELECT occurred_at, seq, entries FROM timeline_head WHERE timeline = ? AND audience = ?"

  /// Also says the row, behind what is decoded.
  static let sql = """
    SELECT occurred_at, seq, entries, row FROM timeline_slice WHERE timeline = ? AND audience = ? AND (occurred_at, seq) <= (?, ?)
    ORDER BY occurred_at DESC, seq DESC LIMIT 1
    """

  static func bind(_ select: Statement, _ run: RunKey, _ position: EntryPosition) {
    select.bind(1, run.timeline)
    select.bind(2, run.audience)
    select.bind(3, position.occurredAt)
    select.bind(4, position.sequence)
  }

  /// Of the row at hand, whose first columns are as in ``sql``.
  static func decode(_ row: Statement, _ run: RunKey, into entries: inout [TimelineEntry]) throws {
    let first = EntryPosition(occurredAt: row.int64(0), sequence: row.int64(1))
    try row.withBlob(2) { try EntrySlice.decode($0, beginningAt: first, of: run, into: &entries) }
  }
}
