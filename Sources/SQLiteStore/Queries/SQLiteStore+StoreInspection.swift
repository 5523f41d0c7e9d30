public import Fanfare
internal import GRDB
internal import Glibc
internal import Synchronization

extension SQLiteStore: StoreInspection, HealthReporting {
  /// What is counted is kept up to date by the writer; what is due is counted lane by lane, up to 100,000.
  public func statistics(at now: Timestamp) async throws -> StoreStatistics {
    let counts = writer.counts.withLock { $0 }
    let (due, oldest) = try await read { try Self.due(at: now, in: $0) }
    return StoreStatistics(
      events: counts.lastSequence, due: due, oldestDueAge: oldest.map { now - $0 }, deadDeliveries: counts.dead,
      quarantined: counts.quarantined, outbox: counts.outbox, walBytes: walBytes, writerQueue: writer.waiting)
  }

  public func health() async -> Health {
    try? await writer.probe()
    if let failure = writer.failure.withLock({ $0 }) { return Health(part: "store", isReady: false, reason: failure.reason) }
    do {
      // How many events there are is nobody's business who may not see them all: health is open.
      _ = try await read { try Int64.fetchOne($0, sql: "SELECT max(seq) FROM event") }
      return Health(part: "store", isReady: true, reason: "the database answers; its write-ahead log has \(walBytes >> 10) KiB")
    } catch {
      return Health(part: "store", isReady: false, reason: "the database cannot be read: \(error)")
    }
  }

  private var walBytes: Int {
    var status = stat()
    return stat(configuration.path + "-wal", &status) == 0 ? Int(status.st_size) : 0
  }

  private static func due(at now: Timestamp, in db: Database) throws -> (count: Int, oldest: Timestamp?) {
    let count = try Statement(
      """
      SELECT count(*) FROM (SELECT 1 FROM delivery INDEXED BY delivery_due
        WHERE state = 0 AND subscription = ? AND urgency = ? AND due_at <= ? LIMIT ?)
      """, in: db)
    var total = 0
    var oldest: Timestamp?
    for due in try dueLanes(db) where due.dueAt <= now {
      oldest = min(oldest ?? due.dueAt, due.dueAt)
      if total >= 100_000 { continue }
      count.bind(1, due.lane.subscription)
      count.bind(2, due.lane.urgency.rawValue)
      count.bind(3, now)
      count.bind(4, 100_000 - total)
      defer { count.reset() }
      if try count.step() { total += count.int(0) }
    }
    return (total, oldest)
  }
}
