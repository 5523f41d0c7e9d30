/// Takes events in. One call is one durable step: when it returns, everything in it is on disk.
public protocol EventStore: Sendable {
  /// Stores a batch, matches it and schedules its deliveries, in one transaction.
  ///
  /// An event whose id is stored already is a duplicate if it says the same, and goes to the quarantine if it does not.
  /// - Throws: only if nothing at all was stored; the whole batch may be offered again.
  func ingest(_ arrivals: [Arrival]) async throws -> IngestReceipt

  /// Stores all of `events` or none.
  ///
  /// - Throws: ``EventConflict`` if an id is taken by an event that says something else.
  func ingestAll(_ events: [(Event, Origin)]) async throws -> IngestReceipt
}

/// What became of each arrival of a batch, all of it durable.
public struct IngestReceipt: Sendable {
  public enum Fate: Sendable, Hashable {
    case stored(sequence: Int64)
    case duplicate(sequence: Int64)
    case quarantined(Quarantined.Reason)
  }

  /// One for each arrival, in its order.
  public var fates: [Fate]
  /// The deliveries that the batch gave rise to, due at once.
  public var deliveries: [DeliveryTask]
  /// Whether something waits to be published to the dead-letter exchange.
  public var hasOutbox: Bool

  public init(fates: [Fate] = [], deliveries: [DeliveryTask] = [], hasOutbox: Bool = false) {
    self.fates = fates
    self.deliveries = deliveries
    self.hasOutbox = hasOutbox
  }
}

/// An id is taken by an event that says something else.
public struct EventConflict: Error, Sendable {
  public let id: String

  public init(id: String) { self.id = id }
}
