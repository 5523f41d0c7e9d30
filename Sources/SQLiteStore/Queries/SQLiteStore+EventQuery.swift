public import Fanfare
internal import GRDB

extension SQLiteStore: EventQuery {
  public func events(
    in timeline: Timeline, for reader: Reader, filter: EventFilter, page: EventPageRequest
  ) async throws -> EventPage {
    try await read { [self] db in
      var position = EntryPosition.newest
      if let from = page.from {
        guard let event = try event(from, for: reader, in: db) else { throw UnknownEvent(id: from) }
        position = EntryPosition(occurredAt: event.occurredAt.nanoseconds, sequence: event.sequence).older
      }
      let readership = try Readership(reader, visibility, knownAudiences, in: db)
      let timelines = try TimelineReader(writer.recent, in: db)
      var listing = try EventListing(timeline, readership, filter, from: position, size: page.size, in: timelines)
      listing?.maximumBytes = page.bytes
      return try listing?.page() ?? EventPage(events: [], hasMore: false)
    }
  }

  public func event(_ id: String, for reader: Reader) async throws -> StoredEvent? {
    try await read { [self] db in try event(id, for: reader, in: db) }
  }

  /// By the key of its id, which is compared on a hit. Judged before anything of it is copied, and as if it were one where there is
  /// none: how long the answer takes must not tell what is hidden from what never was.
  func event(_ id: String, for reader: Reader, in db: Database) throws -> StoredEvent? {
    let select = try Statement(
      """
      SELECT \(StoredEvent.columns), event.audience FROM event JOIN type ON type.id = event.type WHERE event.seq = ?
      """, in: db)
    let timelines = try TimelineReader(writer.recent, in: db)
    for sequence in try sequences(ofEvent: id, in: db) {
      select.bind(1, sequence)
      defer { select.reset() }
      guard try select.step(), select.text(1) == id else { continue }
      let isVisible = try Readership.maySee(
        sequence: select.int64(0), occurredAt: select.timestamp(3), audience: select.int64(StoredEvent.columnCount), reader, visibility,
        in: timelines)
      return isVisible ? StoredEvent(select) : nil
    }
    _ = try Readership.maySee(sequence: 0, occurredAt: Timestamp(nanoseconds: 0), audience: 0, reader, visibility, in: timelines)
    return nil
  }
}
