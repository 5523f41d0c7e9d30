/// Keeps the schedule of deliveries and what became of each.
public protocol DeliveryStore: Sendable {
  /// The lanes that have something scheduled, each with its earliest due time. Costs a few reads a lane, however long the backlog is.
  func dueLanes() async throws -> [DueLane]

  /// The endpoints that failed last, and how they fare.
  func endpointHealth() async throws -> [EndpointID: EndpointHealth]

  /// Until when endpoints asked to be left alone (``Verdict/pausesEndpointUntil``), as far as it may still matter.
  func endpointPauses() async throws -> [EndpointID: Timestamp]

  /// The deliveries of a lane that are due at `now`, the longest due first; behind them, of any lane, what was let go by deliveries that
  /// were found to be made no more.
  ///
  /// - Parameter held: deliveries that are in hand already and must not come again.
  func claim(_ lane: Lane, dueAt now: Timestamp, excluding held: Set<DeliveryID>, limit: Int) async throws -> [DeliveryTask]

  /// The number of the newest delivery (``DeliveryID/row``): none that a claim has brought is newer. Numbers grow with each one that is made.
  func newestDelivery() async throws -> Int64

  /// Whether a task's subscription is still what the task says. If it is not, the task is not to be made: the table knows whether it is
  /// cancelled, parked, or due with what the subscription is now. Costs no I/O.
  func isCurrent(_ task: DeliveryTask) -> Bool

  /// When the next delivery of a lane that is not due at `now` yet becomes due; nil if there is none.
  func nextDue(of lane: Lane, after now: Timestamp) async throws -> Timestamp?

  /// Writes attempts down and moves their deliveries on, and how endpoints fare, durably and in one transaction. A delivery that was
  /// removed or settled meanwhile stays as it is.
  ///
  /// A delivery that dies is put into the outbox, and is an event of its own; so is a subscription that is paused.
  func record(_ attempts: [AttemptRecord], endpoints: [EndpointReport]) async throws -> RecordReceipt
}

/// What writing attempts down gave rise to.
public struct RecordReceipt: Sendable {
  /// Due at once: what waited behind deliveries of the same entity, and deliveries of the service's own events.
  public var deliveries: [DeliveryTask]
  public var hasOutbox: Bool
  public var hasEvents: Bool

  public init(deliveries: [DeliveryTask] = [], hasOutbox: Bool = false, hasEvents: Bool = false) {
    self.deliveries = deliveries
    self.hasOutbox = hasOutbox
    self.hasEvents = hasEvents
  }
}

/// What is scheduled for one subscription: first attempts apart from retries and from replays, so that these cannot stand in their way.
public struct Lane: Hashable, Sendable {
  /// The store's key (``Subscription/row``).
  public var subscription: Int64
  public var urgency: Urgency

  public init(subscription: Int64, urgency: Urgency) {
    self.subscription = subscription
    self.urgency = urgency
  }

  /// Where a delivery stands once so many tries are counted against its schedule.
  public init(of task: DeliveryTask, triesMade: some BinaryInteger) {
    let urgency: Urgency = task.replayOf != nil ? .replay : triesMade > 0 ? .retry : .first
    self.init(subscription: task.subscription.row, urgency: urgency)
  }

  public init(of task: DeliveryTask) { self.init(of: task, triesMade: task.triesMade) }
}

/// Who goes first.
public enum Urgency: Int64, Hashable, Sendable, CaseIterable {
  case first = 0
  /// A try was counted against its schedule (``DeliveryTask/triesMade`` above 0).
  case retry = 1
  /// It is a replay's, its retries included.
  case replay = 2
}

/// A lane, where it leads, and when its first delivery is due.
public struct DueLane: Hashable, Sendable {
  public var lane: Lane
  public var endpoint: EndpointID
  public var dueAt: Timestamp

  public init(lane: Lane, endpoint: EndpointID, dueAt: Timestamp) {
    self.lane = lane
    self.endpoint = endpoint
    self.dueAt = dueAt
  }
}

/// Messages for the dead-letter exchange that were written with what they are about, and wait for a broker to confirm them.
public protocol Outbox: Sendable {
  /// The oldest `limit` messages, in the order they were written.
  func pending(limit: Int) async throws -> [OutboxMessage]
  /// Removes messages that the broker has confirmed.
  func remove(_ messages: [OutboxMessage.ID]) async throws
}

/// One message for `fanfare.dead`.
public struct OutboxMessage: Sendable, Identifiable {
  public let id: Int64
  public let routingKey: String
  public let contentType: String
  /// Header names and string values.
  public let headers: [(name: String, value: String)]
  public let body: [UInt8]

  public init(id: Int64, routingKey: String, contentType: String, headers: [(name: String, value: String)], body: [UInt8]) {
    self.id = id
    self.routingKey = routingKey
    self.contentType = contentType
    self.headers = headers
    self.body = body
  }
}
