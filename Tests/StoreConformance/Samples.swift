public import Fanfare

func sampleEvent(
  _ id: String, type: String = "ADD_BUILD", at occurredAt: Timestamp = Timestamp(seconds: 1_780_000_000), isTimeGiven: Bool = true,
  username: String? = nil, groups: [String] = [], inventory: InventoryPlace? = InventoryPlace(project: "shop"), state: StatePlace? = nil,
  data: String? = nil
) -> Event {
  Event(
    id: id, type: EventType(type), occurredAt: occurredAt, isTimeGiven: isTimeGiven, receivedAt: Timestamp(seconds: 1_790_000_000),
    username: username, audience: Audience(groups), path: EventPath(inventory: inventory, state: state), data: data.map { Array($0.utf8) })
}

func origin(_ raw: String = "raw", isRedelivered: Bool = false) -> Origin {
  Origin(
    door: .amqp(exchange: "inventory.events", routingKey: "inventory.shop"), isRedelivered: isRedelivered, raw: Array(raw.utf8),
    contentType: "application/json", headers: ["x-tenant": "t1"])
}

func arrival(_ event: Event, isRedelivered: Bool = false) -> Arrival {
  .event(event, origin("raw \(event.id)", isRedelivered: isRedelivered))
}

func hook(
  _ id: String, in scope: SubscriptionScope = shop, url: String? = nil, kind: Subscription.Kind = .webhook, groups: [String]? = nil,
  events: [Glob]? = nil, isDisabled: Bool = false
) -> Subscription {
  Subscription(
    scope: scope, id: id, kind: kind, url: url ?? "https://receiver.example/\(id)?key=secret", events: events, allowedGroups: groups,
    isDisabled: isDisabled)
}

let shop = SubscriptionScope(side: .project, project: "shop")

func attempt(
  _ task: DeliveryTask, _ state: DeliveryState, counts: Bool = true, reason: String = "http_500", status: Int = 500, body: String = "",
  at startedAt: Timestamp = Timestamp(seconds: 1_790_000_001), pausesSubscription: Bool = false
) -> AttemptRecord {
  AttemptRecord(
    result: AttemptResult(
      task: task, startedAt: startedAt, duration: .milliseconds(7),
      outcome: .response(status: status, body: Array(body.utf8), retryAfter: nil)),
    verdict: Verdict(state: state, countsAsTry: counts, reason: reason, pausesSubscription: pausesSubscription))
}

extension EventStore {
  /// Stores events and hands out their deliveries, which are in the events' order.
  func ingest(_ events: [Event]) async throws -> IngestReceipt { try await ingest(events.map { arrival($0) }) }
}

extension SubscriptionStore {
  @discardableResult
  func put(_ subscriptions: [Subscription], in scope: SubscriptionScope = shop) async throws -> [Subscription] {
    try await replace(scope, with: subscriptions, ifVersion: nil).subscriptions
  }
}

extension DeliveryStore {
  /// All that is due in any lane.
  func claimAll(dueAt now: Timestamp, excluding held: Set<DeliveryID> = []) async throws -> [DeliveryTask] {
    var tasks: [DeliveryTask] = []
    for due in try await dueLanes() where due.dueAt <= now {
      tasks += try await claim(due.lane, dueAt: now, excluding: held, limit: 1_000)
    }
    return tasks
  }
}

extension DeliveryStore {
  /// Of endpoints nothing is to be kept.
  @discardableResult
  public func record(_ attempts: [AttemptRecord]) async throws -> RecordReceipt { try await record(attempts, endpoints: []) }
}
