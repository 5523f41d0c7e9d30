internal import GRDB

/// Writes entries to `timeline_head` and `timeline_slice`, and removes them. No two slices of a run overlap, and the head has the newest.
struct SliceTable {
  private let find: Statement
  private let findNext: Statement
  private let insert: Statement
  private let update: Statement
  private let delete: Statement
  private let findHead: Statement
  private let replaceHead: Statement
  private let deleteHead: Statement

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
    findHead = try Statement(TimelineSlices.headSQL, in: db)
    replaceHead = try Statement(
      "INSERT OR REPLACE INTO timeline_head(timeline, audience, occurred_at, seq, entries) VALUES (?, ?, ?, ?, ?)", in: db)
    deleteHead = try Statement("DELETE FROM timeline_head WHERE timeline = ? AND audience = ?", in: db)
  }

  private struct Row {
    let row: Int64
    let first: EntryPosition
    let entries: [TimelineEntry]
  }

  /// Adds entries, which must be in order.
  func add(_ entries: [TimelineEntry], to run: RunKey) throws {
    guard let oldest = entries.first else { return }
    if let slice = try headSlice(of: run), slice.last < oldest.position { return try append(entries, to: slice, of: run) }
    let head = try takeHead(of: run)
    // Nearly always all are newer than what is in the head.
    if head == nil || head.map({ $0.first <= oldest.position }) == true { return try extend(head, with: entries[...], of: run) }
    guard let head else { return }
    let count = entries.firstIndex(newerThan: head.first)
    // Also with nothing new: a slice that became the head is nowhere until it is written.
    try extend(head, with: entries[count...], of: run)
    var rest = entries[..<count]
    while let oldest = rest.first {
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
    if let head = try head(of: run) {
      let gone = Set(rest.prefix { $0.position >= head.first }.map(\.position.sequence))
      let kept = head.entries.filter { !gone.contains($0.position.sequence) }
      rest = rest.dropFirst(gone.count)
      if kept.isEmpty {
        deleteHead.bind(1, run.timeline)
        deleteHead.bind(2, run.audience)
        try deleteHead.run()
      } else if kept.count < head.entries.count {
        try extend(nil, with: kept[...], of: run)
      }
    }
    while let newest = rest.first {
      guard let row = try row(of: run, atOrBefore: newest.position) else { return }
      let gone = rest.prefix { $0.position >= row.first }
      let sequences = Set(gone.map(\.position.sequence))
      let kept = row.entries.filter { !sequences.contains($0.position.sequence) }
      if kept.count < row.entries.count { try replace(row, by: kept, of: run) }
      rest = rest.dropFirst(gone.count)
    }
  }

  // MARK: Heads

  /// Nearly all that is added comes here: it is newer than what there is.
  private func append(_ entries: [TimelineEntry], to head: EntrySlice, of run: RunKey) throws {
    var slice = head
    for entry in entries {
      if slice.append(entry) { continue }
      try write(slice, of: run)
      slice = EntrySlice(beginningAt: entry.position, of: run)
      _ = slice.append(entry)
    }
    try writeHead(slice, of: run)
  }

  private func headSlice(of run: RunKey) throws -> EntrySlice? {
    findHead.bind(1, run.timeline)
    findHead.bind(2, run.audience)
    defer { findHead.reset() }
    guard try findHead.step() else { return nil }
    let first = EntryPosition(occurredAt: findHead.int64(0), sequence: findHead.int64(1))
    return try findHead.withBlob(2) { try EntrySlice($0, beginningAt: first, of: run) }
  }

  /// The run's newest slice, which is the head or becomes it.
  private func takeHead(of run: RunKey) throws -> Row? {
    if let head = try head(of: run) { return head }
    guard let newest = try row(of: run, atOrBefore: .newest) else { return nil }
    delete.bind(1, newest.row)
    try delete.run()
    return newest
  }

  /// Writes a head with more entries: slices that are full stand by themselves.
  private func extend(_ head: Row?, with new: ArraySlice<TimelineEntry>, of run: RunKey) throws {
    var all = (head?.entries ?? []) + new
    if let last = head?.entries.last, let oldest = new.first, last.position > oldest.position { all.sort { $0.position < $1.position } }
    let slices = EntrySlice.slices(of: all, in: run)
    for slice in slices.dropLast() { try write(slice, of: run) }
    if let last = slices.last { try writeHead(last, of: run) }
  }

  func writeHead(_ slice: EntrySlice, of run: RunKey) throws {
    TimelineSlices.bind(replaceHead, run, slice.first)
    replaceHead.bind(5, slice.bytes)
    try replaceHead.run()
  }

  private func head(of run: RunKey) throws -> Row? {
    findHead.bind(1, run.timeline)
    findHead.bind(2, run.audience)
    defer { findHead.reset() }
    guard try findHead.step() else { return nil }
    let first = EntryPosition(occurredAt: findHead.int64(0), sequence: findHead.int64(1))
    var entries: [TimelineEntry] = []
    try TimelineSlices.decode(findHead, run, into: &entries)
    return Row(row: 0, first: first, entries: entries)
  }

  // MARK: Slices behind the head

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

  func write(_ slice: EntrySlice, of run: RunKey) throws {
    TimelineSlices.bind(insert, run, slice.first)
    insert.bind(5, slice.bytes)
    try insert.run()
  }

  private func row(of run: RunKey, atOrBefore position: EntryPosition) throws -> Row? {
    TimelineSlices.bind(find, run, position)
    defer { find.reset() }
    guard try find.step() else { return nil }
    let first = EntryPosition(occurredAt: find.int64(0), sequence: find.int64(1))
    var entries: [TimelineEntry] = []
    try TimelineSlices.decode(find, run, into: &entries)
    return Row(row: find.int64(3), first: first, entries: entries)
  }

  private func first(of run: RunKey, newerThan position: EntryPosition) throws -> EntryPosition? {
    TimelineSlices.bind(findNext, run, position)
    defer { findNext.reset() }
    return try findNext.step() ? EntryPosition(occurredAt: findNext.int64(0), sequence: findNext.int64(1)) : nil
  }
}
