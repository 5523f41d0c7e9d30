public import Fanfare
internal import GRDB

extension SQLiteStore: DeliveryQuery {
  public func deliveries(matching filter: DeliveryFilter, page: CursorPage) async throws -> Page<DeliverySummary> {
    try await read { [self] db in
      guard let selection = try DeliverySelection(filter, self, in: db) else {
        return Page(elements: [], hasPrevious: false, hasNext: false)
      }
      let table = NamedRows(table: "delivery", names: identity.deliveries, db: db)
      let found = try RowPage(page, of: table, within: selection.span) {
        try selection.rows(in: $0, isDescending: $1, limit: $2)
      }
      let reader = DeliveryReader(names: identity.deliveries, db: db)
      return Page(
        elements: try found.rows.compactMap { try reader.summary(row: $0) }, hasPrevious: found.hasPrevious, hasNext: found.hasNext)
    }
  }

  public func delivery(_ id: DeliveryID) async throws -> DeliveryDetail? {
    try await read { [self] db in
      guard try NamedRows(table: "delivery", names: identity.deliveries, db: db).creation(of: id.ksuid) != nil else { return nil }
      let reader = DeliveryReader(names: identity.deliveries, db: db)
      guard let summary = try reader.summary(row: id.row) else { return nil }
      return DeliveryDetail(summary: summary, attempts: try reader.attempts(row: id.row))
    }
  }

  /// Deliveries of subscriptions that are gone are left as they are and not counted.
  public func requeue(_ ids: [DeliveryID], at now: Timestamp) async throws -> Int {
    if ids.isEmpty { return 0 }
    return try await writer.perform { transaction in
      let table = NamedRows(table: "delivery", names: transaction.identity.deliveries, db: transaction.db)
      for id in ids {
        guard try table.creation(of: id.ksuid) != nil else { throw UnknownDelivery(id: id) }
      }
      return try transaction.requeue(rows: Set(ids.map(\.row)).sorted(), at: now)
    }
  }

  /// In steps of some thousands, each durable by itself, so that others may write in between.
  public func requeue(matching filter: DeliveryFilter, at now: Timestamp) async throws -> Int {
    var requeued = 0
    var span: Range<Int64>?
    while true {
      let rest = span
      let step = try await read { [self] db -> (rows: [Int64], span: Range<Int64>)? in
        guard let selection = try DeliverySelection(filter, self, in: db) else { return nil }
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

extension WriteTransaction {
  /// - Returns: how many of the rows were scheduled.
  func requeue(rows: [Int64], at now: Timestamp) throws -> Int {
    let select = try statement("SELECT subscription, state FROM delivery WHERE row = ?")
    let update = try statement(
      """
      UPDATE delivery SET state = ?, endpoint = ?, is_retry = 0, due_at = ?, tries = 0, throttles = 0, dead_reason = NULL WHERE row = ?
      """)
    var requeued = 0
    for row in rows {
      select.bind(1, row)
      defer { select.reset() }
      guard try select.step(), let subscription = memory.catalogue.index.subscription(row: select.int64(0)),
        let endpoint = memory.catalogue.endpoints[subscription.row]
      else { continue }
      if select.int64(1) == StateCode.dead { memory.counts.dead -= 1 }
      update.bind(1, subscription.isPaused || subscription.isDisabled ? StateCode.parked : StateCode.scheduled)
      update.bind(2, endpoint.row)
      update.bind(3, now)
      update.bind(4, row)
      select.reset()
      try update.run()
      requeued += 1
    }
    return requeued
  }
}
