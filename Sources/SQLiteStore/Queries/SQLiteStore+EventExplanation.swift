public import Fanfare
internal import GRDB
internal import Synchronization

extension SQLiteStore {
  public func explanation(of id: String, for reader: Reader) async throws -> EventExplanation? {
    try await read { [self] db in
      guard let event = try event(id, for: reader, in: db) else { return nil }
      let content = try Event(compact: event)
      let verdicts = writer.catalogue.withLock { $0.index }.verdicts(on: content)
      let facts = try EventFacts(sequence: event.sequence, names: identity, in: db)
      let there = try verdicts.map { subscription, verdict in
        let past = try facts.past(of: subscription)
        return SubscriptionExplanation(
          id: subscription.id, scope: subscription.scope, kind: subscription.kind, url: subscription.publicURL,
          standing: .there(subscription, verdict), isYounger: past.isYounger, isChanged: past.isChanged,
          isSubject: facts.custody.door == .service && content.tells(of: subscription), pause: past.pause,
          deliveries: facts.deliveries[subscription.row] ?? [])
      }
      let known = Set(verdicts.map(\.subscription.row))
      let removed = facts.deliveries.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }.compactMap { _, deliveries in
        deliveries.first.map { delivery in
          SubscriptionExplanation(
            id: delivery.summary.subscriptionID, scope: delivery.summary.scope, kind: delivery.summary.kind, url: delivery.summary.url,
            standing: .removed, isYounger: false, deliveries: deliveries)
        }
      }
      return EventExplanation(event: event, custody: facts.custody, subscriptions: there + removed)
    }
  }
}

/// What rows say of one event.
private struct EventFacts {
  let custody: Custody
  /// By the subscription's row.
  private(set) var deliveries: [Int64: [DeliveryDetail]] = [:]
  private let sequence: Int64
  private let db: Database

  init(sequence: Int64, names: StoreIdentity, in db: Database) throws {
    self.sequence = sequence
    self.db = db
    let select = try Statement(
      """
      SELECT origin.door, origin.exchange, origin.routing_key, event.flags, event.first_delivery, event.deliveries,
        event.committed_at
      FROM event JOIN origin ON origin.id = event.origin WHERE event.seq = ?
      """, in: db)
    defer { select.reset() }
    select.bind(1, sequence)
    guard try select.step() else { throw SQLiteStoreError(.corrupt, "the event \(sequence) has no origin") }
    custody = Custody(
      door: Origin.Door(select, from: 0), isRedelivered: EventFlags(rawValue: select.int64(3)).contains(.isRedelivered),
      committedAt: select.isNull(6) ? nil : select.timestamp(6))
    let subscription = try Statement("SELECT subscription FROM delivery WHERE row = ?", in: db)
    let reader = DeliveryReader(names: names, db: db)
    let rows = Array(select.int64(4)..<select.int64(4) + select.int64(5)) + (try ReplayMark.deliveries(ofEvent: sequence, in: db))
    for row in rows {
      subscription.bind(1, row)
      defer { subscription.reset() }
      guard try subscription.step(), let delivery = try reader.detail(row: row) else { continue }
      deliveries[subscription.int64(0), default: []].append(delivery)
    }
  }

  /// What a subscription was when the event was stored.
  func past(of subscription: Subscription) throws -> (isYounger: Bool, isChanged: Bool, pause: SubscriptionExplanation.Pause?) {
    let select = try Statement("SELECT created_after, changed_after, paused_at, paused_reason FROM subscription WHERE row = ?", in: db)
    defer { select.reset() }
    select.bind(1, subscription.row)
    // Rows stay when a subscription is removed: one that is not in this snapshot was made after it.
    guard try select.step() else { return (true, false, nil) }
    let pause = SubscriptionExplanation.Pause(since: select.isNull(2) ? nil : select.timestamp(2), reason: select.optionalText(3))
    return (select.int64(0) >= sequence, select.int64(1) >= sequence, subscription.isPaused ? pause : nil)
  }
}
