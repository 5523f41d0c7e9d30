public import Fanfare
internal import GRDB

/// What a copy of a store holds.
public struct StoreSummary: Sendable, Hashable {
  /// The number of its newest migration.
  public var version: Int
  /// The file's size.
  public var bytes: Int
  public var events: Int
  /// The number of the event that was stored last; 0 if there never was one.
  public var lastSequence: Int64
  /// When that one was received; nil if there is none.
  public var lastReceivedAt: Timestamp?
  /// Deliveries that are still to be made.
  public var waitingDeliveries: Int
  /// Messages that are still to be published to the dead-letter exchange.
  public var outbox: Int
  /// What its secrets are encrypted with; nil if nothing is encrypted.
  public var secretKey: SecretKey.ID?

  /// Counts what is there, in one snapshot: reads every page of the events.
  init(_ db: Database, path: String) throws {
    func number(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
    version = try StoreVersion.require(in: db, path: path)
    bytes = try number("PRAGMA page_count") * number("PRAGMA page_size")
    events = try number("SELECT count(*) FROM event")
    lastSequence = try LastNumber.lastSequence(in: db)
    lastReceivedAt = try Int64.fetchOne(db, sql: "SELECT received_at FROM event ORDER BY seq DESC LIMIT 1").map {
      Timestamp(nanoseconds: $0)
    }
    waitingDeliveries =
      try number("SELECT count(*) FROM delivery WHERE state = 0") + number("SELECT count(*) FROM delivery WHERE state IN (4, 5)")
    outbox = try number("SELECT count(*) FROM outbox")
    secretKey = version >= 6 ? try SecretBox.keyID(in: db) : nil
  }
}

/// How far the copying of a store is.
public struct StoreCopyProgress: Sendable, Hashable {
  public enum Step: Sendable, Hashable {
    case copying
    /// Reading what was written.
    case checking
  }

  public var step: Step
  /// Of ``total``; 0 while it is checked, whose end is not known.
  public var bytesDone: Int
  public var bytesTotal: Int
}
