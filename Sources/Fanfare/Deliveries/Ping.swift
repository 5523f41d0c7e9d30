/// A test message to where a subscription's deliveries go. It is stored nowhere, and nothing follows from what comes of it.
public enum Ping {
  public static let type = EventType("PING")

  /// The attempt to make: an event of the subscription's project that has not happened, as the subscription wants its events.
  ///
  /// - Parameter id: new, for the event and for `webhook-id`.
  public static func task(for subscription: Subscription, id: KSUID, at now: Timestamp) -> DeliveryTask {
    let project = subscription.scope.project
    var path = EventPath()
    if subscription.scope.side != .state { path.inventory = InventoryPlace(project: project) }
    if subscription.scope.side != .inventory { path.state = StatePlace(project: project) }
    let data: JSONValue = [
      "subscription": .string(subscription.id), "message": "This is a test of the subscription. Nothing has happened.",
    ]
    let event = Event(id: id.description, type: type, occurredAt: now, receivedAt: now, path: path, data: data.bytes)
    let stored = StoredEvent(
      sequence: 0, id: event.id, type: event.type, occurredAt: now, receivedAt: now, compact: event.compactJSON, traceparent: nil)
    return DeliveryTask(
      id: DeliveryID(id), event: stored, subscription: subscription, endpoint: EndpointID(row: 0), attemptsMade: 0, triesMade: 0,
      throttles: 0, dueAt: now)
  }
}

/// What was sent as a ``Ping``, and what came back.
public struct PingReport: Sendable {
  public let kind: Subscription.Kind
  /// Nil if it could not even be made.
  public let request: Request?
  public let outcome: Outcome
  public let duration: Duration

  /// What went out, without the subscription's own secrets: the URL is its public form, and values of the subscription's headers are `…`.
  public struct Request: Sendable {
    public let url: String
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]

    public init(url: String, headers: [(name: String, value: String)], body: [UInt8]) {
      self.url = url
      self.headers = headers
      self.body = body
    }
  }

  public init(kind: Subscription.Kind, request: Request?, outcome: Outcome, duration: Duration) {
    self.kind = kind
    self.request = request
    self.outcome = outcome
    self.duration = duration
  }

  /// Whether a delivery would have succeeded with this answer.
  public var isDelivered: Bool { Judgement(of: outcome, for: kind) == .succeeded }

  /// As an attempt's: `succeeded`, `http_500`, `timed_out`, `slack_no_service`…
  public var reason: String { Judgement(of: outcome, for: kind).reason }
}
