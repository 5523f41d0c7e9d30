public import Fanfare
internal import GRDB

extension SQLiteStore: EventFeed {
  public func lastSequence() async throws -> Int64 {
    try await read { try LastNumber.lastSequence(in: $0) }
  }

  public func sequence(receivedBefore instant: Timestamp) async throws -> Int64 {
    try await read { try Self.sequence(receivedBefore: instant, in: $0) }
  }

  public func events(for reader: Reader, filter: EventFilter, from request: FeedRequest) async throws -> FeedPage {
    try await read { [self] db in
      var reading = try FeedReading(reader, visibility, filter, from: request, in: TimelineReader(writer.recent, in: db))
      return try reading.page()
    }
  }

  /// Halves the sequences: that of the last event before the first one that is not older than `instant`.
  private static func sequence(receivedBefore instant: Timestamp, in db: Database) throws -> Int64 {
    let select = try Statement("SELECT seq, received_at FROM event WHERE seq >= ? ORDER BY seq LIMIT 1", in: db)
    defer { select.reset() }
    var low: Int64 = 1
    var high = (try Int64.fetchOne(db, sql: "SELECT max(seq) FROM event") ?? 0) + 1
    while low < high {
      let middle = low + (high - low) / 2
      select.bind(1, middle)
      defer { select.reset() }
      if try select.step(), select.timestamp(1) < instant {
        low = select.int64(0) + 1
      } else {
        high = middle
      }
    }
    return low - 1
  }
}
