internal import GRDB

/// Writes entries to `timeline_slice` and removes them. No two slices of a run overlap.
struct SliceTable {
  private let find: Statement
  private let findNext: Statement
  private let insert: Statement
  private let update: Statement
  private let delete: Statement

  init(in db: Database) throws {
    find = try Statement(TimelineSlices.sql, in: db)
    findNext = try Statement(
      """
      SELECT occurred_at, seq FROM timeline_slice WHERE timeline = ? AND audience = ? AND (occurred_at, seq) > (?, ?)
      ORDER BY occurred_at, seq LIMIT 1
      """, in: db)
    insert = try Statement("INSERT INTO timeline_slice(timeline, audience, occurred_at, seq, entries) VALUES (?, ?, ?, ?, ?)", in: db)
    update = try Statement("UPDATE timeline_slice SET entries = ? WHERE row = ?", in: db)
    delete = try Statement("DELETE FROM timeline_slice WHERE row = ?", in: db)
  }

  private struct Row {
    let row: Int64
    let first: EntryPosition
    let entries: [TimelineEntry]
  }

  /// Adds entries, which must be in order.
  func add(_ entries: [TimelineEntry], to run: RunKey) throws {
    var rest = entries[...]
    while let oldest = rest.first {
      // Nearly always the run's last slice, and all are newer than what is in it.
      let newest = try row(of: run, atOrBefore: .newest)
      if newest == nil || newest.map({ $0.first <= oldest.position }) == true {
        return try merge(rest, into: newest, of: run)
      }
      let row = try row(of: run, atOrBefore: oldest.position)
      var fitting = rest
      if let next = try first(of: run, newerThan: row?.first ?? oldest.position) {
        fitting = rest.prefix(max(1, rest.firstIndex(newerThan: next) - rest.startIndex))
      }
      try merge(fitting, into: row, of: run)
      rest = rest.dropFirst(fitting.count)
    }
  }

  /// Removes those of the entries that are there.
  func remove(_ entries: [TimelineEntry], from run: RunKey) throws {
    var rest = entries.sorted { $0.position > $1.position }[...]
    while let newest = rest.first {
      guard let row = try row(of: run, atOrBefore: newest.position) else { return }
      let gone = rest.prefix { $0.position >= row.first }
      let positions = gone.map(\.position)
      let kept = row.entries.filter { !positions.contains($0.position) }
      if kept.count < row.entries.count { try replace(row, by: kept, of: run) }
      rest = rest.dropFirst(gone.count)
    }
  }

  private func merge(_ new: ArraySlice<TimelineEntry>, into row: Row?, of run: RunKey) throws {
    guard let row, let oldest = new.first else {
      for slice in EntrySlice.slices(of: new, in: run) { try write(slice, of: run) }
      return
    }
    if let last = row.entries.last, last.position < oldest.position { return try replace(row, by: row.entries + new, of: run) }
    try replace(row, by: (row.entries + new).sorted { $0.position < $1.position }, of: run)
  }

  private func replace(_ row: Row, by entries: [TimelineEntry], of run: RunKey) throws {
    var slices = EntrySlice.slices(of: entries, in: run)
    if let first = slices.first, first.first == row.first {
      update.bind(1, first.bytes)
      update.bind(2, row.row)
      try update.run()
      slices.removeFirst()
    } else {
      delete.bind(1, row.row)
      try delete.run()
    }
    for slice in slices { try write(slice, of: run) }
  }

  private func write(_ slice: EntrySlice, of run: RunKey) throws {
    insert.bind(1, run.timeline)
    insert.bind(2, run.audience)
    insert.bind(3, slice.first.occurredAt)
    insert.bind(4, slice.first.sequence)
    insert.bind(5, slice.bytes)
    try insert.run()
  }

  private func row(of run: RunKey, atOrBefore position: EntryPosition) throws -> Row? {
    find.bind(1, run.timeline)
    find.bind(2, run.audience)
    find.bind(3, position.occurredAt)
    find.bind(4, position.sequence)
    defer { find.reset() }
    guard try find.step() else { return nil }
    let first = EntryPosition(occurredAt: find.int64(0), sequence: find.int64(1))
    var entries: [TimelineEntry] = []
    find.withBlob(2) { EntrySlice.decode($0, beginningAt: first, of: run, into: &entries) }
    return Row(row: find.int64(3), first: first, entries: entries)
  }

  private func first(of run: RunKey, newerThan position: EntryPosition) throws -> EntryPosition? {
    findNext.bind(1, run.timeline)
    findNext.bind(2, run.audience)
    findNext.bind(3, position.occurredAt)
    findNext.bind(4, position.sequence)
    defer { findNext.reset() }
    return try findNext.step() ? EntryPosition(occurredAt: findNext.int64(0), sequence: findNext.int64(1)) : nil
  }
}
