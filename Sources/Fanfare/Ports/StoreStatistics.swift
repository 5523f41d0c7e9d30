/// How the store stands, for health and metrics.
public struct StoreStatistics: Sendable {
  public var events: Int64
  /// Scheduled deliveries whose time has come, counted up to 100,000.
  public var due: Int
  /// How long the longest due has waited.
  public var oldestDueAge: Duration?
  public var deadDeliveries: Int
  public var quarantined: Int
  public var outbox: Int
  /// The write-ahead log's size in bytes.
  public var walBytes: Int
  /// Commands that wait for the writer.
  public var writerQueue: Int

  public init(
    events: Int64, due: Int, oldestDueAge: Duration?, deadDeliveries: Int, quarantined: Int, outbox: Int, walBytes: Int,
    writerQueue: Int = 0
  ) {
    self.events = events
    self.due = due
    self.oldestDueAge = oldestDueAge
    self.deadDeliveries = deadDeliveries
    self.quarantined = quarantined
    self.outbox = outbox
    self.walBytes = walBytes
    self.writerQueue = writerQueue
  }
}

public protocol StoreInspection: Sendable {
  func statistics(at now: Timestamp) async throws -> StoreStatistics
}
