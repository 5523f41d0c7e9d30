public import Fanfare
internal import GRDB

extension SQLiteStore: EventHistory {
  public var defaultVisibility: DefaultVisibility { configuration.defaultVisibility }

  public func history(of scope: SubscriptionScope, for reader: Reader, from request: HistoryRequest) async throws -> HistoryPage {
    try await read { [self] db in
      let readership = try Readership(reader, visibility, knownAudiences, in: db)
      var filter = EventFilter()
      filter.since = request.since
      filter.until = request.until
      let position =
        request.place.map { EntryPosition(occurredAt: $0.occurredAt.nanoseconds, sequence: $0.sequence).older } ?? EntryPosition.newest
      var found: [HistoryPlace: StoredEvent] = [:]
      var end: HistoryPlace?
      let timelines = try TimelineReader(writer.recent, in: db)
      for timeline in scope.timelines {
        guard var listing = try EventListing(timeline, readership, filter, from: position, size: request.events, in: timelines) else {
          continue
        }
        listing.maximumBytes = request.bytes
        let page = try listing.page()
        for event in page.events { found[HistoryPlace(of: event)] = event }
        // A list that goes on says nothing of what is older than its last event.
        if page.hasMore, let last = page.events.last.map(HistoryPlace.init(of:)) { end = max(end ?? last, last) }
      }
      let events = try found.filter { place, _ in end.map { place >= $0 } ?? true }.sorted { $0.key > $1.key }.map { place, event in
        PastEvent(event: event, told: try Self.told(of: place.sequence, in: db))
      }
      return HistoryPage(events: events, next: end)
    }
  }

  private static func told(of sequence: Int64, in db: Database) throws -> Set<Int64> {
    let event = try Statement("SELECT first_delivery, deliveries FROM event WHERE seq = ?", in: db)
    event.bind(1, sequence)
    defer { event.reset() }
    guard try event.step(), event.int64(1) > 0 else { return [] }
    let deliveries = try Statement("SELECT subscription FROM delivery WHERE row >= ? AND row < ?", in: db)
    deliveries.bind(1, event.int64(0))
    deliveries.bind(2, event.int64(0) + event.int64(1))
    defer { deliveries.reset() }
    var told: Set<Int64> = []
    while try deliveries.step() { told.insert(deliveries.int64(0)) }
    return told
  }
}
