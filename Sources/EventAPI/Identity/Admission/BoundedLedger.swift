import Fanfare

/// Something that is kept for each of many keys, of which strangers can make up as many as they like: at most ``limit`` are kept.
///
/// An entry that does not count any more makes room. If there is none, all newcomers share one entry, so that nobody escapes by
/// coming under many names.
struct BoundedLedger<Entry: Sendable>: Sendable {
  /// Looking through all entries is not done more often than that.
  private static var pauseBetweenSweeps: Duration { .seconds(1) }

  let limit: Int
  private var entries: [String: Entry] = [:]
  private var shared: Entry?
  private var sweptAt: Timestamp?

  init(limit: Int) { self.limit = limit }

  var count: Int { entries.count }

  /// Changes the entry of `key`.
  ///
  /// - Parameters:
  ///   - fresh: what somebody begins with of whom nothing is known.
  ///   - isOver: whether an entry is as good as a fresh one.
  mutating func change<Result>(
    _ key: String, at now: Timestamp, fresh: Entry, isOver: (Entry) -> Bool, by body: (inout Entry) -> Result
  ) -> Result {
    if var entry = entries[key] {
      defer { entries[key] = entry }
      return body(&entry)
    }
    if entries.count >= limit { sweep(at: now, isOver) }
    var entry = entries.count < limit ? fresh : shared ?? fresh
    let result = body(&entry)
    if entries.count < limit { entries[key] = entry } else { shared = entry }
    return result
  }

  private mutating func sweep(at now: Timestamp, _ isOver: (Entry) -> Bool) {
    if let sweptAt, now >= sweptAt, now - sweptAt < Self.pauseBetweenSweeps { return }
    sweptAt = now
    entries = entries.filter { !isOver($0.value) }
    if let entry = shared, isOver(entry) { shared = nil }
  }
}
