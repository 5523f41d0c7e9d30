/// One run of a timeline, the newest entries first. Reads the table slice by slice.
struct TimelineRun {
  private let run: RunKey
  /// Entries before this time do not count.
  private let since: Int64
  private let reader: TimelineReader
  /// What is in no slice yet, in order; those before `recentEnd` are still to come.
  private let recent: [TimelineEntry]
  private var recentEnd: Int
  /// The slice at hand, likewise.
  private var slice: [TimelineEntry] = []
  private var sliceEnd = 0
  private var isHead = true
  private var isExhausted = false

  /// A new search costs about as much as passing over this many entries.
  static let rowsPerSearch = 16

  init(timeline: Int64, audience: Int64, since: Int64, _ reader: TimelineReader) throws {
    run = RunKey(timeline: timeline, audience: audience)
    self.since = since
    self.reader = reader
    recent = try reader.recentEntries(of: run)
    recentEnd = recent.count
  }

  /// The newest entry that is not newer than `position`, which must not be newer than that of the call before.
  mutating func entry(atOrBefore position: EntryPosition) throws -> TimelineEntry? {
    recentEnd = Self.end(of: recent, recentEnd, position)
    let newest = recentEnd > 0 ? recent[recentEnd - 1] : nil
    let stored = try storedEntry(atOrBefore: position)
    guard let entry = [newest, stored].compactMap({ $0 }).max(by: { $0.position < $1.position }) else { return nil }
    return entry.position.occurredAt < since ? nil : entry
  }

  private mutating func storedEntry(atOrBefore position: EntryPosition) throws -> TimelineEntry? {
    sliceEnd = Self.end(of: slice, sliceEnd, position)
    if sliceEnd == 0, !isExhausted {
      slice.removeAll(keepingCapacity: true)
      try reader.slice(of: run, atOrBefore: position, isHead: &isHead, into: &slice)
      sliceEnd = Self.end(of: slice, slice.count, position)
      isExhausted = sliceEnd == 0
    }
    return sliceEnd > 0 ? slice[sliceEnd - 1] : nil
  }

  /// How many of the first `end` entries are not newer than `position`: a few back mostly, or somewhere.
  private static func end(of entries: [TimelineEntry], _ end: Int, _ position: EntryPosition) -> Int {
    var index = end
    while index > 0, entries[index - 1].position > position {
      if end - index == 8 { return entries[..<index].firstIndex(newerThan: position) }
      index -= 1
    }
    return index
  }
}
