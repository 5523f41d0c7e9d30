internal import Fanfare
internal import GRDB

/// What is due of a lane, read in one snapshot.
struct Claim: Sendable {
  private(set) var tasks: [DeliveryTask] = []
  /// Rows that should be cancelled: their subscription is gone, or may no longer see the event. The writer decides.
  private(set) var unwanted: [Int64] = []

  init(
    _ lane: Lane, dueAt now: Timestamp, excluding held: Set<Int64>, limit: Int, _ catalogue: SubscriptionCatalogue,
    _ visibility: DefaultVisibility, _ identity: StoreIdentity, in db: Database
  ) throws {
    let due = try Statement(
      """
      SELECT row FROM delivery INDEXED BY delivery_due WHERE state = 0 AND subscription = ? AND urgency = ? AND due_at <= ?
      ORDER BY due_at, row
      """, in: db)
    defer { due.reset() }
    let reader = try TaskReader(identity, in: db)
    due.bind(1, lane.subscription)
    due.bind(2, lane.urgency.rawValue)
    due.bind(3, now)
    while tasks.count < limit, try due.step() {
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
  func cancelUnwanted(_ rows: [Int64], _ visibility: DefaultVisibility) throws {
    let select = try statement(
      """
      SELECT delivery.subscription, delivery.entity, \(StoredEvent.columns)
      FROM delivery JOIN event ON event.seq = delivery.event JOIN type ON type.id = event.type
      WHERE delivery.row = ? AND delivery.state IN (0, 4, 5)
      """)
    let cancel = try statement("UPDATE delivery SET state = 3, dead_reason = ? WHERE row = ?")
    for row in rows {
      select.bind(1, row)
      defer { select.reset() }
      guard try select.step() else { continue }
      let subscription = memory.catalogue.index.subscription(row: select.int64(0))
      if try subscription?.maySee(StoredEvent(select, from: 2), visibility) == true { continue }
      cancel.bind(1, (subscription == nil ? CancelReason.removed : .groups).rawValue)
      cancel.bind(2, row)
      try cancel.run()
      let lane = EntityLane(subscription: select.int64(0), entity: select.isNull(1) ? nil : select.int64(1))
      select.reset()
      if let lane { try promoteNext(of: lane) }
    }
  }
}
