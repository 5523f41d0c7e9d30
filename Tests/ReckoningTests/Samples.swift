import Fanfare
import PlainMatcher

@testable import Reckoning

extension Evidence {
  /// A service's short life that adds up: three events for two subscriptions, a death that was told to a third, a duplicate, a
  /// contradiction, something that cannot be read; and one kill, at which one delivery had been taken and not written down.
  static func sample() throws -> Evidence {
    func event(_ id: String, _ number: Int) -> String {
      #"{"id":"\#(id)","type":"ADD_BUILD","state_project":"shop","state_environment":"live","state_deployment":"d","data":{"n":\#(number)}}"#
    }
    let subscriptions = try [
      #"{"id":"all","type":"webhook","url":"http://r/all"}"#,
      #"{"id":"ordered","type":"webhook","url":"http://r/ordered","events":["ADD_*"],"ordering":"entity"}"#,
      #"{"id":"alarms","type":"webhook","url":"http://r/alarms","events":["DELIVERY_DEAD"]}"#,
    ].map { try PlainSubscription($0, side: .project, project: "shop") }

    var store = StoreImage()
    store.deliveryNames = 77
    store.integrity = "ok"
    for (row, subscription) in subscriptions.enumerated() {
      store.subscriptions[Int64(row + 1)] = .init(side: "project", project: "shop", id: subscription.id)
    }
    store.events = (1...3).map {
      .init(sequence: $0, id: "e-\($0)", committedAt: 100, text: event("e-\($0)", Int($0)), firstDelivery: $0 * 2 - 1, deliveries: 2)
    }
    store.deliveries = (1...3).flatMap { number in
      [Int64(1), 2].map { .sample(row: number * 2 - 2 + $0, event: number, subscription: $0, .succeeded) }
    }
    store.attempts = store.deliveries.map { .init(delivery: $0.row, number: 1, decision: .succeeded) }
    // The third event's delivery to `all` is dead.
    store.deliveries[4].state = .dead
    store.attempts[4].decision = .dead
    let death =
      #"{"id":"own-1","type":"DELIVERY_DEAD","state_project":"shop","data":{"subscription":"all","delivery":"\#(name(5))"}}"#
    store.events.append(.init(sequence: 4, id: "own-1", committedAt: 100, text: death, firstDelivery: 7, deliveries: 1))
    store.deliveries.append(.sample(row: 7, event: 4, subscription: 3, .succeeded))
    store.attempts.append(.init(delivery: 7, number: 1, decision: .succeeded))
    store.quarantine = [
      .init(text: "{ no event", reason: "malformed_json"), .init(text: event("e-1", 99), reason: "conflicting_event"),
    ]

    func request(_ row: Int64, _ subscription: String, _ event: String, _ status: Int = 204) -> ReceivedRequest {
      ReceivedRequest(time: 200, subscription: subscription, delivery: name(row), event: event, status: status)
    }
    let requests = [
      request(1, "all", "e-1"), request(2, "ordered", "e-1"), request(2, "ordered", "e-1"), request(3, "all", "e-2"),
      request(4, "ordered", "e-2"), request(5, "all", "e-3", 404), request(6, "ordered", "e-3"), request(7, "alarms", "own-1"),
    ]
    let sent = [("e-1", 1), ("e-2", 2), ("e-1", 1), ("e-1", 99), ("e-3", 3)].map {
      SentMessage(event: $0.0, text: event($0.0, $0.1), isConfirmed: true)
    }
    var evidence = Evidence(
      sent: sent + [
        SentMessage(event: nil, text: "{ no event", isConfirmed: true),
        SentMessage(event: "e-9", text: event("e-9", 9), isConfirmed: false),
      ], subscriptions: subscriptions, store: store, requests: requests,
      deadLetters: [
        PublishedDeadLetter(routingKey: "quarantine.malformed_json", body: "{ no event"),
        PublishedDeadLetter(routingKey: "quarantine.conflicting_event", body: event("e-1", 99)),
        PublishedDeadLetter(
          routingKey: "delivery.webhook",
          body: #"{"event":{"id":"e-3"},"subscription":{"id":"all"},"delivery":"\#(name(5))","reason":"refused"}"#),
      ])
    var left = store
    left.events = [store.events[0]]
    left.deliveries = Array(store.deliveries[0...1])
    left.deliveries[1].state = .scheduled
    evidence.kills = [Kill(store: left, requests: 2)]
    return evidence
  }

  /// What `webhook-id` says of a row.
  static func name(_ row: Int64) -> String { KSUID(timestamp: 1_000, high: 77, low: UInt64(row)).description }
}

extension StoreImage.Delivery {
  static func sample(row: Int64, event: Int64, subscription: Int64, _ state: State) -> Self {
    Self(
      row: row, event: event, subscription: subscription, state: state, attempts: 1, createdAt: 1_400_001_000 * 1_000_000_000,
      isReplay: false)
  }
}
