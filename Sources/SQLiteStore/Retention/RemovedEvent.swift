internal import Fanfare
internal import GRDB

/// What `removed_event` knows of an event with an id that comes again.
struct RemovedEvent {
  let sequence: Int64
  /// Whether the one that came says the same.
  let saysTheSame: Bool
}

extension WriteTransaction {
  /// Keeps what tells a duplicate from another event with the id.
  func remember(_ event: Event, sequence: Int64, fingerprint: Int64) throws {
    let insert = try statement(
      "INSERT INTO removed_event(id_fingerprint, id, sequence, content, given_time, removed_at) VALUES (?, ?, ?, ?, ?, ?)")
    insert.bind(1, fingerprint)
    insert.bind(2, event.id)
    insert.bind(3, sequence)
    insert.bind(4, identity.fingerprint(of: event.meaning))
    insert.bind(5, event.isTimeGiven ? event.occurredAt.nanoseconds : nil)
    insert.bind(6, now)
    try insert.run()
    memory.counts.hasRemovedEvents = true
  }

  /// Nil if no event with this id was removed, as far as is remembered.
  func removedEvent(like event: Event, fingerprint: Int64) throws -> RemovedEvent? {
    if !memory.counts.hasRemovedEvents { return nil }
    let find = try statement("SELECT id, sequence, content, given_time FROM removed_event WHERE id_fingerprint = ? ORDER BY row DESC")
    find.bind(1, fingerprint)
    defer { find.reset() }
    while try find.step() {
      guard find.text(0) == event.id else { continue }
      let isSameTime = find.isNull(3) || !event.isTimeGiven || find.timestamp(3) == event.occurredAt
      return RemovedEvent(
        sequence: find.int64(1), saysTheSame: isSameTime && find.int64(2) == identity.fingerprint(of: event.meaning))
    }
    return nil
  }

  /// Numbers are not given again though their rows are gone.
  func rememberLastNumbers() throws {
    let keep = try statement("INSERT OR REPLACE INTO meta(name, value) VALUES (?, ?)")
    for (name, number) in [
      (LastNumber.sequence, memory.counts.lastSequence), (.delivery, memory.counts.lastDelivery),
      (.createdAt, memory.counts.lastCreatedAt.nanoseconds),
    ] {
      keep.bind(1, name.rawValue)
      keep.bind(2, number)
      try keep.run()
    }
  }
}

/// The greatest numbers that were given when something was last removed, in `meta`.
enum LastNumber: String {
  case sequence = "last_sequence"
  case delivery = "last_delivery"
  case createdAt = "last_created_at"
  /// Of the events that were removed and are not remembered any more.
  case forgotten = "last_forgotten"

  /// The greater of what was kept and of what a query finds; 0 if there is neither.
  func greatest(_ sql: String, in db: Database) throws -> Int64 {
    let kept = try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE name = ?", arguments: [rawValue])
    return max(kept ?? 0, try Int64.fetchOne(db, sql: sql) ?? 0)
  }

  static func lastSequence(in db: Database) throws -> Int64 { try sequence.greatest("SELECT max(seq) FROM event", in: db) }
  /// Events up to this one may have been removed without a trace.
  static func lastForgotten(in db: Database) throws -> Int64 {
    try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE name = ?", arguments: [forgotten.rawValue]) ?? 0
  }

  static func lastDelivery(in db: Database) throws -> Int64 { try delivery.greatest("SELECT max(row) FROM delivery", in: db) }
}
