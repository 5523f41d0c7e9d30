internal import Fanfare
internal import GRDB

extension WriteTransaction {
  func makeReplay(_ order: ReplayOrder) throws -> Replay {
    let subscriptions = try order.subscriptions(in: memory.catalogue.index)
    let open = try Int.fetchOne(db, sql: "SELECT count(*) FROM replay WHERE state IN (0, 1)") ?? 0
    if open >= Replay.maximumOpen { throw ReplayError.tooMany }
    let (first, last) = try ReplayCandidates.extent(of: order, identity, in: db)
    let insert = try statement(
      """
      INSERT INTO replay(created_at, project, document, subscriptions, state, first_time, first_row, last_row, after_time, after_row,
        is_counted, matched, done, succeeded, dead, cancelled)
      VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?5, ?6, 0, 0, 0, 0, 0, 0)
      """)
    insert.bind(1, createdAt())
    insert.bind(2, order.project)
    insert.bind(3, order.json)
    insert.bind(4, subscriptions.map { JSONValue.array($0.sorted().map { .integer($0) }).text })
    insert.bind(5, first.occurredAt)
    insert.bind(6, first.sequence)
    insert.bind(7, last)
    try insert.run()
    guard let made = try ReplayRow.read(db.lastInsertedRowID, in: db) else {
      throw SQLiteStoreError(.other, "the replay could not be written")
    }
    return made.replay(identity.replays)
  }

  /// See ``ReplayQuery/change(_:_:)``.
  func changeReplay(_ id: KSUID, _ change: Replay.Change) throws -> Replay? {
    guard try NamedRows(table: "replay", names: identity.replays, db: db).creation(of: id) != nil,
      let there = try ReplayRow.read(Int64(bitPattern: id.low), in: db)
    else { return nil }
    let state = try there.replay(identity.replays).state(after: change)
    if state != there.state, !(state == .running && there.state == .done) {
      let update = try statement("UPDATE replay SET state = ?, ended_at = ? WHERE row = ?")
      update.bind(1, state.code)
      update.bind(2, state == .cancelled ? now.nanoseconds : nil as Int64?)
      update.bind(3, there.row)
      try update.run()
    }
    if state != there.state {
      if state == .paused { try park(there.row) }
      if state == .running { try unpark(there.row) }
    }
    if state == .cancelled {
      let cancel = try statement(
        """
        UPDATE delivery SET state = \(StateCode.cancelled), dead_reason = '\(CancelReason.replay.rawValue)' WHERE row IN
          (SELECT row FROM delivery INDEXED BY delivery_by_replay
           WHERE replay = ? AND state IN (\(StateCode.scheduled), \(StateCode.parked), \(StateCode.held)))
        """)
      cancel.bind(1, there.row)
      try cancel.run()
    }
    return try ReplayRow.read(there.row, in: db)?.replay(identity.replays)
  }

  /// What it made waits with it.
  private func park(_ row: Int64) throws {
    let update = try statement(
      """
      UPDATE delivery SET state = \(StateCode.parked) WHERE row IN
        (SELECT row FROM delivery INDEXED BY delivery_by_replay WHERE replay = ? AND state = \(StateCode.scheduled))
      """)
    update.bind(1, row)
    try update.run()
  }

  /// But for what waits with its subscription.
  private func unpark(_ row: Int64) throws {
    let find = try statement(
      "SELECT DISTINCT subscription FROM delivery INDEXED BY delivery_by_replay WHERE replay = ? AND state = \(StateCode.parked)")
    find.bind(1, row)
    var subscriptions: [Int64] = []
    while try find.step() { subscriptions.append(find.int64(0)) }
    find.reset()
    let update = try statement(
      """
      UPDATE delivery SET state = \(StateCode.scheduled) WHERE row IN
        (SELECT row FROM delivery INDEXED BY delivery_by_replay WHERE replay = ? AND state = \(StateCode.parked) AND subscription = ?)
      """)
    for subscription in subscriptions.compactMap({ memory.catalogue.index.subscription(row: $0) })
    where !subscription.isPaused && !subscription.isDisabled {
      update.bind(1, row)
      update.bind(2, subscription.row)
      try update.run()
    }
  }

  /// Ends replays whose subscriptions are all gone.
  func endReplaysWithoutSubscriptions() throws {
    let update = try statement(
      """
      UPDATE replay SET state = \(Replay.State.cancelled.code), reason = '\(CancelReason.removed.rawValue)', ended_at = ?
      WHERE state IN (0, 1) AND subscriptions IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM json_each(replay.subscriptions) AS kept JOIN subscription ON subscription.row = kept.value
         WHERE subscription.is_removed = 0)
      """)
    update.bind(1, now)
    try update.run()
  }

  // MARK: Steps

  /// Adds what a slice counted; at its end the candidates are gone through once more, to be scheduled.
  func count(_ slice: ReplaySlice, of row: Int64) throws {
    guard let replay = try ReplayRow.read(row, in: db), replay.state == .running, !replay.figures.isCounted, replay.after == slice.after
    else { return }
    let position = slice.isAtEnd ? replay.first : slice.examined
    let update = try statement("UPDATE replay SET matched = matched + ?, is_counted = ?, after_time = ?, after_row = ? WHERE row = ?")
    update.bind(1, slice.count)
    update.bind(2, slice.isAtEnd)
    update.bind(3, position.occurredAt)
    update.bind(4, position.sequence)
    update.bind(5, row)
    try update.run()
  }

  /// Schedules what a slice found, and moves the replay on, unless something that the slice stands on has changed.
  ///
  /// - Returns: how many deliveries it made.
  func schedule(_ slice: ReplaySlice, of row: Int64) throws -> Int {
    guard let replay = try ReplayRow.read(row, in: db), replay.state == .running, replay.figures.isCounted, replay.after == slice.after
    else { return 0 }
    // Somebody has changed what was matched with: it is matched anew, with the next step.
    let index = memory.catalogue.index
    for match in slice.matches {
      guard match.targets.allSatisfy({ index.subscription(row: $0.subscription.row) === $0.subscription }), try isStored(match.sequence)
      else { return 0 }
    }
    for match in slice.matches { try schedule(match, of: row) }
    let update = try statement(
      "UPDATE replay SET done = done + ?, after_time = ?, after_row = ?, state = ?, ended_at = ? WHERE row = ?")
    update.bind(1, slice.count)
    update.bind(2, slice.examined.occurredAt)
    update.bind(3, slice.examined.sequence)
    update.bind(4, (slice.isAtEnd ? Replay.State.done : .running).code)
    update.bind(5, slice.isAtEnd ? now.nanoseconds : nil as Int64?)
    update.bind(6, row)
    try update.run()
    return slice.count
  }

  /// Events may have been removed, because of their age, since the slice was read.
  private func isStored(_ sequence: Int64) throws -> Bool {
    let find = try statement("SELECT 1 FROM event WHERE seq = ?")
    find.bind(1, sequence)
    defer { find.reset() }
    return try find.step()
  }

  private func schedule(_ match: ReplayMatch, of replay: Int64) throws {
    try showDeliveries(count: match.targets.count, audience: match.audience, username: match.username)
    let insert = try statement(
      """
      INSERT INTO delivery(row, event, subscription, endpoint, state, urgency, due_at, tries, attempts, throttles, created_at, replay,
        entity)
      VALUES (?, ?, ?, ?, ?, \(Urgency.replay.rawValue), ?, 0, 0, 0, ?, ?, ?)
      """)
    let mark = try statement("INSERT INTO replay_delivery(delivery, event, replay, original) VALUES (?, ?, ?, ?)")
    let createdAt = createdAt()
    for target in match.targets {
      guard let endpoint = memory.catalogue.endpoints[target.subscription.row] else {
        preconditionFailure("a subscription in the index has no endpoint")
      }
      let lane = entityLane(match.entity, for: target.subscription, replay: replay)
      let isHeld = try lane.map { try isBusy($0) } ?? false
      let row = memory.counts.lastDelivery + 1
      insert.bind(1, row)
      insert.bind(2, match.sequence)
      insert.bind(3, target.subscription.row)
      insert.bind(4, endpoint.row)
      insert.bind(5, isHeld ? StateCode.held : target.subscription.isPaused ? StateCode.parked : StateCode.scheduled)
      insert.bind(6, steadyNow)
      insert.bind(7, createdAt)
      insert.bind(8, replay)
      insert.bind(9, lane?.entity)
      try insert.run()
      mark.bind(1, row)
      mark.bind(2, match.sequence)
      mark.bind(3, replay)
      mark.bind(4, target.original)
      try mark.run()
      memory.counts.lastDelivery = row
    }
  }
}
