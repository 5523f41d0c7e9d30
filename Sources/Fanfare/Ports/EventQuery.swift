/// Answers who may see what happened.
public protocol EventQuery: Sendable {
  /// A page of a timeline, the newest first, ties by arrival (the later first): only what the reader may see.
  ///
  /// - Throws: ``UnknownEvent`` if `page.from` names no event that the reader may see.
  func events(in timeline: Timeline, for reader: Reader, filter: EventFilter, page: EventPageRequest) async throws -> EventPage

  /// One event, or nil if there is none or the reader may not see it: he cannot tell which.
  func event(_ id: String, for reader: Reader) async throws -> StoredEvent?

  /// What became of one event, and why; nil as for ``event(_:for:)``.
  func explanation(of id: String, for reader: Reader) async throws -> EventExplanation?
}

public struct EventPageRequest: Sendable {
  /// 1 to 1000.
  public var size: Int
  /// The event after which the page begins: only older ones.
  public var from: String?
  /// The page ends early with the event that brings it to so many bytes.
  public var bytes = Int.max

  public init(size: Int = 20, from: String? = nil, bytes: Int = .max) {
    self.size = size
    self.from = from
    self.bytes = bytes
  }
}

public struct EventPage: Sendable {
  public var events: [StoredEvent]
  /// Whether older ones follow; the next page begins `from` this page's last event.
  public var hasMore: Bool

  public init(events: [StoredEvent], hasMore: Bool) {
    self.events = events
    self.hasMore = hasMore
  }
}

/// What a listing is narrowed to. All parts must hold.
public struct EventFilter: Sendable {
  /// Any of these; empty for all types.
  public var types: [Glob] = []
  public var username: String?
  /// From this instant on.
  public var since: Timestamp?
  /// Before this instant.
  public var until: Timestamp?
  /// Parts of the path that must be equal, for those that the timeline does not fix already. A version is compared in its comparable form.
  public var inventoryProject: String?
  public var inventoryApplication: String?
  public var inventoryVersion: String?
  public var stateProject: String?
  public var stateEnvironment: String?
  public var stateDeployment: String?
  /// Only events of some deployment.
  public var hasDeployment = false

  public init() {}
}

public struct UnknownEvent: Error, Sendable {
  public let id: String

  public init(id: String) { self.id = id }
}
