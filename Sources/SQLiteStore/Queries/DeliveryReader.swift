internal import Fanfare
internal import GRDB

/// Reads deliveries as the API shows them.
struct DeliveryReader {
  let names: StoreIdentity
  let db: Database

  func detail(row: Int64) throws -> DeliveryDetail? {
    guard let summary = try summary(row: row) else { return nil }
    return DeliveryDetail(summary: summary, attempts: try attempts(row: row))
  }

  func summary(row: Int64) throws -> DeliverySummary? {
    let select = try Statement(
      """
      SELECT d.created_at, d.state, d.due_at, d.dead_reason, d.attempts, event.id, type.name, t.side, t.project, s.id, endpoint.kind,
        endpoint.url, replay.row, replay.created_at, coalesce(replayed.original, event.id)
      FROM delivery d JOIN event ON event.seq = d.event JOIN type ON type.id = event.type
        JOIN subscription s ON s.row = d.subscription JOIN subscription_set t ON t.row = s.subscription_set
        JOIN endpoint ON endpoint.row = d.endpoint
        LEFT JOIN replay ON replay.row = d.replay LEFT JOIN replay_delivery replayed ON replayed.delivery = d.row
      WHERE d.row = ?
      """, in: db)
    defer { select.reset() }
    select.bind(1, row)
    guard try select.step() else { return nil }
    let name = select.text(10)
    guard let kind = Subscription.Kind(rawValue: name) else {
      throw SQLiteStoreError(.corrupt, "an endpoint is of the unknown kind \"\(name)\"")
    }
    let last = try lastAttempt(row: row)
    return DeliverySummary(
      id: DeliveryID(names.deliveries.name(row: row, createdAt: select.timestamp(0))), eventID: select.text(5),
      eventType: EventType(select.text(6)),
      scope: try SubscriptionScope(select, from: 7), subscriptionID: select.text(9), kind: kind, url: kind.publicURL(select.text(11)),
      state: try Self.state(code: select.int64(1), dueAt: select.timestamp(2), deadReason: select.optionalText(3)),
      cancelReason: select.int64(1) == StateCode.cancelled ? select.optionalText(3).flatMap(CancelReason.init(rawValue:)) : nil,
      attempts: select.int(4),
      createdAt: select.timestamp(0), lastAttemptAt: last?.startedAt, lastReason: last?.reason,
      replay: select.isNull(12)
        ? nil
        : ReplayMark(
          replay: names.replays.name(row: select.int64(12), createdAt: select.timestamp(13)), original: select.text(14)))
  }

  func attempts(row: Int64) throws -> [AttemptSummary] {
    let select = try Statement(
      """
      SELECT number, started_at, duration, status, reason, detail, response_body, decision, next_at, why, digest
      FROM attempt WHERE delivery = ? ORDER BY number
      """, in: db)
    defer { select.reset() }
    select.bind(1, row)
    var attempts: [AttemptSummary] = []
    while try select.step() {
      attempts.append(
        AttemptSummary(
          number: select.int(0), startedAt: select.timestamp(1), duration: .nanoseconds(select.int64(2)),
          status: select.isNull(3) ? nil : select.int(3), reason: select.text(4), detail: select.optionalText(5),
          responseBody: select.blob(6), decision: Self.decision(select, from: 7), why: select.optionalText(9),
          digest: select.optionalText(10).flatMap { KSUID($0) }))
    }
    return attempts
  }

  private func lastAttempt(row: Int64) throws -> (startedAt: Timestamp, reason: String)? {
    let select = try Statement("SELECT started_at, reason FROM attempt WHERE delivery = ? ORDER BY number DESC LIMIT 1", in: db)
    defer { select.reset() }
    select.bind(1, row)
    return try select.step() ? (select.timestamp(0), select.text(1)) : nil
  }

  private static func decision(_ row: Statement, from first: Int32) -> AttemptDecision? {
    if row.isNull(first) { return nil }
    switch row.int64(first) {
    case StateCode.scheduled: return .retried(at: row.timestamp(first + 1))
    case StateCode.succeeded: return .succeeded
    case StateCode.dead: return .dead
    default: return nil
    }
  }

  private static func state(code: Int64, dueAt: Timestamp, deadReason: String?) throws -> DeliveryState {
    switch code {
    case StateCode.scheduled, StateCode.parked, StateCode.held: return .scheduled(at: dueAt)
    case StateCode.succeeded: return .succeeded
    case StateCode.cancelled: return .cancelled
    case StateCode.dead:
      if let reason = deadReason.flatMap(DeadReason.init(rawValue:)) { return .dead(reason) }
      throw SQLiteStoreError(.corrupt, "a dead delivery has the unknown reason \"\(deadReason ?? "")\"")
    default: throw SQLiteStoreError(.corrupt, "a delivery is in the unknown state \(code)")
    }
  }
}
