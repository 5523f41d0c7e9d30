/// Whether a subscription wants an event, and if not, what stands against it.
public enum SubscriptionVerdict: Hashable, Sendable {
  case matched
  /// It would match; it is paused, so its deliveries wait.
  case paused
  case disabled
  /// None of its globs is about the event's type.
  case type
  /// None of its groups may see the event.
  case groups
  /// The filter at this index does not hold.
  case filter(Int)

  /// Whether the event gets a delivery for the subscription.
  public var isMatch: Bool {
    switch self {
    case .matched, .paused: true
    case .disabled, .type, .groups, .filter: false
    }
  }

  /// As the API's `explain` names it (contract §5).
  public var name: String {
    switch self {
    case .matched: "matched"
    case .paused: "paused"
    case .disabled: "disabled"
    case .type: "type"
    case .groups: "groups"
    case .filter: "filter"
    }
  }
}

extension Subscription {
  /// Judges an event that the subscription's scope is about, the cheapest question first.
  public func verdict(for event: Event, byDefault visibility: DefaultVisibility = .restricted) -> SubscriptionVerdict {
    if isDisabled { return .disabled }
    if !isAbout(event.type) { return .type }
    return verdictOnContent(of: event, byDefault: visibility)
  }

  /// What is left to ask about an event whose type fits.
  func verdictOnContent(of event: Event, byDefault visibility: DefaultVisibility) -> SubscriptionVerdict {
    if isDisabled { return .disabled }
    if let allowedGroups, !event.audience.meets(allowedGroups, byDefault: visibility) { return .groups }
    for index in filters.indices where !filters[index].holds(for: event) { return .filter(index) }
    return isPaused ? .paused : .matched
  }

  /// Whether one of the globs fits.
  func isAbout(_ type: EventType) -> Bool {
    guard let events else { return !type.isOwn }
    for glob in events where glob.matches(type.name) { return true }
    return false
  }
}

extension SubscriptionScope {
  /// Whether the scope is about the event at all.
  public func contains(_ event: Event) -> Bool {
    let inventory = side != .state && event.path.inventory?.project.isSame(as: project) == true
    return inventory || (side != .inventory && event.path.state?.project.isSame(as: project) == true)
  }
}
