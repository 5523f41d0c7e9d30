/// A project's wish to be told about some of its events.
///
/// Immutable and shared by reference: thousands of deliveries in memory point to one.
public final class Subscription: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case webhook
    case slack
  }

  /// What a webhook's body is.
  public enum Format: String, Sendable, CaseIterable {
    /// The event as the API shows it.
    case event
    /// CloudEvents 1.0, structured.
    case cloudevents
    /// Id, type, timestamp and path only.
    case thin
  }

  /// The store's own key: stays the same while the entry with this id is in its set. 0 before it is stored.
  public let row: Int64
  public let scope: SubscriptionScope
  /// Chosen by the client or made, unique in its set.
  public let id: String
  public let kind: Kind
  /// `http://` or `https://`.
  public let url: String
  /// Globs over event types; nil for all but the service's own.
  public let events: [Glob]?
  public let filters: [Filter]
  /// Only events that one of these groups may see; nil for no such limit.
  public let allowedGroups: [String]?
  public let format: Format
  public let headers: [Header]
  /// Delays before each retry instead of the service's own; nil for those.
  public let retrySchedule: [Duration]?
  /// Deliveries in a second at most, evenly spaced; nil for no such limit.
  public let rateLimitPerSecond: Int?
  public let ordering: Ordering
  public let isDisabled: Bool
  public let slackUsername: String?
  public let slackIcon: String?
  /// Signing secrets as `whsec_…` that do not end, the newest first. Empty before it is stored.
  public let secrets: [String]
  /// Those before the last rotations, the newest first.
  public let retiredSecrets: [RetiredSecret]
  public let isPaused: Bool
  /// Why, for people and programs: `by_hand`, `failing`, or what its receiver said (`http_410`).
  public let pausedReason: String?
  /// For a draft: whether it says nothing of the pause, so that the entry it replaces keeps its own.
  public let keepsPause: Bool

  /// In what order deliveries are made.
  public enum Ordering: String, Sendable, CaseIterable {
    /// Each as soon as it can be.
    case none
    /// Those about one deployment, or one version of an application, in the order in which the events were stored, one at a time.
    case entity
  }

  public struct Header: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(
    row: Int64 = 0, scope: SubscriptionScope, id: String, kind: Kind, url: String, events: [Glob]? = nil, filters: [Filter] = [],
    allowedGroups: [String]? = nil, format: Format = .event, headers: [Header] = [], retrySchedule: [Duration]? = nil,
    rateLimitPerSecond: Int? = nil, ordering: Ordering = .none, isDisabled: Bool = false, slackUsername: String? = nil,
    slackIcon: String? = nil,
    secrets: [String] = [], retiredSecrets: [RetiredSecret] = [], isPaused: Bool = false, pausedReason: String? = nil,
    keepsPause: Bool = true
  ) {
    self.row = row
    self.scope = scope
    self.id = id
    self.kind = kind
    self.url = url
    self.events = events
    self.filters = filters
    self.allowedGroups = allowedGroups
    self.format = format
    self.headers = headers
    self.retrySchedule = retrySchedule
    self.rateLimitPerSecond = rateLimitPerSecond
    self.ordering = ordering
    self.isDisabled = isDisabled
    self.slackUsername = slackUsername
    self.slackIcon = slackIcon
    self.secrets = secrets
    self.retiredSecrets = retiredSecrets
    self.isPaused = isPaused
    self.pausedReason = pausedReason
    self.keepsPause = keepsPause
  }
}

/// Which events a set of subscriptions is about: a project's, or one side of it.
public struct SubscriptionScope: Hashable, Sendable {
  public enum Side: String, Sendable, CaseIterable {
    /// Events of the Inventory's and of the State's project of this name.
    case project
    case inventory
    case state
  }

  public var side: Side
  public var project: String

  public init(side: Side, project: String) {
    self.side = side
    self.project = project
  }

  public static func == (left: SubscriptionScope, right: SubscriptionScope) -> Bool {
    left.side == right.side && left.project.isSame(as: right.project)
  }
}
