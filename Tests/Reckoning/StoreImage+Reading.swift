public import Foundation
import GRDB

extension StoreImage {
  /// Reads a store that nobody has open, and leaves it as it is: what a killed service left in the log is read from a copy.
  ///
  /// - Parameters:
  ///   - directory: the data directory of the service. A store that was not made yet is empty.
  ///   - checksIntegrity: whether SQLite is to look at each page.
  public init(directory: URL, checksIntegrity: Bool = false) throws {
    self.init()
    let copy = FileManager.default.temporaryDirectory.appending(path: "fanfare-image-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: copy) }
    for name in ["fanfare.db", "fanfare.db-wal"] {
      let source = directory.appending(path: name)
      guard FileManager.default.fileExists(atPath: source.path) else { continue }
      try FileManager.default.copyItem(at: source, to: copy.appending(path: name))
    }
    let file = copy.appending(path: "fanfare.db").path
    if !FileManager.default.fileExists(atPath: file) { return }
    let queue = try DatabaseQueue(path: file)
    defer { try? queue.close() }
    try queue.read { db in
      // Killed before the schema was there.
      guard try db.tableExists("timeline_fold") else { return }
      try read(db)
      if checksIntegrity { integrity = try String.fetchAll(db, sql: "PRAGMA integrity_check").joined(separator: "\n") }
    }
  }

  private mutating func read(_ db: Database) throws {
    let names: Int64? = try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'delivery_high'")
    deliveryNames = UInt64(bitPattern: names ?? 0)
    events = try Row.fetchAll(db, sql: "SELECT seq, id, committed_at, compact, first_delivery, deliveries FROM event ORDER BY seq").map {
      Event(
        sequence: $0[0], id: $0[1], committedAt: $0[2], text: String(decoding: $0[3] as Data, as: UTF8.self), firstDelivery: $0[4],
        deliveries: $0[5])
    }
    let sql = "SELECT row, event, subscription, state, attempts, created_at, replay IS NOT NULL FROM delivery ORDER BY row"
    deliveries = try Row.fetchAll(db, sql: sql).map {
      Delivery(
        row: $0[0], event: $0[1], subscription: $0[2], state: .init(rawValue: $0[3]), attempts: $0[4], createdAt: $0[5], isReplay: $0[6])
    }
    attempts = try Row.fetchAll(db, sql: "SELECT delivery, number, decision FROM attempt ORDER BY delivery, number").map {
      Attempt(delivery: $0[0], number: $0[1], decision: ($0[2] as Int64?).flatMap(Delivery.State.init))
    }
    let sets = "SELECT s.row, t.side, t.project, s.id FROM subscription s JOIN subscription_set t ON t.row = s.subscription_set"
    for row in try Row.fetchAll(db, sql: sets) { subscriptions[row[0]] = Subscription(side: row[1], project: row[2], id: row[3]) }
    quarantine = try Row.fetchAll(db, sql: "SELECT raw, reason FROM quarantine ORDER BY row").map {
      Quarantined(text: String(decoding: $0[0] as Data, as: UTF8.self), reason: $0[1])
    }
    for row in try Row.fetchAll(db, sql: "SELECT sequence, id FROM removed_event") { removed[row[0]] = row[1] }
    outbox = try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox") ?? 0
  }
}
