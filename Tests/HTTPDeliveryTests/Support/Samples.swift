import Fanfare
import Glibc

let now = Timestamp(seconds: 1_636_823_259)
let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func sampleEvent(
  id: String = "evt-1", type: String = "ADD_BUILD", username: String? = "alice", groups: [String] = ["payments"],
  path: EventPath = EventPath(inventory: InventoryPlace(project: "shop", application: "api", version: "1.2")),
  data: String? = #"{"status":"failed","n":12345678901234567890}"#, others: [Event.Field] = [], traceparent: String? = nil
) -> StoredEvent {
  let event = Event(
    id: id, type: EventType(type), occurredAt: now, receivedAt: now + .seconds(1), username: username, audience: Audience(groups),
    path: path,
    data: data.map { Array($0.utf8) }, otherFields: others, traceparent: traceparent)
  return StoredEvent(
    sequence: 1, id: id, type: event.type, occurredAt: event.occurredAt, receivedAt: event.receivedAt, compact: event.compactJSON,
    traceparent: traceparent)
}

func sampleSubscription(
  url: String, kind: Subscription.Kind = .webhook, format: Subscription.Format = .event, headers: [Subscription.Header] = [],
  secrets: [String] = [secret], slackUsername: String? = nil, slackIcon: String? = nil
) -> Subscription {
  Subscription(
    scope: SubscriptionScope(side: .project, project: "shop"), id: "s", kind: kind, url: url, format: format, headers: headers,
    slackUsername: slackUsername, slackIcon: slackIcon, secrets: secrets)
}

func sampleTask(
  _ number: UInt64 = 1, to url: String, event: StoredEvent = sampleEvent(), headers: [Subscription.Header] = [], attemptsMade: Int = 0
) -> DeliveryTask {
  sampleTask(number, subscription: sampleSubscription(url: url, headers: headers), event: event, attemptsMade: attemptsMade)
}

func sampleTask(
  _ number: UInt64 = 1, subscription: Subscription, event: StoredEvent = sampleEvent(), attemptsMade: Int = 0, replayOf: String? = nil
) -> DeliveryTask {
  DeliveryTask(
    id: DeliveryID(KSUID(timestamp: 236_823_259, high: 7, low: number)), event: event, subscription: subscription,
    endpoint: EndpointID(row: 1), attemptsMade: attemptsMade, triesMade: attemptsMade, throttles: 0, dueAt: now,
    replayOf: replayOf)
}
