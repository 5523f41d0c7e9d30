internal import Failpoints
internal import Fanfare

extension WriteTransaction {
  /// Stores a batch: what conflicts with something stored goes to the quarantine.
  func ingest(_ arrivals: [Arrival]) throws -> IngestReceipt {
    var receipt = IngestReceipt()
    receipt.fates.reserveCapacity(arrivals.count)
    for arrival in arrivals {
      switch arrival {
      case .event(let event, let origin):
        switch try identify(event) {
        case .new(let fingerprint):
          receipt.fates.append(.stored(sequence: try store(event, fingerprint, origin, deliveries: &receipt.deliveries)))
        case .duplicate(let sequence): receipt.fates.append(.duplicate(sequence: sequence))
        case .conflict(let sequence):
          try quarantine(conflict(of: event, with: sequence, origin: origin))
          receipt.fates.append(.quarantined(.conflictingEvent))
          receipt.hasOutbox = true
        }
      case .quarantined(let quarantined):
        try quarantine(quarantined)
        receipt.fates.append(.quarantined(quarantined.reason))
        receipt.hasOutbox = true
      }
    }
    return receipt
  }

  /// Stores all or, by throwing, none.
  func ingestAll(_ events: [(Event, Origin)]) throws -> IngestReceipt {
    var receipt = IngestReceipt()
    for (event, origin) in events {
      switch try identify(event) {
      case .new(let fingerprint):
        receipt.fates.append(.stored(sequence: try store(event, fingerprint, origin, deliveries: &receipt.deliveries)))
      case .duplicate(let sequence): receipt.fates.append(.duplicate(sequence: sequence))
      case .conflict: throw EventConflict(id: event.id)
      }
    }
    return receipt
  }

  // MARK: Identity

  private enum EventIdentity {
    case new(fingerprint: Int64)
    case duplicate(sequence: Int64)
    case conflict(sequence: Int64)
  }

  private func identify(_ event: Event) throws -> EventIdentity {
    let fingerprint = identity.fingerprint(of: event.id)
    if let sequence = try sequence(ofEvent: event.id, key: StoreIdentity.key(fingerprint: fingerprint)) {
      return try event.saysTheSame(as: storedEvent(sequence)) ? .duplicate(sequence: sequence) : .conflict(sequence: sequence)
    }
    if let removed = try removedEvent(like: event, fingerprint: fingerprint) {
      return removed.saysTheSame ? .duplicate(sequence: removed.sequence) : .conflict(sequence: removed.sequence)
    }
    return .new(fingerprint: fingerprint)
  }

  private func storedEvent(_ sequence: Int64) throws -> Event {
    let select = try statement("SELECT \(StoredEvent.columns), event.flags FROM event JOIN type ON type.id = event.type WHERE seq = ?")
    select.bind(1, sequence)
    defer { select.reset() }
    guard try select.step() else {
      throw SQLiteStoreError(.corrupt, "the index of event ids names the event \(sequence), which is not there")
    }
    var event = try Event(compact: StoredEvent(select))
    event.isTimeGiven = EventFlags(rawValue: select.int64(StoredEvent.columnCount)).contains(.isTimeGiven)
    return event
  }

  private func conflict(of event: Event, with sequence: Int64, origin: Origin) -> Quarantined {
    Quarantined(
      reason: .conflictingEvent,
      detail: "the id \"\(event.id)\" is that of event number \(sequence), which says something else", origin: origin,
      receivedAt: event.receivedAt)
  }

  // MARK: Storing

  /// Writes the event, its timelines and its deliveries.
  ///
  /// - Parameter subject: the subscription that the event is about, which is not told of itself.
  func store(
    _ event: Event, _ fingerprint: Int64, _ origin: Origin, about subject: Int64? = nil, deliveries: inout [DeliveryTask]
  ) throws -> Int64 {
    let statements = try forIngest()
    let sequence = memory.counts.lastSequence + 1
    let type = try typeID(event.type)
    let audience = try audienceID(event.audience)
    let subscriptions = memory.catalogue.index.matches(event).filter { $0.row != subject }
    let compact = event.compactJSON
    var flags: EventFlags = event.isTimeGiven ? .isTimeGiven : []
    if origin.isRedelivered { flags.insert(.isRedelivered) }
    if !event.type.isKnown { flags.insert(.isTypeUnknown) }

    let insert = statements.insertEvent
    insert.bind(1, sequence)
    insert.bind(2, event.id)
    insert.bind(3, type)
    insert.bind(4, event.occurredAt)
    insert.bind(5, event.receivedAt)
    insert.bind(6, audience)
    insert.bind(7, try originID(origin.door))
    insert.bind(8, flags.rawValue)
    insert.bind(9, subscriptions.isEmpty ? 0 : memory.counts.lastDelivery + 1)
    insert.bind(10, subscriptions.count)
    insert.bind(11, event.traceparent)
    insert.bind(12, compact)
    insert.bind(13, now)
    try insert.run()
    try Failpoint.eventInserted.reachOrFail()
    memory.counts.lastSequence = sequence
    eventsStored += 1

    remember(key: StoreIdentity.key(fingerprint: fingerprint), of: sequence)
    newEntries.append(try entries(of: event, sequence: sequence, type: type, audience: audience))
    if !subscriptions.isEmpty {
      try showDeliveries(count: subscriptions.count, audience: audience, username: event.username)
      let stored = StoredEvent(
        sequence: sequence, id: event.id, type: event.type, occurredAt: event.occurredAt, receivedAt: event.receivedAt, compact: compact,
        traceparent: event.traceparent)
      try schedule(stored, about: event.path.entity, for: subscriptions, tasks: &deliveries)
    }
    return sequence
  }

  /// Notes whom the next `count` deliveries, all of one event, are shown to.
  func showDeliveries(count: Int, audience: Int64, username: String?) throws {
    let insert = try forIngest().insertReaderDelivery
    for reader in [audience] + (try username.map { [-(try userTimelineID($0))] } ?? []) {
      insert.bind(1, reader)
      insert.bind(2, memory.counts.lastDelivery + 1)
      insert.bind(3, count)
      try insert.run()
    }
  }

  private func schedule(
    _ event: StoredEvent, about entity: @autoclosure () -> String, for subscriptions: [Subscription], tasks: inout [DeliveryTask]
  ) throws {
    let insert = try forIngest().insertDelivery
    let createdAt = createdAt()
    for subscription in subscriptions {
      guard let endpoint = memory.catalogue.endpoints[subscription.row] else {
        preconditionFailure("a subscription in the index has no endpoint")
      }
      let lane = entityLane(entity(), for: subscription)
      let isHeld = try lane.map { try isBusy($0) } ?? false
      let row = memory.counts.lastDelivery + 1
      insert.bind(1, row)
      insert.bind(2, event.sequence)
      insert.bind(3, subscription.row)
      insert.bind(4, endpoint.row)
      insert.bind(5, isHeld ? StateCode.held : subscription.isPaused ? StateCode.parked : StateCode.scheduled)
      insert.bind(6, steadyNow)
      insert.bind(7, createdAt)
      insert.bind(8, lane?.entity)
      try insert.run()
      try Failpoint.deliveryInserted.reachOrFail()
      memory.counts.lastDelivery = row
      if subscription.isPaused || isHeld { continue }
      tasks.append(
        DeliveryTask(
          id: DeliveryID(identity.deliveries.name(row: row, createdAt: createdAt)), event: event, subscription: subscription,
          endpoint: endpoint, attemptsMade: 0, triesMade: 0, throttles: 0, dueAt: steadyNow))
    }
  }
}
