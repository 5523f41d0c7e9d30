internal import GRDB
internal import Synchronization

/// What the indexes do not have yet of the newest events. The writer changes it after each commit, readers look into it.
final class RecentIndexes: Sendable {
  let entries: Mutex<RecentEntries>
  let ids: Mutex<RecentIDs>

  init(reading db: Database, _ bounds: FoldBounds) throws {
    entries = Mutex(try RecentEntries(reading: db, bounds))
    ids = Mutex(try RecentIDs(reading: db, bounds))
  }
}
