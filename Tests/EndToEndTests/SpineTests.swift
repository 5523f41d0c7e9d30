import Fanfare
import Foundation
import HTTPDelivery
import ServiceFixture
import Testing

/// The main job, end to end: a real broker, the real executable, a real file, a real receiver.
@Suite struct SpineTests {
  private func subscribe(_ client: Client, _ document: String) async throws {
    let answer = try await client.send("PUT", "/api/v1/events/subscriptions/project/shop/", body: document)
    try #require(answer.status == 200, "\(answer.text)")
  }

  private func event(_ id: String, project: String = "shop", deployment: String = "web/api", more: String = "") -> String {
    #"{"id":"\#(id)","type":"UPDATE_STATE_DEPLOYMENT","timestamp":1734567890123456789,"username":"ann","state_project":"\#(project)","state_environment":"production","state_deployment":"\#(deployment)","data":{ "big": 12345678901234567890, "status":"ok" }\#(more)}"#
  }

  @Test func `an event from the broker is stored, delivered with a signature, and found by everybody who asks`() async throws {
    try await World.with { world in
      let receiver = Receiver()
      try await receiver.serving { receiverURL in
        let service = try await world.start()
        let client = try world.client(of: service)
        try await subscribe(
          client,
          #"[{"id":"hook","type":"webhook","url":"\#(receiverURL)/hook"},{"id":"chat","type":"slack","url":"\#(receiverURL)/chat"}]"#)
        let secret = try await client.get("/api/v1/events/subscriptions/project/shop/hook/secret").json["secret"]?.stringValue
        try await world.publishing { try await $0.send([event("e-1")]) }
        await receiver.wait(forArrivals: 2)

        let hook = try #require(receiver.arrivals.first { $0.path == "/hook" })
        #expect(hook.event == "e-1")
        #expect(hook.headers["x-event-type"] == "UPDATE_STATE_DEPLOYMENT")
        #expect(hook.headers["x-delivery-attempt"] == "1")
        #expect(hook.headers["user-agent"]?.hasPrefix("Fanfare/") == true)
        #expect(String(decoding: hook.body, as: UTF8.self).contains(#""data":{ "big": 12345678901234567890, "status":"ok" }"#))
        #expect(try hook.headers["webhook-signature"] == hook.signature(with: #require(secret)))
        let chat = try #require(receiver.arrivals.first { $0.path == "/chat" })
        #expect(String(decoding: chat.body, as: UTF8.self).contains("ann"))

        for path in [
          "/api/v1/events/query/", "/api/v1/events/query", "/api/v1/events/query/project/shop/",
          "/api/v1/events/query/project/shop/production/web/api", "/api/v1/events/query/project/shop/production/web%2Fapi",
          "/api/v1/events/query/project/shop/production/deployment", "/api/v1/events/query/state/shop/production/",
        ] {
          let page = try await client.get(path)
          #expect(page.status == 200)
          guard case .array(let events) = page.json else {
            Issue.record("\(path) answered \(page.text)")
            continue
          }
          #expect(events.map { $0["id"] } == [.string("e-1")], "\(path)")
        }
        #expect(try await client.get("/api/v1/events/query/inventory/").text == "[]")
        let helps = try await client.get("/metrics").text.split(separator: "\n").filter { $0.hasPrefix("# HELP ") }
        #expect(helps.count > 30)
        #expect(helps.filter { $0.split(separator: " ").count < 5 } == [], "each metric is told in a sentence")
        #expect(await service.stop() == 0)
      }
    }
  }

  @Test func `what cannot be read is quarantined with a reason, reaches fanfare.dead, and the queue keeps moving`() async throws {
    try await World.with { world in
      let service = try await world.start()
      let client = try world.client(of: service)
      try await world.publishing { publisher in
        try await publisher.send([
          event("first"), "this is not JSON", #"{"type":"T","timestamp":"soon"}"#,
          #"{"type":"T","data":{"x":"\#(String(repeating: "x", count: 5 << 20))"}}"#, event("first", more: #","extra":1"#), event("first"),
          event("last"),
        ])
      }
      try await poll { try await client.get("/api/v1/events/event/last").status == 200 }
      // Five million letters of one kind are packed so small that the client takes them for an attack.
      let entries = try await client.send("GET", "/api/v1/events/quarantine/?size=50", headers: ["Accept-Encoding": "identity"]).json
      guard case .array(let elements) = entries["elements"] else {
        Issue.record("no elements: \(entries)")
        return
      }
      #expect(
        Set(elements.compactMap { $0["reason"]?.stringValue }) == ["malformed_json", "invalid_event", "too_large", "conflicting_event"])
      #expect(elements.allSatisfy { ($0["detail"]?.stringValue?.count ?? 0) > 20 })
      #expect(try await client.allEventIDs().sorted() == ["first", "last"])
      // Counted a moment after the commit that made the events visible.
      try await poll { try await client.metric(#"fanfare_ingest_events_total{outcome="duplicate"}"#) == 1 }
      let letters = try await world.deadLetters(4)
      #expect(
        Set(letters.map(\.routingKey)) == [
          "quarantine.malformed_json", "quarantine.invalid_event", "quarantine.too_large", "quarantine.conflicting_event",
        ])
      let malformed = try #require(letters.first { $0.routingKey == "quarantine.malformed_json" })
      #expect(String(decoding: malformed.body, as: UTF8.self) == "this is not JSON")
      #expect(malformed.headers?["x-fanfare-reason"] == "malformed_json")
      #expect(malformed.headers?["x-fanfare-exchange"] == "state.events")
      #expect(malformed.headers?["x-fanfare-routing-key"] == "test")
      try await poll { try await client.metric("fanfare_outbox") == 0 }
      await service.stop()
    }
  }

  @Test func `an attempt that fails is retried, one that is refused dies, and a requeue brings it to life`() async throws {
    try await World.with { world in
      let receiver = Receiver { arrival, earlier in
        switch arrival.path {
        case "/shaky": (earlier == 0 ? 503 : 200, "")
        default: (earlier == 0 ? 403 : 200, "")
        }
      }
      try await receiver.serving { receiverURL in
        let service = try await world.start(["delivery.retrySchedule": "50ms,50ms"])
        let client = try world.client(of: service)
        try await subscribe(
          client,
          #"[{"id":"shaky","type":"webhook","url":"\#(receiverURL)/shaky"},{"id":"stubborn","type":"webhook","url":"\#(receiverURL)/stubborn"}]"#
        )
        try await world.publishing { try await $0.send([event("e-1")]) }
        await receiver.wait { $0.count { $0.path == "/shaky" } == 2 && $0.contains { $0.path == "/stubborn" } }
        let shaky = receiver.arrivals.filter { $0.path == "/shaky" }
        #expect(Set(shaky.map(\.delivery)).count == 1)
        #expect(shaky.map { $0.headers["x-delivery-attempt"] } == ["1", "2"])

        try await poll { try await client.get("/api/v1/events/dead-letters/").json["elements"] != [] }
        let dead = try await client.get("/api/v1/events/dead-letters/").json["elements"]
        guard case .array(let letters) = dead, letters.count == 1 else {
          Issue.record("one dead letter was expected: \(String(describing: dead))")
          return
        }
        #expect(letters[0]["subscription"] == "stubborn")
        #expect(letters[0]["reason"] == "refused")
        let answer = try await client.send("POST", "/api/v1/events/dead-letters/requeue", body: #"{"all":true}"#)
        #expect(answer.json["requeued"] == 1)
        await receiver.wait { $0.count { $0.path == "/stubborn" } == 2 }
        try await poll { try await client.get("/api/v1/events/dead-letters/").json["elements"] == [] }
        await service.stop()
      }
    }
  }

  @Test func `a second process on the same store is kept out with a sentence`() async throws {
    try await World.with { world in
      let service = try await world.start()
      await #expect(throws: ServiceFailure.self) { _ = try await world.start() }
      await service.stop()
    }
  }

  @Test func `deliveries that wait survive the end of the service`() async throws {
    try await World.with { world in
      let isOpen = Flag()
      let receiver = Receiver { _, _ in (isOpen.isSet ? 200 : 500, "") }
      try await receiver.serving { receiverURL in
        // More tries than there is time for before the receiver opens.
        let settings = ["delivery.retrySchedule": Array(repeating: "300ms", count: 50).joined(separator: ",")]
        let first = try await world.start(settings)
        try await subscribe(try world.client(of: first), #"[{"id":"hook","type":"webhook","url":"\#(receiverURL)/"}]"#)
        try await world.publishing { try await $0.send((0..<20).map { event("e-\($0)") }) }
        await receiver.wait { Set($0.map(\.delivery)).count == 20 }
        #expect(await first.stop() == 0)
        isOpen.set()
        let second = try await world.start(settings)
        let client = try world.client(of: second)
        try await poll { try await client.get("/api/v1/events/deliveries/?state=succeeded&size=100").json["elements"]?.count == 20 }
        await second.stop()
      }
    }
  }
}

extension JSONValue {
  fileprivate var count: Int? { if case .array(let elements) = self { elements.count } else { nil } }
}
