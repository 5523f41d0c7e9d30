public import Fanfare

extension SQLiteStore: EventStore {
  public func ingest(_ arrivals: [Arrival]) async throws -> IngestReceipt {
    if arrivals.isEmpty { return IngestReceipt() }
    // What the broker sent is bounded by its window.
    return try await writer.perform(bytes: arrivals.reduce(0) { $0 + $1.size }, isBounded: false) { try $0.ingest(arrivals) }
  }

  public func ingestAll(_ events: [(Event, Origin)]) async throws -> IngestReceipt {
    if events.isEmpty { return IngestReceipt() }
    let bytes = events.reduce(0) { $0 + $1.1.raw.count }
    do {
      return try await writer.perform(bytes: bytes) { try $0.ingestAll(events) }
    } catch let error as SQLiteStoreError where error.code == .overloaded {
      throw IntakeOverloaded()
    }
  }
}
