internal import GRDB

/// Up to which event the keys of ids are in `id_slice`, as of a snapshot.
struct IDMark {
  /// All keys of events up to this one.
  var foldedTo: Int64
  /// Of the events up to this one, those up to ``key``.
  var foldingTo: Int64
  var key: Int64

  /// Nothing is half done.
  init(foldedTo: Int64) {
    self.foldedTo = foldedTo
    foldingTo = foldedTo
    key = .min
  }

  /// Whether an entry is to be in the table, if its event is there.
  func covers(_ entry: IDEntry) -> Bool { entry.sequence <= foldedTo || entry.sequence <= foldingTo && entry.key <= key }

  init(in db: Database) throws {
    let select = try Statement("SELECT ids_folded_to, ids_folding_to, ids_folding_key FROM timeline_fold", in: db)
    defer { select.reset() }
    guard try select.step() else { throw SQLiteStoreError(.corrupt, "the table timeline_fold is empty") }
    foldedTo = select.int64(0)
    foldingTo = select.int64(1)
    key = select.int64(2)
  }

  func write(in db: Database) throws {
    let update = try Statement("UPDATE timeline_fold SET ids_folded_to = ?, ids_folding_to = ?, ids_folding_key = ?", in: db)
    update.bind(1, foldedTo)
    update.bind(2, foldingTo)
    update.bind(3, key)
    try update.run()
  }
}
