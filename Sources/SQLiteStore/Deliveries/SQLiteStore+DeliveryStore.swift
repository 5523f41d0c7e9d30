public import Fanfare
internal import GRDB
internal import Synchronization

extension SQLiteStore: DeliveryStore {
  public func dueLanes() async throws -> [DueLane] {
    try await read { try Self.dueLanes($0) }
  }

  public func nextDue(of lane: Lane, after now: Timestamp) async throws -> Timestamp? {
    try await read { db in
      let select = try Statement(
        """
        SELECT due_at FROM delivery INDEXED BY delivery_due WHERE state = 0 AND subscription = ? AND urgency = ? AND due_at > ?
        ORDER BY due_at LIMIT 1
        """, in: db)
      defer { select.reset() }
      select.bind(1, lane.subscription)
      select.bind(2, lane.urgency.rawValue)
      select.bind(3, now)
      return try select.step() ? select.timestamp(0) : nil
    }
  }

  public func claim(_ lane: Lane, dueAt now: Timestamp, excluding held: Set<DeliveryID>, limit: Int) async throws -> [DeliveryTask] {
    if limit <= 0 { return [] }
    var known = Set(held.map(\.row))
    var tasks: [DeliveryTask] = []
    var letGo: [DeliveryTask] = []
    while true {
      let (excluded, missing) = (known, limit - tasks.count)
      let claim = try await read { [self] db in
        let catalogue = writer.catalogue.withLock { $0 }
        return try Claim(lane, dueAt: now, excluding: excluded, limit: missing, catalogue, visibility, identity, claimedEvents, in: db)
      }
      tasks += claim.tasks
      if !claim.unwanted.isEmpty {
        letGo += try await writer.perform { [visibility] in try $0.cancelUnwanted(claim.unwanted, visibility) }
        replaySettlements.yield()
      }
      if claim.unwanted.count < Claim.reach || tasks.count >= limit { return tasks + letGo }
      known.formUnion((claim.tasks + letGo).map(\.id.row))
    }
  }

  public func newestDelivery() async throws -> Int64 {
    try await read { db in try LastNumber.lastDelivery(in: db) }
  }

  public func isCurrent(_ task: DeliveryTask) -> Bool {
    writer.catalogue.withLock { $0.index.subscription(row: task.subscription.row) === task.subscription }
  }

  public func record(_ attempts: [AttemptRecord], endpoints: [EndpointReport]) async throws -> RecordReceipt {
    if attempts.isEmpty && endpoints.isEmpty { return RecordReceipt() }
    let receipt = try await writer.perform { [visibility] in try $0.record(attempts, endpoints: endpoints, visibility) }
    if attempts.contains(where: { $0.result.task.replayOf != nil }) { replaySettlements.yield() }
    return receipt
  }

  public func endpointPauses() async throws -> [EndpointID: Timestamp] {
    try await read { db in
      let select = try Statement("SELECT endpoint, until FROM endpoint_pause", in: db)
      defer { select.reset() }
      var pauses: [EndpointID: Timestamp] = [:]
      while try select.step() { pauses[EndpointID(row: select.int64(0))] = select.timestamp(1) }
      return pauses
    }
  }

  public func endpointHealth() async throws -> [EndpointID: EndpointHealth] {
    try await read { db in
      let select = try Statement("SELECT endpoint, failures, failing_since, probe_at, probes FROM endpoint_health", in: db)
      defer { select.reset() }
      var health: [EndpointID: EndpointHealth] = [:]
      while try select.step() {
        health[EndpointID(row: select.int64(0))] = EndpointHealth(
          failures: select.int(1), failingSince: select.timestamp(2), probeAt: select.isNull(3) ? nil : select.timestamp(3),
          probes: select.int(4))
      }
      return health
    }
  }

  var visibility: DefaultVisibility { configuration.defaultVisibility }

  /// Seeks from lane to lane in the index of what is due: a read a lane, however long each is.
  static func dueLanes(_ db: Database) throws -> [DueLane] {
    let next = try Statement(nextLane, in: db)
    defer { next.reset() }
    var lanes: [DueLane] = []
    next.bind(1, Int64.min)
    next.bind(2, 0)
    // Past the last place that the lane before can have: SQLite looks at each row that is equal in the columns that are compared.
    next.bind(3, Int64.max)
    while try next.step() {
      let (subscription, urgency) = (next.int64(0), next.int64(1))
      lanes.append(
        DueLane(
          lane: Lane(subscription: subscription, urgency: Urgency(rawValue: urgency) ?? .retry),
          endpoint: EndpointID(row: next.int64(3)), dueAt: next.timestamp(2)))
      next.reset()
      next.bind(1, subscription)
      next.bind(2, urgency)
    }
    return lanes
  }

  static let nextLane = """
    SELECT subscription, urgency, due_at, endpoint FROM delivery INDEXED BY delivery_due
    WHERE state = 0 AND (subscription, urgency, due_at) > (?, ?, ?) ORDER BY subscription, urgency, due_at LIMIT 1
    """
}
