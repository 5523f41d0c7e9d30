internal import GRDB
internal import Synchronization

/// What the indexes do not have yet of the newest events. The writer changes it around each commit, readers look into it.
///
/// Snapshots have a commit before the writer hears that it went well, so events are in here before: who reads looks each of them up in his
/// snapshot, and passes over those that it does not have. What was moved to tables, and removed, is taken out after.
final class RecentIndexes: Sendable {
  let entries: Mutex<RecentEntries>
  let ids: Mutex<RecentIDs>
  /// Of the ids that are in their table.
  let filters: Mutex<IDFilters>

  init(reading db: Database, _ bounds: FoldBounds) throws {
    entries = Mutex(try RecentEntries(reading: db, bounds))
    ids = Mutex(try RecentIDs(reading: db, bounds))
    filters = Mutex(try IDFilters(reading: db, bounds))
  }

  /// Takes in what a transaction that is about to be committed has stored.
  func insert(_ transaction: WriteTransaction) {
    let last = transaction.memory.counts.lastSequence
    entries.withLock { $0.insert(transaction.newEntries, upTo: last) }
    ids.withLock { $0.insert(transaction.newKeys, upTo: last) }
  }

  /// Takes it out again, before the numbers are given to other events.
  func retract(to last: Int64) {
    entries.withLock { $0.retract(to: last) }
    ids.withLock { $0.retract(to: last) }
    filters.withLock { $0.retract() }
  }

  func commit(_ transaction: WriteTransaction) {
    entries.withLock { $0.commit(without: transaction.removedEntries, folded: transaction.foldedEntries) }
    ids.withLock { $0.commit(without: transaction.removedIDs, folded: transaction.foldedIDs) }
    filters.withLock { $0.commit() }
  }
}
