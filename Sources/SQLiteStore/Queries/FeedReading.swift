internal import Fanfare
internal import GRDB

/// One look ahead in the order of storing, in one snapshot.
///
/// Reads the small columns of each event first; the event itself only if these let it through.
struct FeedReading {
  /// So many events are looked at in one call.
  static let reach = 4_096

  private let timelines: TimelineReader
  private let db: Database
  private let filter: EventFilter
  private let path: PathFilter?
  private let types: Set<Int64>?
  private let request: FeedRequest
  private let reader: Reader
  private let visibility: DefaultVisibility
  /// The timeline of what the reader did himself.
  private let own: Int64?
  /// What was found out about the audiences met so far: there may be many more than a page meets.
  private var verdicts: [Int64: Bool] = [:]

  init(
    _ reader: Reader, _ visibility: DefaultVisibility, _ filter: EventFilter, from request: FeedRequest, in timelines: TimelineReader
  ) throws {
    self.timelines = timelines
    db = timelines.db
    self.filter = filter
    self.request = request
    self.reader = reader
    self.visibility = visibility
    path = PathFilter(.everything, filter)
    let matching = try EventListing.types(filter.types, in: db)
    types = matching.map { $0.all ? nil : $0.ids } ?? []
    switch reader {
    case .everything: own = nil
    case .member(_, let username): own = try username.flatMap { try Timeline.user($0).id(in: timelines.db) }
    }
  }

  mutating func page() throws -> FeedPage {
    var page = FeedPage(events: [], examined: request.after, isAtEnd: false)
    var bytes = 0
    let scan = try Statement("SELECT seq, type, audience, occurred_at FROM event WHERE seq > ? ORDER BY seq LIMIT ?", in: db)
    scan.bind(1, request.after)
    scan.bind(2, Self.reach)
    defer { scan.reset() }
    var examined = 0
    while page.events.count < request.events, bytes < request.bytes {
      guard try scan.step() else {
        page.isAtEnd = examined < Self.reach
        break
      }
      examined += 1
      page.examined = scan.int64(0)
      guard try passes(scan), let event = try fittingEvent(scan.int64(0)) else { continue }
      bytes += event.compact.count
      page.events.append(event)
    }
    return page
  }

  /// What can be told from the row of the scan.
  private mutating func passes(_ row: Statement) throws -> Bool {
    if let types, !types.contains(row.int64(1)) { return false }
    let occurredAt = row.timestamp(3)
    if let since = filter.since, occurredAt < since { return false }
    if let until = filter.until, occurredAt >= until { return false }
    if try isFor(row.int64(2)) { return true }
    guard let own else { return false }
    return try timelines.isInOwn(own, EntryPosition(occurredAt: occurredAt.nanoseconds, sequence: row.int64(0)))
  }

  private mutating func isFor(_ audience: Int64) throws -> Bool {
    guard case .member(let groups, let username) = reader else { return true }
    if let verdict = verdicts[audience] { return verdict }
    let verdict = try Readership.meets(audience, groups, username, visibility, in: db)
    verdicts[audience] = verdict
    return verdict
  }

  /// The event, unless its path or its user stands against it.
  private func fittingEvent(_ sequence: Int64) throws -> StoredEvent? {
    guard let path else { return nil }
    let select = try Statement("SELECT \(StoredEvent.columns) FROM event JOIN type ON type.id = event.type WHERE event.seq = ?", in: db)
    defer { select.reset() }
    select.bind(1, sequence)
    guard try select.step() else { return nil }
    let stored = StoredEvent(select)
    if path.timelines.isEmpty, path.username == nil, !filter.hasDeployment { return stored }
    let event = try Event(compact: stored)
    let fits =
      path.holds(for: event) && (path.username == nil || path.username.isSame(as: event.username))
      && (!filter.hasDeployment || event.path.state?.deployment != nil)
    return fits ? stored : nil
  }
}
