/// Walks back over what happened in a project, and what was sent of it.
public protocol EventHistory: Sendable {
  /// What events that name no group were taken for when they were matched.
  var defaultVisibility: DefaultVisibility { get }

  /// The next events that the scope is about and that the reader may see, the newest first, ties by arrival (the later first). Each comes
  /// once, though both sides be of the project.
  ///
  /// Not one snapshot but one a page: what comes in during a walk is in it only if it happened before the place that the walk has come to.
  func history(of scope: SubscriptionScope, for reader: Reader, from request: HistoryRequest) async throws -> HistoryPage
}

public struct HistoryRequest: Sendable {
  /// From this instant on.
  public var since: Timestamp
  /// Before this instant.
  public var until: Timestamp
  /// Where the page before ended; nil for the first one.
  public var place: HistoryPlace?
  /// At least 1.
  public var events: Int
  /// The page ends early with the event that brings it to so many bytes.
  public var bytes: Int

  public init(since: Timestamp, until: Timestamp, place: HistoryPlace? = nil, events: Int = 200, bytes: Int = 256 << 10) {
    self.since = since
    self.until = until
    self.place = place
    self.events = events
    self.bytes = bytes
  }
}

/// An event's place in the order of a walk. Not to leave the service: it tells how many events there are.
public struct HistoryPlace: Sendable, Hashable, Comparable {
  public let occurredAt: Timestamp
  public let sequence: Int64

  public init(of event: StoredEvent) {
    occurredAt = event.occurredAt
    sequence = event.sequence
  }

  public static func < (left: HistoryPlace, right: HistoryPlace) -> Bool {
    (left.occurredAt, left.sequence) < (right.occurredAt, right.sequence)
  }
}

public struct HistoryPage: Sendable {
  public var events: [PastEvent]
  /// Where the next page goes on; nil if there is none.
  public var next: HistoryPlace?

  public init(events: [PastEvent], next: HistoryPlace?) {
    self.events = events
    self.next = next
  }
}

/// An event, and who was told of it when it was stored.
public struct PastEvent: Sendable {
  public let event: StoredEvent
  /// The rows of the subscriptions, of whichever scope, for which a delivery was made. What was replayed since does not count.
  public let told: Set<Int64>

  public init(event: StoredEvent, told: Set<Int64>) {
    self.event = event
    self.told = told
  }
}

extension SubscriptionScope {
  /// The timelines that its events are in, which may be in both.
  public var timelines: [Timeline] {
    switch side {
    case .project: [.inventoryProject(project), .stateProject(project)]
    case .inventory: [.inventoryProject(project)]
    case .state: [.stateProject(project)]
    }
  }
}
