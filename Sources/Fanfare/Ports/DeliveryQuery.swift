/// Answers who was told, and makes it happen again.
///
/// A delivery exists for a reader if he may see its event. Of any other he learns nothing: not from a page, its size or its cursors, and not
/// from an error.
public protocol DeliveryQuery: Sendable {
  func deliveries(matching filter: DeliveryFilter, for reader: Reader, page: CursorPage) async throws -> Page<DeliverySummary>
  func delivery(_ id: DeliveryID, for reader: Reader) async throws -> DeliveryDetail?

  /// The projects of the deliveries' subscriptions.
  ///
  /// - Throws: ``UnknownDelivery`` if one of `ids` does not exist.
  func projects(of ids: [DeliveryID], for reader: Reader) async throws -> Set<String>

  /// Schedules deliveries anew, due at `now`, with a fresh retry schedule, durably.
  ///
  /// - Returns: how many. A delivery that is scheduled already becomes due at once.
  /// - Throws: ``UnknownDelivery`` if one of `ids` does not exist; nothing is changed then.
  func requeue(_ ids: [DeliveryID], for reader: Reader, at now: Timestamp) async throws -> Int
  func requeue(matching filter: DeliveryFilter, for reader: Reader, at now: Timestamp) async throws -> Int

  func quarantine(page: CursorPage) async throws -> Page<QuarantineEntry>
  func quarantined(_ id: KSUID) async throws -> QuarantineEntry?
  /// Takes an entry out of the quarantine, after it was read and stored at last.
  func releaseFromQuarantine(_ id: KSUID) async throws
}

public struct DeliveryFilter: Sendable {
  /// The project of the subscription's scope, whichever side it is of.
  public var project: String?
  /// The subscription's id in its set.
  public var subscription: String?
  /// ``DeliveryState/name``.
  public var state: String?
  /// The event's id.
  public var event: String?
  /// When the delivery was made, from this instant on and before that.
  public var since: Timestamp?
  public var until: Timestamp?
  /// The replay that made them.
  public var replay: KSUID?

  public init() {}
}

public struct DeliverySummary: Sendable {
  public let id: DeliveryID
  public let eventID: String
  public let eventType: EventType
  public let scope: SubscriptionScope
  public let subscriptionID: String
  public let kind: Subscription.Kind
  /// Without user, password and query, which may hold secrets.
  public let url: String
  public let state: DeliveryState
  /// Why it is cancelled, if it is and that was written down.
  public let cancelReason: CancelReason?
  public let attempts: Int
  public let createdAt: Timestamp
  /// When the last attempt started.
  public let lastAttemptAt: Timestamp?
  /// ``Verdict/reason`` of the last attempt.
  public let lastReason: String?
  /// Where it is one that a replay made.
  public let replay: ReplayMark?

  public init(
    id: DeliveryID, eventID: String, eventType: EventType, scope: SubscriptionScope, subscriptionID: String, kind: Subscription.Kind,
    url: String, state: DeliveryState, cancelReason: CancelReason? = nil, attempts: Int, createdAt: Timestamp, lastAttemptAt: Timestamp?,
    lastReason: String?, replay: ReplayMark? = nil
  ) {
    self.id = id
    self.eventID = eventID
    self.eventType = eventType
    self.scope = scope
    self.subscriptionID = subscriptionID
    self.kind = kind
    self.url = url
    self.state = state
    self.cancelReason = cancelReason
    self.attempts = attempts
    self.createdAt = createdAt
    self.lastAttemptAt = lastAttemptAt
    self.lastReason = lastReason
    self.replay = replay
  }
}

/// Of which replay a delivery is, and of what.
public struct ReplayMark: Sendable, Hashable {
  public let replay: KSUID
  /// What `X-Event-Replay-Of` says: the delivery that it repeats, or the event where there was none.
  public let original: String

  public init(replay: KSUID, original: String) {
    self.replay = replay
    self.original = original
  }
}

public struct DeliveryDetail: Sendable {
  public let summary: DeliverySummary
  /// In the order they were made.
  public let attempts: [AttemptSummary]

  public init(summary: DeliverySummary, attempts: [AttemptSummary]) {
    self.summary = summary
    self.attempts = attempts
  }
}

public struct AttemptSummary: Sendable {
  public let number: Int
  public let startedAt: Timestamp
  public let duration: Duration
  /// The HTTP status, if there was a response.
  public let status: Int?
  /// ``Verdict/reason``.
  public let reason: String
  /// The transport's sentence if there was no response.
  public let detail: String?
  /// The first KiB of the response's body.
  public let responseBody: [UInt8]
  /// Nil for attempts that an earlier version wrote down.
  public let decision: AttemptDecision?
  /// ``Verdict/why``.
  public let why: String?
  /// The digest that it went in.
  public let digest: KSUID?

  public init(
    number: Int, startedAt: Timestamp, duration: Duration, status: Int?, reason: String, detail: String?, responseBody: [UInt8],
    decision: AttemptDecision? = nil, why: String? = nil, digest: KSUID? = nil
  ) {
    self.number = number
    self.startedAt = startedAt
    self.duration = duration
    self.status = status
    self.reason = reason
    self.detail = detail
    self.responseBody = responseBody
    self.decision = decision
    self.why = why
    self.digest = digest
  }
}

/// What followed from an attempt.
public enum AttemptDecision: Sendable, Hashable {
  case succeeded
  case retried(at: Timestamp)
  case dead
}

public struct QuarantineEntry: Sendable {
  public let id: KSUID
  public let entry: Quarantined

  public init(id: KSUID, entry: Quarantined) {
    self.id = id
    self.entry = entry
  }
}

public struct UnknownDelivery: Error, Sendable {
  public let id: DeliveryID

  public init(id: DeliveryID) { self.id = id }
}

/// Which page of a listing, by the second seed's cursors. Keys are KSUIDs; the order is theirs.
public struct CursorPage: Sendable {
  public enum Order: String, Sendable, CaseIterable {
    case ascending = "asc"
    case descending = "desc"
  }

  /// Begins after this element, or ends before it; not both.
  public enum Boundary: Sendable, Hashable {
    case after(KSUID)
    case before(KSUID)
  }

  /// 0 to 100.
  public var size: Int
  public var order: Order
  public var boundary: Boundary?

  public init(size: Int = 20, order: Order = .descending, boundary: Boundary? = nil) {
    self.size = size
    self.order = order
    self.boundary = boundary
  }
}

public struct Page<Element: Sendable>: Sendable {
  public var elements: [Element]
  public var hasPrevious: Bool
  public var hasNext: Bool

  public init(elements: [Element], hasPrevious: Bool, hasNext: Bool) {
    self.elements = elements
    self.hasPrevious = hasPrevious
    self.hasNext = hasNext
  }
}
