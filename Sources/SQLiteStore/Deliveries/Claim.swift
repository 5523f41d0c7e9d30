internal import Fanfare
internal import GRDB

/// What is due of a lane, read in one snapshot.
struct Claim: Sendable {
  private(set) var tasks: [DeliveryTask] = []
  /// Rows that should be cancelled: their subscription is gone, or may no longer see the event. The writer decides.
  private(set) var unwanted: [Int64] = []
  /// With so many, the rest is read once they are cancelled.
  static let reach = 1_000

  init(
    _ lane: Lane, dueAt now: Timestamp, excluding held: Set<Int64>, limit: Int, _ catalogue: SubscriptionCatalogue,
    _ visibility: DefaultVisibility, _ identity: StoreIdentity, _ events: ClaimedEvents, in db: Database
  ) throws {
    // Parked in a moment, all of them.
    if let subscription = catalogue.index.subscription(row: lane.subscription), subscription.isPaused || subscription.isDisabled { return }
    let due = try Statement(
      """
      SELECT row FROM delivery INDEXED BY delivery_due WHERE state = 0 AND subscription = ? AND urgency = ? AND due_at <= ?
      ORDER BY due_at, row
      """, in: db)
    defer { due.reset() }
    let reader = try TaskReader(identity, events, in: db)
    due.bind(1, lane.subscription)
    due.bind(2, lane.urgency.rawValue)
    due.bind(3, now)
    while tasks.count < limit, unwanted.count < Self.reach, try due.step() {
      let row = due.int64(0)
      if held.contains(row) { continue }
      switch try reader.find(row: row, catalogue, visibility) {
      case .task(let task): tasks.append(task)
      case .unwanted: unwanted.append(row)
      // Paused between the snapshot and the catalogue: parked in a moment.
      case .parked, .nothing: continue
      }
    }
  }
}

extension WriteTransaction {
  /// Cancels those that are still scheduled and still unwanted, by what the writer knows.
  ///
  /// - Returns: what waited behind them, and is due now.
  func cancelUnwanted(_ rows: [Int64], _ visibility: DefaultVisibility) throws -> [DeliveryTask] {
    let select = try statement(
      """
      SELECT delivery.subscription, delivery.entity, \(StoredEvent.columns)
      FROM delivery JOIN event ON event.seq = delivery.event JOIN type ON type.id = event.type
      WHERE delivery.row = ? AND delivery.state IN (0, 4, 5)
      """)
    var letGo: [DeliveryTask] = []
    for row in rows {
      select.bind(1, row)
      defer { select.reset() }
      guard try select.step() else { continue }
      let subscription = memory.catalogue.index.subscription(row: select.int64(0))
      if try subscription?.maySee(StoredEvent(select, from: 2), visibility) == true { continue }
      let lane = EntityLane(subscription: select.int64(0), entity: select.isNull(1) ? nil : select.int64(1))
      select.reset()
      try cancel(row, subscription == nil ? .removed : .groups)
      if let lane, let next = try nextTask(after: lane, visibility) { letGo.append(next) }
    }
    return letGo
  }

  func cancel(_ row: Int64, _ reason: CancelReason) throws {
    let cancel = try statement("UPDATE delivery SET state = 3, dead_reason = ? WHERE row = ?")
    cancel.bind(1, reason.rawValue)
    cancel.bind(2, row)
    try cancel.run()
  }
}
