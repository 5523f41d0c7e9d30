internal import Fanfare
internal import GRDB

/// What is due of a lane, read in one snapshot.
struct Claim: Sendable {
  private(set) var tasks: [DeliveryTask] = []
  /// Rows that should be cancelled: their subscription is gone, or may no longer see the event. The writer decides.
  private(set) var unwanted: [Int64] = []

  init(
    _ lane: Lane, dueAt now: Timestamp, excluding held: Set<Int64>, limit: Int, _ subscriptions: SubscriptionIndex,
    _ visibility: DefaultVisibility, _ identity: StoreIdentity, in db: Database
  ) throws {
    let due = try Statement(
      """
      SELECT row FROM delivery INDEXED BY delivery_due WHERE state = 0 AND endpoint = ? AND class = ? AND due_at <= ?
      ORDER BY due_at, row
      """, in: db)
    defer { due.reset() }
    let detail = try Statement(
      """
      SELECT delivery.subscription, delivery.due_at, delivery.tries, delivery.attempts, delivery.throttles, delivery.created_at,
        \(StoredEvent.columns)
      FROM delivery JOIN event ON event.seq = delivery.event JOIN type ON type.id = event.type WHERE delivery.row = ?
      """, in: db)
    due.bind(1, lane.endpoint.row)
    due.bind(2, lane.isRetry)
    due.bind(3, now)
    while tasks.count < limit, try due.step() {
      let row = due.int64(0)
      if held.contains(row) { continue }
      detail.bind(1, row)
      defer { detail.reset() }
      guard try detail.step() else { continue }
      let event = StoredEvent(detail, from: 6)
      guard let subscription = subscriptions.subscription(row: detail.int64(0)),
        try subscription.maySee(event, visibility)
      else {
        unwanted.append(row)
        continue
      }
      // Paused between the snapshot and the catalogue: parked in a moment.
      if subscription.isPaused || subscription.isDisabled { continue }
      tasks.append(
        DeliveryTask(
          id: DeliveryID(identity.deliveries.name(row: row, createdAt: detail.timestamp(5))), event: event, subscription: subscription,
          endpoint: lane.endpoint, attemptsMade: detail.int(3), triesMade: detail.int(2), throttles: detail.int(4),
          dueAt: detail.timestamp(1)))
    }
  }
}

extension Subscription {
  /// Whether one of its groups may see the event. An event without groups is taken for what the default visibility says.
  func maySee(_ event: StoredEvent, _ visibility: DefaultVisibility) throws -> Bool {
    guard let allowedGroups else { return true }
    return try Event(compact: event).audience.meets(allowedGroups, byDefault: visibility)
  }
}

extension WriteTransaction {
  /// Cancels those that are still scheduled and still unwanted, by what the writer knows.
  func cancelUnwanted(_ rows: [Int64], _ visibility: DefaultVisibility) throws {
    let select = try statement(
      """
      SELECT delivery.subscription, \(StoredEvent.columns)
      FROM delivery JOIN event ON event.seq = delivery.event JOIN type ON type.id = event.type
      WHERE delivery.row = ? AND delivery.state IN (0, 4)
      """)
    let cancel = try statement("UPDATE delivery SET state = 3, dead_reason = ? WHERE row = ?")
    for row in rows {
      select.bind(1, row)
      defer { select.reset() }
      guard try select.step() else { continue }
      let subscription = memory.catalogue.index.subscription(row: select.int64(0))
      if try subscription?.maySee(StoredEvent(select, from: 1), visibility) == true { continue }
      cancel.bind(1, (subscription == nil ? CancelReason.removed : .groups).rawValue)
      cancel.bind(2, row)
      try cancel.run()
    }
  }
}
