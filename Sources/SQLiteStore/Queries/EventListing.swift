internal import Fanfare
internal import GRDB

/// One page of events, read in one snapshot.
struct EventListing {
  private let db: Database
  private let filter: EventFilter
  private let path: PathFilter
  private let types: Set<Int64>?
  private let size: Int
  /// The page ends early with the event that brings it to so many bytes.
  var maximumBytes = Int.max
  private let sources: ListingSources
  private var entries: MergedEntries

  /// Nil if no event can be on the page.
  init?(
    _ timeline: Timeline, _ readership: Readership, _ filter: EventFilter, from position: EntryPosition, size: Int,
    in timelines: TimelineReader
  ) throws {
    let db = timelines.db
    guard let path = PathFilter(timeline, filter), let types = try Self.types(filter.types, in: db) else { return nil }
    self.db = db
    self.filter = filter
    self.path = path
    self.types = types.all ? nil : types.ids
    self.size = size
    guard let sources = try ListingSources(path, readership, since: filter.since, in: timelines) else { return nil }
    self.sources = sources
    var position = position
    if let until = filter.until, until.nanoseconds > .min {
      position = min(position, EntryPosition(occurredAt: until.nanoseconds - 1, sequence: .max))
    }
    entries = try MergedEntries(sources.first(), from: position)
  }

  mutating func page() throws -> EventPage {
    var events: [StoredEvent] = []
    var bytes = 0
    var hasMore = false
    let select = try Statement("SELECT \(StoredEvent.columns) FROM event JOIN type ON type.id = event.type WHERE event.seq = ?", in: db)
    while let entry = try next() {
      if let types, !types.contains(entry.type) { continue }
      if filter.hasDeployment, !entry.flags.contains(.hasDeployment) { continue }
      select.bind(1, entry.position.sequence)
      defer { select.reset() }
      guard try select.step() else { continue }
      let event = StoredEvent(select)
      if path.mustReadEvents, try !path.holds(for: Event(compact: event)) { continue }
      // The first one that has no place on the page shows that there are more.
      hasMore = events.count == size || bytes >= maximumBytes
      if hasMore { break }
      events.append(event)
      bytes += event.compact.count
    }
    return EventPage(events: events, hasMore: hasMore)
  }

  private mutating func next() throws -> TimelineEntry? {
    if let entry = try entries.next() { return entry }
    guard let position = entries.gaveUpAt else { return nil }
    entries = try MergedEntries(sources.merging(), from: position)
    return try entries.next()
  }

  /// The numbers of the types that the globs are about; nil if there are none.
  static func types(_ globs: [Glob], in db: Database) throws -> (all: Bool, ids: Set<Int64>)? {
    if globs.isEmpty { return (true, []) }
    let select = try Statement("SELECT id, name FROM type", in: db)
    defer { select.reset() }
    var ids: Set<Int64> = []
    while try select.step() {
      let name = select.text(1)
      if globs.contains(where: { $0.matches(name) }) { ids.insert(select.int64(0)) }
    }
    return ids.isEmpty ? nil : (false, ids)
  }
}
