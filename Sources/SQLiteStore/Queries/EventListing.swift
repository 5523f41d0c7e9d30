internal import Fanfare
internal import GRDB

/// One page of events, read in one snapshot.
struct EventListing {
  /// With more audiences than this, the run of all is read and skipped through instead of merging a run each (see Decisions).
  static let mergeLimit = 256
  /// The same where each audience's run has to be intersected with a user's.
  static let mergeLimitWithUser = 16

  private let db: Database
  private let filter: EventFilter
  private let path: PathFilter
  private let types: Set<Int64>?
  private let size: Int
  private var entries: MergedEntries

  /// Nil if no event can be on the page.
  init?(
    _ timeline: Timeline, _ readership: Readership, _ filter: EventFilter, from position: EntryPosition, size: Int, in db: Database
  ) throws {
    guard let path = PathFilter(timeline, filter), let types = try Self.types(filter.types, in: db) else { return nil }
    self.db = db
    self.filter = filter
    self.path = path
    self.types = types.all ? nil : types.ids
    self.size = size
    guard let sources = try Sources(path, readership, since: filter.since, size: size, in: db) else { return nil }
    var position = position
    if let until = filter.until, until.nanoseconds > .min {
      position = min(position, EntryPosition(occurredAt: until.nanoseconds - 1, sequence: .max))
    }
    entries = try MergedEntries(sources.all, from: position)
  }

  mutating func page() throws -> EventPage {
    var events: [StoredEvent] = []
    let select = try Statement("SELECT \(StoredEvent.columns) FROM event JOIN type ON type.id = event.type WHERE event.seq = ?", in: db)
    while events.count <= size, let entry = try entries.next() {
      if let types, !types.contains(entry.type) { continue }
      if filter.hasDeployment, !entry.flags.contains(.hasDeployment) { continue }
      select.bind(1, entry.position.sequence)
      defer { select.reset() }
      guard try select.step() else { continue }
      let event = StoredEvent(select)
      if path.mustReadEvents, try !path.holds(for: Event(compact: event)) { continue }
      events.append(event)
    }
    let hasMore = events.count > size
    if hasMore { events.removeLast() }
    return EventPage(events: events, hasMore: hasMore)
  }

  /// The numbers of the types that the globs are about; nil if there are none.
  private static func types(_ globs: [Glob], in db: Database) throws -> (all: Bool, ids: Set<Int64>)? {
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

/// The lists that a page is merged from.
private struct Sources {
  var all: [Intersection] = []

  /// Nil if one of the timelines has no event.
  init?(_ path: PathFilter, _ readership: Readership, since: Timestamp?, size: Int, in db: Database) throws {
    var timelines: [Int64] = []
    for timeline in path.timelines {
      guard let id = try timeline.id(in: db) else { return nil }
      timelines.append(id)
    }
    var actor: Int64?
    if let username = path.username {
      guard let id = try Timeline.user(username).id(in: db) else { return nil }
      actor = id
    }
    guard let everything = try Timeline.everything.id(in: db) else { return nil }
    // A user's run says it all where no place is asked for; audiences have runs of their own only in timelines of places.
    let broad = timelines.isEmpty && actor != nil ? [] : timelines.isEmpty ? [everything] : timelines

    func intersection(audience: Int64, firstChunk: Int, of places: [Int64], with user: Int64?, only audiences: Set<Int64>? = nil) throws {
      var runs: [TimelineRun] = []
      for place in places {
        runs.append(
          try TimelineRun(timeline: place, audience: audience, since: since?.nanoseconds ?? .min, firstChunk: firstChunk, in: db))
      }
      if let user {
        runs.append(
          try TimelineRun(
            timeline: user, audience: AudienceCode.all, since: since?.nanoseconds ?? .min, firstChunk: firstChunk, in: db))
      }
      all.append(Intersection(runs, audiences: audiences))
    }

    switch readership {
    case .everything: try intersection(audience: AudienceCode.all, firstChunk: size + 1, of: broad, with: actor)
    case .audiences(let audiences, let username):
      let isOwn = username != nil && username == path.username
      if isOwn {
        try intersection(audience: AudienceCode.all, firstChunk: size + 1, of: broad, with: actor)
        return
      }
      let limit = actor == nil ? EventListing.mergeLimit : EventListing.mergeLimitWithUser
      if audiences.count <= limit {
        // Together the runs hold a page or two before any has to be read on.
        let chunk = max(2, min(size + 1, 2 * (size + 1) / max(audiences.count, 1)))
        for audience in audiences {
          try intersection(audience: audience, firstChunk: chunk, of: timelines.isEmpty ? [everything] : timelines, with: actor)
        }
      } else {
        try intersection(audience: AudienceCode.all, firstChunk: size + 1, of: broad, with: actor, only: Set(audiences))
      }
      if actor == nil, let username, let own = try Timeline.user(username).id(in: db) {
        try intersection(audience: AudienceCode.all, firstChunk: size + 1, of: timelines, with: own)
      }
    }
  }
}
