internal import GRDB

/// Up to which event the timelines stand in their table, as of a snapshot.
struct FoldMark {
  /// All timelines have all events up to this one.
  var foldedTo: Int64
  /// Those up to ``foldingTimeline`` have them up to this one already.
  var foldingTo: Int64
  var foldingTimeline: Int64

  init(foldedTo: Int64) {
    self.foldedTo = foldedTo
    foldingTo = foldedTo
    foldingTimeline = 0
  }

  init(in db: Database) throws {
    let select = try Statement("SELECT folded_to, folding_to, folding_timeline FROM timeline_fold", in: db)
    defer { select.reset() }
    guard try select.step() else { throw SQLiteStoreError(.corrupt, "the table timeline_fold is empty") }
    foldedTo = select.int64(0)
    foldingTo = select.int64(1)
    foldingTimeline = select.int64(2)
  }

  /// The last event whose entry in this timeline is in the table.
  func last(of timeline: Int64) -> Int64 { timeline <= foldingTimeline ? foldingTo : foldedTo }

  func isFolded(_ position: EntryPosition, in run: RunKey) -> Bool { position.sequence <= last(of: run.timeline) }

  func write(in db: Database) throws {
    let update = try Statement("UPDATE timeline_fold SET folded_to = ?, folding_to = ?, folding_timeline = ?", in: db)
    update.bind(1, foldedTo)
    update.bind(2, foldingTo)
    update.bind(3, foldingTimeline)
    try update.run()
  }
}
