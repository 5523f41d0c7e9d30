import Fanfare

extension Event {
  static func sample(
    _ type: String = "ADD_BUILD", inventory: String? = nil, state: String? = nil, groups: [String] = [], data: String? = nil,
    others: [(String, String)] = []
  ) -> Event {
    Event(
      id: "e1", type: EventType(type), occurredAt: Timestamp(nanoseconds: 1_634_310_459_123_456_789),
      receivedAt: Timestamp(seconds: 1_634_310_460), username: "ada", audience: Audience(groups),
      path: EventPath(
        inventory: inventory.map { InventoryPlace(project: $0, application: "app", version: "v1.2") },
        state: state.map { StatePlace(project: $0, environment: "prod", deployment: "web/1") }),
      data: data.map { Array($0.utf8) }, otherFields: others.map { Field(key: $0.0, value: Array($0.1.utf8)) })
  }

  func stored(sequence: Int64 = 1) -> StoredEvent {
    StoredEvent(
      sequence: sequence, id: id, type: type, occurredAt: occurredAt, receivedAt: receivedAt, compact: compactJSON, traceparent: traceparent
    )
  }
}

extension Subscription {
  static func sample(
    _ id: String = "s", row: Int64 = 1, side: SubscriptionScope.Side = .project, project: String = "p", kind: Kind = .webhook,
    events: [String]? = nil, filters: [Filter] = [], groups: [String]? = nil, retrySchedule: [Duration]? = nil, isDisabled: Bool = false,
    isPaused: Bool = false
  ) -> Subscription {
    Subscription(
      row: row, scope: SubscriptionScope(side: side, project: project), id: id, kind: kind, url: "https://example.com/hook",
      events: events?.map { Glob($0) }, filters: filters, allowedGroups: groups, retrySchedule: retrySchedule, isDisabled: isDisabled,
      isPaused: isPaused)
  }
}
