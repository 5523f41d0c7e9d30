/// All subscriptions, arranged so that an event asks only those of its own projects that are about its type.
///
/// A value: the writer changes its own copy and hands it on.
public struct SubscriptionIndex: Sendable {
  private var projects: [ExactText: Sides] = [:]
  private var byRow: [Int64: Subscription] = [:]

  private let defaultVisibility: DefaultVisibility

  /// - Parameter defaultVisibility: what an event without groups is taken for (`events.defaultVisibility`).
  public init(_ subscriptions: [Subscription] = [], defaultVisibility: DefaultVisibility = .restricted) {
    self.defaultVisibility = defaultVisibility
    let byScope = Dictionary(grouping: subscriptions, by: \.scope)
    byRow.reserveCapacity(subscriptions.count)
    for (scope, members) in byScope { replace(scope, with: members) }
  }

  /// How many subscriptions there are, disabled ones included.
  public var count: Int { projects.values.reduce(0) { $0 + $1.count } }

  /// The subscription with the store's own key `row`, disabled ones included.
  public func subscription(row: Int64) -> Subscription? { byRow[row] }

  /// A scope's subscriptions in the order they were given, disabled ones included.
  public func subscriptions(of scope: SubscriptionScope) -> [Subscription] {
    projects[ExactText(scope.project)]?[scope.side]?.members ?? []
  }

  /// Puts `subscriptions` where the scope's were. Costs no more than the scope's own size.
  public mutating func replace(_ scope: SubscriptionScope, with subscriptions: [Subscription]) {
    for gone in self.subscriptions(of: scope) { byRow[gone.row] = nil }
    for new in subscriptions where new.row != 0 { byRow[new.row] = new }
    let project = ExactText(scope.project)
    var sides = projects[project] ?? Sides()
    sides[scope.side] = subscriptions.isEmpty ? nil : SubscriptionBucket(subscriptions)
    projects[project] = sides.isEmpty ? nil : sides
  }

  /// Every subscription that gets a delivery of the event: each once, paused ones included, disabled ones never.
  public func matches(_ event: Event) -> [Subscription] {
    var found: [Subscription] = []
    let inventory = (event.path.inventory?.project).map(ExactText.init)
    let state = (event.path.state?.project).map(ExactText.init)
    if let inventory, let sides = projects[inventory] {
      sides.project?.appendMatches(of: event, byDefault: defaultVisibility, to: &found)
      sides.inventory?.appendMatches(of: event, byDefault: defaultVisibility, to: &found)
      if inventory == state { sides.state?.appendMatches(of: event, byDefault: defaultVisibility, to: &found) }
    }
    if let state, state != inventory, let sides = projects[state] {
      sides.project?.appendMatches(of: event, byDefault: defaultVisibility, to: &found)
      sides.state?.appendMatches(of: event, byDefault: defaultVisibility, to: &found)
    }
    return found
  }

  /// Every subscription whose scope is about the event, with the verdict on it.
  public func verdicts(on event: Event) -> [(subscription: Subscription, verdict: SubscriptionVerdict)] {
    var projects = [event.path.inventory?.project, event.path.state?.project].compactMap { $0 }
    if projects.count == 2, projects[0].isSame(as: projects[1]) { projects.removeLast() }
    return projects.flatMap { project in
      SubscriptionScope.Side.allCases.map { SubscriptionScope(side: $0, project: project) }.filter { $0.contains(event) }
    }.flatMap { subscriptions(of: $0) }.map { ($0, verdict($0, for: event)) }
  }

  /// Why a subscription does or does not get the event, by the same rules as ``matches(_:)``.
  public func verdict(_ subscription: Subscription, for event: Event) -> SubscriptionVerdict {
    subscription.verdict(for: event, byDefault: defaultVisibility)
  }

  /// One project's three sets.
  private struct Sides {
    var project: SubscriptionBucket?
    var inventory: SubscriptionBucket?
    var state: SubscriptionBucket?

    var isEmpty: Bool { project == nil && inventory == nil && state == nil }
    var count: Int { (project?.members.count ?? 0) + (inventory?.members.count ?? 0) + (state?.members.count ?? 0) }

    subscript(side: SubscriptionScope.Side) -> SubscriptionBucket? {
      get {
        switch side {
        case .project: project
        case .inventory: inventory
        case .state: state
        }
      }
      set {
        switch side {
        case .project: project = newValue
        case .inventory: inventory = newValue
        case .state: state = newValue
        }
      }
    }
  }
}
