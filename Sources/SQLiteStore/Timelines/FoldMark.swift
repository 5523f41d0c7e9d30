internal import GRDB

/// Up to which event the timelines stand in their table, as of a snapshot.
struct FoldMark {
  /// All runs have all events up to this one.
  var foldedTo: Int64
  /// Runs before ``run`` have them up to this one already, and ``run`` itself has of these what is not newer than ``position``.
  var foldingTo: Int64
  var run: RunKey
  var position: EntryPosition

  /// Nothing is half done.
  init(foldedTo: Int64) {
    self.foldedTo = foldedTo
    foldingTo = foldedTo
    run = RunKey(timeline: 0, audience: 0)
    position = EntryPosition(occurredAt: 0, sequence: 0)
  }

  init(in db: Database) throws {
    let select = try Statement(
      "SELECT folded_to, folding_to, folding_timeline, folding_audience, folding_occurred_at, folding_seq FROM timeline_fold", in: db)
    defer { select.reset() }
    guard try select.step() else { throw SQLiteStoreError(.corrupt, "the table timeline_fold is empty") }
    foldedTo = select.int64(0)
    foldingTo = select.int64(1)
    run = RunKey(timeline: select.int64(2), audience: select.int64(3))
    position = EntryPosition(occurredAt: select.int64(4), sequence: select.int64(5))
  }

  /// Whether an event's entry in a run is in the table.
  func isFolded(_ position: EntryPosition, in run: RunKey) -> Bool {
    if position.sequence <= foldedTo { return true }
    if position.sequence > foldingTo { return false }
    return run == self.run ? position <= self.position : run < self.run
  }

  /// All events up to this one are in the run; later ones are not, except in ``run``.
  func last(of run: RunKey) -> Int64 { run < self.run ? foldingTo : foldedTo }

  func write(in db: Database) throws {
    let update = try Statement(
      """
      UPDATE timeline_fold
      SET folded_to = ?, folding_to = ?, folding_timeline = ?, folding_audience = ?, folding_occurred_at = ?, folding_seq = ?
      """, in: db)
    update.bind(1, foldedTo)
    update.bind(2, foldingTo)
    update.bind(3, run.timeline)
    update.bind(4, run.audience)
    update.bind(5, position.occurredAt)
    update.bind(6, position.sequence)
    try update.run()
  }
}
