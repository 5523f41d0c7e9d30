/// The entries that stand in every one of several runs, the newest first.
///
/// Leaps: each run is asked for what is not newer than the oldest that another one offered, so it costs what the sparsest run costs.
struct Intersection {
  private var runs: [TimelineRun]
  /// The audiences whose entries count; nil for all.
  private let audiences: AudienceSet?
  /// How many entries of other audiences may still be passed over.
  private var patience: Int
  /// Where it gave up because so few entries count: nothing from here on was looked at.
  private(set) var gaveUpAt: EntryPosition?

  init(_ runs: [TimelineRun], audiences: AudienceSet? = nil, patience: Int = .max) {
    self.runs = runs
    self.audiences = audiences
    self.patience = patience
  }

  /// The newest common entry that is not newer than `position`, which must not be newer than that of the call before.
  mutating func entry(atOrBefore position: EntryPosition) throws -> TimelineEntry? {
    var position = position
    search: while true {
      guard let entry = try runs[0].entry(atOrBefore: position) else { return nil }
      position = entry.position
      for index in runs.indices.dropFirst() {
        guard let other = try runs[index].entry(atOrBefore: position) else { return nil }
        if other.position != position {
          position = other.position
          continue search
        }
      }
      if audiences?.contains(entry.audience) ?? true { return entry }
      position = position.older
      patience -= 1
      if patience == 0 {
        gaveUpAt = position
        return nil
      }
    }
  }
}

/// Several lists as one, the newest first, what stands in two of them once.
struct MergedEntries {
  private struct Head {
    var entry: TimelineEntry
    var source: Int
  }

  private var sources: [Intersection]
  /// A heap with the newest on top.
  private var heads: [Head] = []
  private var last: EntryPosition?
  /// Where one of the lists gave up; what is older does not come from here any more.
  private(set) var gaveUpAt: EntryPosition?

  init(_ sources: [Intersection], from position: EntryPosition) throws {
    self.sources = sources
    heads.reserveCapacity(sources.count)
    for index in sources.indices {
      guard let entry = try self.sources[index].entry(atOrBefore: position) else {
        noteGivingUp(index)
        continue
      }
      heads.append(Head(entry: entry, source: index))
    }
    for index in (0..<heads.count / 2).reversed() { sink(index) }
  }

  mutating func next() throws -> TimelineEntry? {
    while let top = heads.first {
      if let gaveUpAt, top.entry.position <= gaveUpAt { return nil }
      if let entry = try sources[top.source].entry(atOrBefore: top.entry.position.older) {
        heads[0].entry = entry
      } else {
        noteGivingUp(top.source)
        let end = heads.removeLast()
        if !heads.isEmpty { heads[0] = end }
      }
      sink(0)
      if top.entry.position == last { continue }
      last = top.entry.position
      return top.entry
    }
    return nil
  }

  private mutating func noteGivingUp(_ source: Int) {
    if let position = sources[source].gaveUpAt { gaveUpAt = max(position, gaveUpAt ?? position) }
  }

  private mutating func sink(_ start: Int) {
    var index = start
    while true {
      var newest = index
      for child in 2 * index + 1...2 * index + 2 where child < heads.count {
        if heads[child].entry.position > heads[newest].entry.position { newest = child }
      }
      if newest == index { return }
      heads.swapAt(index, newest)
      index = newest
    }
  }
}
