/// Keeps the schedule of deliveries and what became of each.
public protocol DeliveryStore: Sendable {
  /// The lanes that have something scheduled, each with its earliest due time. Costs a few reads a lane, however long the backlog is.
  func dueLanes() async throws -> [DueLane]

  /// The deliveries of a lane that are due at `now`, the longest due first.
  ///
  /// - Parameter held: deliveries that are in hand already and must not come again.
  func claim(_ lane: Lane, dueAt now: Timestamp, excluding held: Set<DeliveryID>, limit: Int) async throws -> [DeliveryTask]

  /// Whether a task's subscription is still what the task says. If it is not, the task is not to be made: the table knows whether it is
  /// cancelled, parked, or due with what the subscription is now. Costs no I/O.
  func isCurrent(_ task: DeliveryTask) -> Bool

  /// When the next delivery of a lane that is not due at `now` yet becomes due; nil if there is none.
  func nextDue(of lane: Lane, after now: Timestamp) async throws -> Timestamp?

  /// Writes attempts down and moves their deliveries on, durably. A delivery that was removed or settled meanwhile stays as it is.
  ///
  /// A delivery that dies is put into the outbox in the same transaction.
  func record(_ attempts: [AttemptRecord]) async throws
}

/// What is scheduled for one endpoint, first attempts apart from retries, so that late retries cannot stand in their way.
/// A delivery is a retry once a try was counted against its schedule (``DeliveryTask/triesMade`` above 0).
public struct Lane: Hashable, Sendable {
  public var endpoint: EndpointID
  public var isRetry: Bool

  public init(endpoint: EndpointID, isRetry: Bool) {
    self.endpoint = endpoint
    self.isRetry = isRetry
  }
}

/// A lane and when its first delivery is due.
public struct DueLane: Hashable, Sendable {
  public var lane: Lane
  public var dueAt: Timestamp

  public init(lane: Lane, dueAt: Timestamp) {
    self.lane = lane
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
