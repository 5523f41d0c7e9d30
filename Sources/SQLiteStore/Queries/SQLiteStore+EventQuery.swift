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
      var listing = try EventListing(timeline, readership, filter, from: position, size: page.size, in: db)
      listing?.maximumBytes = page.bytes
      return try listing?.page() ?? EventPage(events: [], hasMore: false)
    }
  }

  public func event(_ id: String, for reader: Reader) async throws -> StoredEvent? {
    try await read { [self] db in try event(id, for: reader, in: db) }
  }

  /// By the fingerprint of its id, which is compared on a hit. Judged before anything of it is copied, and as if it were one where there is
  /// none: how long the answer takes must not tell what is hidden from what never was.
  func event(_ id: String, for reader: Reader, in db: Database) throws -> StoredEvent? {
    let select = try Statement(
      """
      SELECT \(StoredEvent.columns), event.audience FROM event JOIN type ON type.id = event.type WHERE event.id_fingerprint = ?
      """, in: db)
    defer { select.reset() }
    select.bind(1, identity.fingerprint(of: id))
    while try select.step() {
      guard select.text(1) == id else { continue }
      let isVisible = try Readership.maySee(
        sequence: select.int64(0), occurredAt: select.timestamp(3), audience: select.int64(StoredEvent.columnCount), reader, visibility,
        in: db)
      return isVisible ? StoredEvent(select) : nil
    }
    _ = try Readership.maySee(sequence: 0, occurredAt: Timestamp(nanoseconds: 0), audience: 0, reader, visibility, in: db)
    return nil
  }
}
