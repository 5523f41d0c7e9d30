public import Fanfare
import Synchronization

/// The HTTP door: the same decoder, the same store, the same fan-out as the broker's, all of a document or none of it.
public final class EventDoor: EventIntake {
  private let reader: MessageReader
  private let store: any EventStore
  private let quarantine: any DeliveryQuery
  private let onReceipt: @Sendable (IngestReceipt) -> Void
  private let limit: Int
  private let waiting = Atomic<Int>(0)
  private let counters = IntakeCounters()

  /// - Parameter limit: how many documents may wait for the store at once; one more is refused with ``IntakeOverloaded``.
  public init(
    reader: MessageReader, store: any EventStore, quarantine: any DeliveryQuery, limit: Int = 1024,
    onReceipt: @escaping @Sendable (IngestReceipt) -> Void
  ) {
    self.reader = reader
    self.store = store
    self.quarantine = quarantine
    self.limit = limit
    self.onReceipt = onReceipt
  }

  public func create(_ document: InboundDocument) async throws -> [String] {
    try await store(reader.events(in: document))
  }

  public func release(_ entry: QuarantineEntry) async throws -> [String] {
    let ids = try await store(reader.events(in: entry.entry))
    try await quarantine.releaseFromQuarantine(entry.id)
    return ids
  }

  private func store(_ events: [(Event, Origin)]) async throws -> [String] {
    if events.isEmpty { return [] }
    defer { waiting.subtract(1, ordering: .relaxed) }
    if waiting.add(1, ordering: .relaxed).newValue > limit { throw IntakeOverloaded() }
    let receipt = try await store.ingestAll(events)
    onReceipt(receipt)
    counters.count(receipt)
    return events.map(\.0.id)
  }
}
