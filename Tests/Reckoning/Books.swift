import PlainMatcher

/// The evidence, arranged so that each question is a look-up.
struct Books {
  /// An event of the store, read.
  struct Entry {
    let row: StoreImage.Event
    let json: PlainJSON

    var type: String { json["type"]?.string ?? "" }
    /// Whether the service tells of itself with it.
    var isOwn: Bool { ["SUBSCRIPTION_PAUSED", "SUBSCRIPTION_RESUMED", "DELIVERY_DEAD"].contains(type) }
    /// The deployment or the version that it is about.
    var entity: [String] {
      let keys =
        json["state_project"] != nil
        ? ["state_project", "state_environment", "state_deployment"]
        : ["inventory_project", "inventory_application", "inventory_version"]
      return keys.map { json[$0]?.string ?? "" }
    }
  }

  let evidence: Evidence
  var store: StoreImage { evidence.store }
  let events: [Int64: Entry]
  let deliveries: [Int64: StoreImage.Delivery]
  /// By delivery, in their order.
  let attempts: [Int64: [StoreImage.Attempt]]
  /// Requests with a 2xx answer by delivery.
  let taken: [String: [ReceivedRequest]]
  /// How often each delivery has died; a requeue gives it another chance to.
  let deaths: [Int64: Int]

  init(_ evidence: Evidence) throws {
    self.evidence = evidence
    let store = evidence.store
    events = Dictionary(
      try store.events.map { ($0.sequence, Entry(row: $0, json: try PlainJSON($0.text))) }, uniquingKeysWith: { first, _ in first })
    deliveries = Dictionary(store.deliveries.map { ($0.row, $0) }, uniquingKeysWith: { first, _ in first })
    attempts = Dictionary(grouping: store.attempts, by: \.delivery)
    taken = Dictionary(grouping: evidence.requests.filter(\.isTaken), by: \.delivery)
    deaths = attempts.compactMapValues { attempts in
      let count = attempts.count { $0.decision == .dead }
      return count == 0 ? nil : count
    }
  }

  var ownEvents: [Entry] { events.values.filter(\.isOwn) }

  /// Of whom a delivery is, as the client named it; nil if the subscription is not in the evidence.
  func subscription(of delivery: StoreImage.Delivery) -> PlainSubscription? {
    guard let row = store.subscriptions[delivery.subscription] else { return nil }
    return evidence.subscriptions.first { $0.id == row.id && $0.project == row.project && $0.side.rawValue == row.side }
  }

  /// For people: the delivery's row, its event and its subscription.
  func name(of delivery: StoreImage.Delivery) -> String {
    let event = events[delivery.event]?.row.id ?? "number \(delivery.event)"
    return "delivery \(delivery.row) of event \(event) to \(store.subscriptions[delivery.subscription]?.id ?? "nobody")"
  }

  /// Deliveries that receivers had taken when the service was killed, and that its store did not call succeeded.
  func inFlight(at kill: Kill) -> Set<String> {
    let succeeded = Set(kill.store.deliveries.filter { $0.state == .succeeded }.map(\.row))
    let isRemoved = kill.store.removed.values
    var names: Set<String> = []
    for request in evidence.requests.prefix(kill.requests) where request.isTaken && !names.contains(request.delivery) {
      guard let row = kill.store.row(ofDelivery: request.delivery), !succeeded.contains(row) else { continue }
      if !isRemoved.contains(request.event) { names.insert(request.delivery) }
    }
    return names
  }
}
