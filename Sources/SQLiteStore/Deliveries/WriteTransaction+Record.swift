internal import Failpoints
internal import Fanfare

extension WriteTransaction {
  func record(_ attempts: [AttemptRecord], endpoints: [EndpointReport], _ visibility: DefaultVisibility) throws -> RecordReceipt {
    var receipt = RecordReceipt()
    for attempt in attempts { try record(attempt, visibility, &receipt) }
    for endpoint in endpoints { try record(endpoint, &receipt) }
    return receipt
  }

  private func record(_ attempt: AttemptRecord, _ visibility: DefaultVisibility, _ receipt: inout RecordReceipt) throws {
    // The service stopped before an answer came: nothing is known, nothing changes.
    if case .failure(let failure) = attempt.result.outcome, failure.kind == .stopped { return }
    let task = attempt.result.task
    guard let delivery = try scheduledDelivery(task.id) else { return }
    let verdict = attempt.verdict
    let number = delivery.attempts + 1
    let tries = delivery.tries + (verdict.countsAsTry ? 1 : 0)
    var state = StateCode.scheduled
    var dueAt = delivery.dueAt
    var deadReason: DeadReason?
    switch verdict.state {
    case .scheduled(let at):
      dueAt = at
      // A subscription that was paused, or disabled, meanwhile keeps its deliveries parked.
      if delivery.state == StateCode.parked { state = StateCode.parked }
    case .succeeded: state = StateCode.succeeded
    case .cancelled: state = StateCode.cancelled
    case .dead(let reason):
      state = StateCode.dead
      deadReason = reason
    }

    let update = try forRecording().update
    update.bind(1, state)
    update.bind(2, Lane(of: task, triesMade: tries).urgency.rawValue)
    update.bind(3, dueAt)
    update.bind(4, tries)
    update.bind(5, number)
    update.bind(6, delivery.throttles + (verdict.countsAsTry ? 0 : 1))
    update.bind(7, deadReason?.rawValue)
    update.bind(8, verdict.asPlainText || task.isPlainText)
    update.bind(9, task.id.row)
    try update.run()
    try Failpoint.deliveryUpdated.reachOrFail()
    try insert(attempt, number: number)

    if let deadReason {
      memory.counts.dead += 1
      try putInOutbox(.delivery(task, reason: deadReason, lastReason: verdict.reason, attempts: number))
      try Failpoint.deathNoted.reachOrFail()
      try announceDeath(of: task, deadReason, lastReason: verdict.reason, attempts: number, &receipt)
      receipt.hasOutbox = true
    }
    if let until = verdict.pausesEndpointUntil { try pause(task.endpoint, until: until) }
    if verdict.pausesSubscription {
      try setPaused(true, subscription: task.subscription.row, Pausing(reason: verdict.reason), &receipt)
    }
    if state != StateCode.scheduled, state != StateCode.parked,
      let lane = EntityLane(subscription: task.subscription.row, entity: delivery.entity),
      let next = try nextTask(after: lane, visibility)
    {
      receipt.deliveries.append(next)
    }
  }

  private struct ScheduledDelivery {
    let state: Int64
    let tries: Int64
    let attempts: Int64
    let throttles: Int64
    let dueAt: Timestamp
    let entity: Int64?
  }

  /// The delivery, if it is still to be made.
  private func scheduledDelivery(_ id: DeliveryID) throws -> ScheduledDelivery? {
    let find = try forRecording().find
    find.bind(1, id.row)
    defer { find.reset() }
    guard try find.step(), identity.deliveries.name(row: id.row, createdAt: find.timestamp(1)) == id.ksuid else { return nil }
    let state = find.int64(0)
    guard state == StateCode.scheduled || state == StateCode.parked else { return nil }
    return ScheduledDelivery(
      state: state, tries: find.int64(2), attempts: find.int64(3), throttles: find.int64(4), dueAt: find.timestamp(5),
      entity: find.isNull(6) ? nil : find.int64(6))
  }

  private func insert(_ attempt: AttemptRecord, number: Int64) throws {
    let insert = try forRecording().insertAttempt
    insert.bind(1, attempt.result.task.id.row)
    insert.bind(2, number)
    insert.bind(3, attempt.result.startedAt)
    insert.bind(4, attempt.result.duration.wholeNanoseconds)
    switch attempt.result.outcome {
    case .response(let status, let body, _):
      insert.bind(5, Int64(status))
      insert.bind(7, nil as String?)
      insert.bind(8, body.isEmpty ? nil : Array(body.prefix(1_024)))
    case .failure(let failure):
      insert.bind(5, nil as Int64?)
      insert.bind(7, failure.detail)
      insert.bind(8, nil as [UInt8]?)
    }
    insert.bind(6, attempt.verdict.reason)
    switch attempt.verdict.state {
    case .scheduled(let dueAt):
      insert.bind(9, StateCode.scheduled)
      insert.bind(10, dueAt.nanoseconds)
    case .succeeded:
      insert.bind(9, StateCode.succeeded)
      insert.bind(10, nil as Int64?)
    case .dead:
      insert.bind(9, StateCode.dead)
      insert.bind(10, nil as Int64?)
    case .cancelled:
      insert.bind(9, nil as Int64?)
      insert.bind(10, nil as Int64?)
    }
    insert.bind(11, attempt.verdict.why)
    insert.bind(12, attempt.result.digest?.description)
    try insert.run()
  }
}
