internal import Fanfare
internal import GRDB

extension WriterMemory {
  /// Reads what the writer has to know before its first transaction.
  init(reading db: Database, _ secrets: SecretBox, _ visibility: DefaultVisibility) throws {
    self.init()
    counts.lastSequence = try LastNumber.lastSequence(in: db)
    counts.lastDelivery = try LastNumber.lastDelivery(in: db)
    let lastDeliveryAt = try LastNumber.createdAt.greatest("SELECT created_at FROM delivery ORDER BY row DESC LIMIT 1", in: db)
    let lastQuarantineAt = try Int64.fetchOne(db, sql: "SELECT created_at FROM quarantine ORDER BY row DESC LIMIT 1")
    let lastReplayAt = try Int64.fetchOne(db, sql: "SELECT created_at FROM replay ORDER BY row DESC LIMIT 1")
    counts.lastCreatedAt = Timestamp(nanoseconds: max(lastDeliveryAt, lastQuarantineAt ?? .min, lastReplayAt ?? .min))
    counts.dead = Int(try Self.number(db, "SELECT count(*) FROM delivery WHERE state = 2 AND state IN (2, 3)"))
    counts.quarantined = Int(try Self.number(db, "SELECT count(*) FROM quarantine"))
    counts.outbox = Int(try Self.number(db, "SELECT count(*) FROM outbox"))
    counts.hasRemovedEvents = try Self.number(db, "SELECT EXISTS (SELECT 1 FROM removed_event)") != 0
    catalogue = try SubscriptionCatalogue(reading: db, secrets, visibility)
    let lastID = try String.fetchOne(
      db, sql: "SELECT max(id) FROM (SELECT max(id) AS id FROM account UNION ALL SELECT max(id) FROM api_key)")
    ids = KSUIDGenerator(after: lastID.flatMap { KSUID($0) })
  }

  private static func number(_ db: Database, _ sql: String) throws -> Int64 { try Int64.fetchOne(db, sql: sql) ?? 0 }
}

extension SubscriptionCatalogue {
  init(reading db: Database, _ box: SecretBox, _ visibility: DefaultVisibility) throws {
    self.init()
    var members: [Int64: [Subscription]] = [:]
    let select = try Statement(
      """
      SELECT s.row, s.subscription_set, t.side, t.project, s.document, s.secrets, s.is_paused, s.endpoint, s.paused_reason
      FROM subscription s JOIN subscription_set t ON t.row = s.subscription_set WHERE s.is_removed = 0 ORDER BY s.subscription_set, s.position
      """, in: db)
    defer { select.reset() }
    while try select.step() {
      let row = select.int64(0)
      let secrets = try StoredSecrets(box.open(select.blob(5), in: .secrets(subscription: row)))
      let subscription = try Subscription(
        stored: box.open(select.blob(4), in: .document(subscription: row)), row: row, scope: try SubscriptionScope(select, from: 2),
        secrets: secrets.lasting, retiredSecrets: secrets.retired, isPaused: select.bool(6), pausedReason: select.optionalText(8))
      members[select.int64(1), default: []].append(subscription)
      endpoints[subscription.row] = EndpointID(row: select.int64(7))
    }
    index = SubscriptionIndex(members.values.flatMap { $0 }, defaultVisibility: visibility)
    let sets = try Statement("SELECT side, project, version FROM subscription_set", in: db)
    defer { sets.reset() }
    while try sets.step() { versions[try SubscriptionScope(sets, from: 0)] = sets.int64(2) }
  }
}

extension SubscriptionScope {
  /// Reads side and project.
  init(_ row: Statement, from first: Int32) throws {
    let name = row.text(first)
    guard let side = Side(rawValue: name) else {
      throw SQLiteStoreError(.corrupt, "a set of subscriptions has the unknown side \"\(name)\"")
    }
    self.init(side: side, project: row.text(first + 1))
  }
}
