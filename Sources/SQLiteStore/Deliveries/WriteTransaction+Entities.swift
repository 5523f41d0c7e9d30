internal import Fanfare

/// What is delivered one at a time: the deliveries of an ordered subscription that are about one entity. Of those that are not settled, the
/// earliest stored is scheduled or parked, and the others are held.
struct EntityLane: Hashable {
  let subscription: Int64
  let entity: Int64

  init(subscription: Int64, entity: Int64) {
    self.subscription = subscription
    self.entity = entity
  }

  /// Nil without an entity.
  init?(subscription: Int64, entity: Int64?) {
    guard let entity else { return nil }
    self.init(subscription: subscription, entity: entity)
  }
}

extension WriteTransaction {
  /// The lane of the delivery of an event about this entity (``EventPath/entity``); nil if the subscription asks for no order.
  ///
  /// - Parameter job: the replay that it belongs to: replays have an order of their own, and hold nothing live back.
  func entityLane(_ entity: @autoclosure () -> String, for subscription: Subscription, replay job: Int64? = nil) -> EntityLane? {
    // A Slack URL gets one message at a time anyway, and what waits for it goes together.
    guard subscription.ordering == .entity, subscription.kind == .webhook else { return nil }
    let text = job.map { "\(entity())\0replay\0\($0)" } ?? entity()
    return EntityLane(subscription: subscription.row, entity: identity.fingerprint(of: text))
  }

  /// Whether another delivery of the lane is scheduled or parked.
  func isBusy(_ lane: EntityLane, besides row: Int64 = 0) throws -> Bool {
    let find = try statement(
      """
      SELECT 1 FROM delivery INDEXED BY delivery_by_entity
      WHERE subscription = ? AND entity = ? AND entity IS NOT NULL AND state IN (0, 4) AND state IN (0, 4, 5) AND row <> ? LIMIT 1
      """)
    find.bind(1, lane.subscription)
    find.bind(2, lane.entity)
    find.bind(3, row)
    defer { find.reset() }
    return try find.step()
  }

  /// Lets the next of a lane go whose delivery was settled.
  ///
  /// - Returns: its row, if it is scheduled now.
  @discardableResult
  func promoteNext(of lane: EntityLane) throws -> Int64? {
    if try isBusy(lane) { return nil }
    let find = try statement(
      """
      SELECT row FROM delivery INDEXED BY delivery_by_entity
      WHERE subscription = ? AND entity = ? AND entity IS NOT NULL AND state = 5 AND state IN (0, 4, 5) ORDER BY row LIMIT 1
      """)
    find.bind(1, lane.subscription)
    find.bind(2, lane.entity)
    defer { find.reset() }
    guard try find.step() else { return nil }
    let row = find.int64(0)
    find.reset()
    let subscription = memory.catalogue.index.subscription(row: lane.subscription)
    let isParked = subscription?.isPaused == true || subscription?.isDisabled == true
    let update = try statement("UPDATE delivery SET state = ?, due_at = ? WHERE row = ?")
    update.bind(1, isParked ? StateCode.parked : StateCode.scheduled)
    update.bind(2, steadyNow)
    update.bind(3, row)
    try update.run()
    return isParked ? nil : row
  }

  /// The task of the next delivery that a settled one lets go; nil if there is none that is due. What may not be made is cancelled on the
  /// way: nobody would ask for what waits behind it.
  func nextTask(after lane: EntityLane, _ visibility: DefaultVisibility) throws -> DeliveryTask? {
    let reader = try TaskReader(identity, in: db)
    while let row = try promoteNext(of: lane) {
      switch try reader.find(row: row, memory.catalogue, visibility) {
      case .task(let task): return task
      case .unwanted: try cancel(row, memory.catalogue.index.subscription(row: lane.subscription) == nil ? .removed : .groups)
      case .parked, .nothing: return nil
      }
    }
    return nil
  }
}
