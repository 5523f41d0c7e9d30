internal import Failpoints
public import Fanfare
internal import GRDB

extension SQLiteStore: DeliveryQuery {
  public func deliveries(
    matching filter: DeliveryFilter, for reader: Reader, page: CursorPage
  ) async throws -> Page<DeliverySummary> {
    try await read { [self] db in
      guard let selection = try DeliverySelection(filter, for: reader, self, in: db) else {
        return Page(elements: [], hasPrevious: false, hasNext: false)
      }
      let table = NamedRows(table: "delivery", names: identity.deliveries, db: db)
      let found = try RowPage(page, of: table, within: selection.span) {
        try selection.rows(in: $0, isDescending: $1, limit: $2)
      }
      let deliveries = DeliveryReader(names: identity, db: db)
      return Page(
        elements: try found.rows.compactMap { try deliveries.summary(row: $0) }, hasPrevious: found.hasPrevious, hasNext: found.hasNext)
    }
  }

  public func delivery(_ id: DeliveryID, for reader: Reader) async throws -> DeliveryDetail? {
    try await read { [self] db in
      guard try identity.maySee(id, reader, visibility, in: TimelineReader(writer.recent, in: db)) else { return nil }
      return try DeliveryReader(names: identity, db: db).detail(row: id.row)
    }
  }

  public func projects(of ids: [DeliveryID], for reader: Reader) async throws -> Set<String> {
    try await read { [self] db in
      let select = try Statement(
        """
        SELECT subscription_set.project FROM delivery JOIN subscription ON subscription.row = delivery.subscription
          JOIN subscription_set ON subscription_set.row = subscription.subscription_set WHERE delivery.row = ?
        """, in: db)
      var projects: Set<String> = []
      let timelines = try TimelineReader(writer.recent, in: db)
      for id in ids {
        guard try identity.maySee(id, reader, visibility, in: timelines) else { throw UnknownDelivery(id: id) }
        select.bind(1, id.row)
        defer { select.reset() }
        if try select.step() { projects.insert(select.text(0)) }
      }
      return projects
    }
  }

  /// Deliveries of subscriptions that are gone are left as they are and not counted.
  public func requeue(_ ids: [DeliveryID], for reader: Reader, at now: Timestamp) async throws -> Int {
    if ids.isEmpty { return 0 }
    return try await writer.perform { [visibility] transaction in
      let timelines = try TimelineReader(transaction.recent, in: transaction.db)
      for id in ids {
        guard try transaction.identity.maySee(id, reader, visibility, in: timelines) else { throw UnknownDelivery(id: id) }
      }
      return try transaction.requeue(rows: Set(ids.map(\.row)).sorted(), at: now)
    }
  }

  /// In steps of some thousands, each durable by itself, so that others may write in between.
  public func requeue(matching filter: DeliveryFilter, for reader: Reader, at now: Timestamp) async throws -> Int {
    var requeued = 0
    var span: Range<Int64>?
    while true {
      let rest = span
      let step = try await read { [self] db -> (rows: [Int64], span: Range<Int64>)? in
        guard let selection = try DeliverySelection(filter, for: reader, self, in: db) else { return nil }
        // What was made since this began is not meant.
        let span = rest ?? selection.span
        return (try selection.rows(in: span, isDescending: false, limit: 5_000), span)
      }
      guard let step, let last = step.rows.last else { return requeued }
      requeued += try await writer.perform { try $0.requeue(rows: step.rows, at: now) }
      span = last + 1..<step.span.upperBound
    }
  }
}

extension StoreIdentity {
  /// Whether there is such a delivery and the reader may see its event.
  func maySee(_ id: DeliveryID, _ reader: Reader, _ visibility: DefaultVisibility, in timelines: TimelineReader) throws -> Bool {
    let db = timelines.db
    guard try NamedRows(table: "delivery", names: deliveries, db: db).creation(of: id.ksuid) != nil else { return false }
    let select = try Statement(
      """
      SELECT event.seq, event.occurred_at, event.audience FROM delivery JOIN event ON event.seq = delivery.event WHERE delivery.row = ?
      """, in: db)
    defer { select.reset() }
    select.bind(1, id.row)
    guard try select.step() else { return false }
    return try Readership.maySee(
      sequence: select.int64(0), occurredAt: select.timestamp(1), audience: select.int64(2), reader, visibility, in: timelines)
  }
}

extension WriteTransaction {
  /// - Returns: how many of the rows were scheduled.
  func requeue(rows: [Int64], at now: Timestamp) throws -> Int {
    let select = try statement("SELECT subscription, state, entity, urgency FROM delivery WHERE row = ?")
    let update = try statement(
      """
      UPDATE delivery SET state = ?, endpoint = ?, urgency = ?, due_at = ?, tries = 0, throttles = 0, dead_reason = NULL, is_plain = 0
      WHERE row = ?
      """)
    var requeued = 0
    for row in rows {
      select.bind(1, row)
      defer { select.reset() }
      guard try select.step(), let subscription = memory.catalogue.index.subscription(row: select.int64(0)),
        let endpoint = memory.catalogue.endpoints[subscription.row]
      else { continue }
      if select.int64(1) == StateCode.dead { memory.counts.dead -= 1 }
      let lane = EntityLane(subscription: subscription.row, entity: select.isNull(2) ? nil : select.int64(2))
      let isHeld = try lane.map { try isBusy($0, besides: row) } ?? false
      let isParked = subscription.isPaused || subscription.isDisabled
      update.bind(1, isHeld ? StateCode.held : isParked ? StateCode.parked : StateCode.scheduled)
      update.bind(2, endpoint.row)
      update.bind(3, select.int64(3) == Urgency.replay.rawValue ? Urgency.replay.rawValue : Urgency.first.rawValue)
      update.bind(4, now)
      update.bind(5, row)
      select.reset()
      try update.run()
      try Failpoint.deliveriesRequeued.reachOrFail()
      requeued += 1
    }
    return requeued
  }
}
