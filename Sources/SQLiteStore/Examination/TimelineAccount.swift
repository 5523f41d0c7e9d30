internal import Fanfare
internal import GRDB

/// Holds the timelines' tables against the events: up to the event that all runs have (``FoldMark/foldedTo``), since entries of later ones are
/// made from the events at each start.
///
/// Entries up to there change only when events are removed. So both sides are gone through in short transactions, and once more if something was
/// removed meanwhile; the last time in one snapshot.
struct TimelineAccount {
  private let examiner: StoreExaminer

  init(_ examiner: StoreExaminer) { self.examiner = examiner }

  func finding() async throws -> Finding {
    if examiner.configuration.isQuick { return Finding("timelines", "not looked at, as --quick has it") }
    for _ in 1...3 {
      if let counts = try await counts() { return try await finding(counts) }
    }
    return try await finding(
      examiner.file.read { db in
        let mark = try FoldMark(in: db)
        var (expected, found) = (EventWalk(upTo: mark.foldedTo), SliceWalk(upTo: mark.foldedTo))
        while !expected.isAtEnd { try expected.go(on: db) }
        while !found.isAtEnd { try found.go(on: db) }
        return Counts(expected: expected.tally, found: found.tally)
      })
  }

  private struct Counts: Sendable {
    let expected: EntryTally
    let found: EntryTally
  }

  /// Nil if events were removed meanwhile.
  private func counts() async throws -> Counts? {
    let (foldedTo, removed) = try await examiner.file.read { (try FoldMark(in: $0).foldedTo, try Self.lastRemoved(in: $0)) }
    let expected = try await examiner.file.walk(EventWalk(upTo: foldedTo))
    let found = try await examiner.file.walk(SliceWalk(upTo: foldedTo))
    guard try await examiner.file.read({ try Self.lastRemoved(in: $0) }) == removed else { return nil }
    return Counts(expected: expected.tally, found: found.tally)
  }

  static func lastRemoved(in db: Database) throws -> Int64 {
    try Int64.fetchOne(db, sql: "SELECT max(row) FROM removed_event") ?? 0
  }

  private func finding(_ counts: Counts) async throws -> Finding {
    if counts.expected == counts.found { return Finding("timelines", "\(counts.found.count) entries, and each event is in its timelines") }
    let differences = try await examiner.file.read { try TimelineDifferences(in: $0) }
    return Finding(
      "timelines", .fault,
      "the timelines have \(counts.found.count) entries and the events ask for \(counts.expected.count): \(differences.text)",
      advice: Advice.inconsistent)
  }
}

/// The entries that events ask for, event by event.
struct EventWalk: TableWalk {
  private let end: Int64
  private var last: Int64 = 0
  private var numbers = TimelineNumbers()
  private(set) var tally = EntryTally()
  private(set) var isAtEnd = false

  init(upTo end: Int64) { self.end = end }

  mutating func go(on db: Database) throws { try go(on: db) { _ in } }

  mutating func go(on db: Database, each: (EventEntries) throws -> Void) throws {
    let select = try Statement(
      """
      SELECT \(StoredEvent.columns), event.audience, event.type FROM event JOIN type ON type.id = event.type
      WHERE event.seq > ? AND event.seq <= ? ORDER BY event.seq LIMIT ?
      """, in: db)
    defer { select.reset() }
    select.bind(1, last)
    select.bind(2, end)
    select.bind(3, StoreExaminer.reach)
    var looked = 0
    while try select.step() {
      looked += 1
      let stored = StoredEvent(select)
      last = stored.sequence
      let event = try numbers.entries(
        of: stored, type: select.int64(StoredEvent.columnCount + 1), audience: select.int64(StoredEvent.columnCount), in: db)
      for run in event.runs { tally.add(event.entry, in: run) }
      try each(event)
    }
    isAtEnd = looked < StoreExaminer.reach
  }
}

/// The entries that are in the tables, run by run.
struct SliceWalk: TableWalk {
  /// Entries after which a transaction ends.
  private static let reach = 65_536

  private let end: Int64
  private var run: RunKey?
  private var isRunDone = true
  /// What is not newer was looked at.
  private var position = Self.oldest
  private(set) var tally = EntryTally()
  private(set) var isAtEnd = false
  private static let oldest = EntryPosition(occurredAt: .min, sequence: 0)

  init(upTo end: Int64) { self.end = end }

  mutating func go(on db: Database) throws { try go(on: db) { _, _ in } }

  mutating func go(on db: Database, each: (TimelineEntry, RunKey) throws -> Void) throws {
    let around = try Statement(TimelineSlices.sql, in: db)
    let newer = try Statement(
      """
      SELECT occurred_at, seq, entries FROM timeline_slice WHERE timeline = ? AND audience = ? AND (occurred_at, seq) > (?, ?)
      ORDER BY occurred_at, seq
      """, in: db)
    let head = try Statement(TimelineSlices.headSQL, in: db)
    var looked = 0
    while looked < Self.reach {
      if isRunDone {
        guard let next = try nextRun(in: db) else {
          isAtEnd = true
          return
        }
        (run, position, isRunDone) = (next, Self.oldest, false)
      }
      guard let run else { return }
      // The slice that was looked at last may have grown, or be another by now; one more is looked at in vain.
      let start = position
      TimelineSlices.bind(around, run, start)
      if try around.step() { looked += try take(around, run, each) }
      around.reset()
      TimelineSlices.bind(newer, run, start)
      defer { newer.reset() }
      while looked < Self.reach, try newer.step() { looked += try take(newer, run, each) }
      if looked >= Self.reach { return }
      head.bind(1, run.timeline)
      head.bind(2, run.audience)
      if try head.step() { looked += try take(head, run, each) }
      head.reset()
      isRunDone = true
    }
  }

  private mutating func take(_ row: Statement, _ run: RunKey, _ each: (TimelineEntry, RunKey) throws -> Void) throws -> Int {
    var entries: [TimelineEntry] = []
    try TimelineSlices.decode(row, run, into: &entries)
    for entry in entries where entry.position > position {
      position = entry.position
      if entry.position.sequence > end { continue }
      tally.add(entry, in: run)
      try each(entry, run)
    }
    return entries.count
  }

  private func nextRun(in db: Database) throws -> RunKey? {
    var next: RunKey?
    for table in ["timeline_head", "timeline_slice"] {
      let select = try Statement(
        "SELECT timeline, audience FROM \(table) WHERE (timeline, audience) > (?, ?) ORDER BY timeline, audience LIMIT 1", in: db)
      select.bind(1, run?.timeline ?? .min)
      select.bind(2, run?.audience ?? .min)
      defer { select.reset() }
      guard try select.step() else { continue }
      let found = RunKey(timeline: select.int64(0), audience: select.int64(1))
      next = min(next ?? found, found)
    }
    return next
  }
}
