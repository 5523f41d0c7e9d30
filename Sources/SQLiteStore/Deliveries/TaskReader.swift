internal import Fanfare
internal import GRDB

/// Reads deliveries with all that an attempt needs.
struct TaskReader {
  private let select: Statement
  private let selectEvent: Statement
  private let identity: StoreIdentity
  private let events: ClaimedEvents

  init(_ identity: StoreIdentity, _ events: ClaimedEvents = ClaimedEvents(), in db: Database) throws {
    self.identity = identity
    self.events = events
    select = try Statement(
      """
      SELECT delivery.subscription, delivery.due_at, delivery.tries, delivery.attempts, delivery.throttles, delivery.created_at,
        delivery.is_plain, \(ReplayMark.originalColumn), delivery.event
      FROM delivery WHERE delivery.row = ?
      """, in: db)
    selectEvent = try Statement("SELECT \(StoredEvent.columns) FROM event JOIN type ON type.id = event.type WHERE seq = ?", in: db)
  }

  enum Finding {
    case task(DeliveryTask)
    /// To be cancelled: its subscription is gone, or may no longer see the event.
    case unwanted
    /// Its subscription is paused or disabled.
    case parked
    case nothing
  }

  func find(row: Int64, _ catalogue: SubscriptionCatalogue, _ visibility: DefaultVisibility) throws -> Finding {
    select.bind(1, row)
    defer { select.reset() }
    guard try select.step() else { return .nothing }
    guard let event = try event(select.int64(8)) else { return .nothing }
    guard let subscription = catalogue.index.subscription(row: select.int64(0)), let endpoint = catalogue.endpoints[subscription.row],
      try subscription.maySee(event, visibility)
    else { return .unwanted }
    if subscription.isPaused || subscription.isDisabled { return .parked }
    return .task(
      DeliveryTask(
        id: DeliveryID(identity.deliveries.name(row: row, createdAt: select.timestamp(5))), event: event, subscription: subscription,
        endpoint: endpoint, attemptsMade: select.int(3), triesMade: select.int(2), throttles: select.int(4), dueAt: select.timestamp(1),
        isPlainText: select.bool(6), replayOf: select.optionalText(7)))
  }

  private func event(_ sequence: Int64) throws -> StoredEvent? {
    try events.event(sequence) {
      selectEvent.bind(1, sequence)
      defer { selectEvent.reset() }
      return try selectEvent.step() ? StoredEvent(selectEvent) : nil
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
