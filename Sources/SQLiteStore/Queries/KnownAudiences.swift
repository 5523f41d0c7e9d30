internal import Fanfare
internal import GRDB
internal import Synchronization

/// Remembers which audiences a caller's groups meet: he comes back for the next page, and may meet tens of thousands.
///
/// Audiences are only ever added, so what is remembered stays right, and only what is new has to be read.
final class KnownAudiences: Sendable {
  private struct Entry {
    var audiences = AudienceSet()
    /// The newest audience there was when this was read.
    var upTo: Int64 = 0
  }

  private struct State {
    var entries: [Set<ExactText>: Entry] = [:]
    var numbers = 0
  }

  /// All are forgotten when there are more callers, or more audiences in all, than this: 32 MiB at the most.
  static let callersBound = 1_024
  static let numbersBound = 1 << 21

  private let state = Mutex(State())

  /// The audiences that one of `groups` is in, as of this connection's snapshot or a later one: an audience that the snapshot does not have
  /// is in no event of it.
  func audiences(meeting groups: Set<String>, in db: Database) throws -> AudienceSet {
    let key = Set(groups.map(ExactText.init))
    var entry = state.withLock { $0.entries[key] } ?? Entry()
    let newest = try Self.newest(in: db)
    if newest <= entry.upTo { return entry.audiences }
    let found = try Self.audiences(meeting: groups, after: entry.upTo, in: db)
    let before = entry.audiences.count
    entry.audiences.insert(found)
    entry.upTo = newest
    state.withLock { [entry] state in
      // Somebody may have read on further meanwhile.
      if let known = state.entries[key], known.upTo >= entry.upTo { return }
      state.numbers += entry.audiences.count - before
      state.entries[key] = entry
      if state.entries.count > Self.callersBound || state.numbers > Self.numbersBound { state = State() }
    }
    return entry.audiences
  }

  private static func newest(in db: Database) throws -> Int64 {
    let select = try Statement("SELECT max(id) FROM audience", in: db)
    defer { select.reset() }
    return try select.step() ? select.int64(0) : 0
  }

  private static func audiences(meeting groups: Set<String>, after number: Int64, in db: Database) throws -> Set<Int64> {
    let select = try Statement("SELECT audience FROM audience_group WHERE name = ? AND audience > ?", in: db)
    defer { select.reset() }
    var found: Set<Int64> = []
    for group in groups {
      select.reset()
      select.bind(1, group)
      select.bind(2, number)
      while try select.step() { found.insert(select.int64(0)) }
    }
    return found
  }
}
