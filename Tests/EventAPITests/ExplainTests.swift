import Fanfare
import Testing

@Suite struct ExplainTests {
  private static let target = "/api/v1/events/event/e1/explain"
  private static let scope = SubscriptionScope(side: .inventory, project: "p")

  private static func put(_ world: World) throws {
    let filter = Filter(path: try JSONPointer("/data/status"), matches: try RegularExpression("^fail"))
    func hook(_ id: String, isDisabled: Bool = false, isPaused: Bool = false) -> Subscription {
      Subscription(scope: scope, id: id, kind: .webhook, url: "https://x.example/in", isDisabled: isDisabled, isPaused: isPaused)
    }
    let subscriptions = [
      hook("told", isPaused: true), hook("late"), hook("changed"), hook("off", isDisabled: true), hook("held", isPaused: true),
      Subscription(
        scope: scope, id: "typed", kind: .slack, url: "https://hooks.slack.com/x", events: [Glob("USER_*"), Glob("TEAM_CREATED")]),
      Subscription(scope: scope, id: "grouped", kind: .webhook, url: "https://x.example/in", allowedGroups: ["ops", "dev"]),
      Subscription(scope: scope, id: "filtered", kind: .webhook, url: "https://x.example/in", filters: [filter]),
    ]
    let attempt = AttemptSummary(
      number: 1, startedAt: MemoryStore.now, duration: .milliseconds(4), status: 503, reason: "http_503", detail: nil,
      responseBody: Array("busy".utf8))
    world.store.change { state in
      state.add(
        Event(
          id: "e1", type: EventType("ADD_BUILD"), occurredAt: MemoryStore.now, receivedAt: MemoryStore.now, username: "ann",
          path: EventPath(inventory: InventoryPlace(project: "p"))))
      state.sets[scope] = SubscriptionSet(version: 1, subscriptions: subscriptions)
      state.younger = ["late"]
      state.deliveries = [
        DeliveryDetail(
          summary: DeliverySummary(
            id: DeliveryID(KSUID(timestamp: 300_000_000, high: 1, low: 7)), eventID: "e1", eventType: EventType("ADD_BUILD"), scope: scope,
            subscriptionID: "told", kind: .webhook, url: "https://x.example/in", state: .scheduled(at: MemoryStore.now), attempts: 1,
            createdAt: MemoryStore.now, lastAttemptAt: MemoryStore.now, lastReason: "http_503"), attempts: [attempt])
      ]
    }
  }

  @Test func `an admin reads how the event came in, every verdict with its reason, and every attempt`() async throws {
    try await World.run { (world) async throws in
      try Self.put(world)
      let answer = try await world.get(Self.target + "/?timestamp=string")
      #expect(answer.status == 200)
      let json = try answer.json
      #expect(json["event"]?["id"] == "e1")
      #expect(json["event"]?["timestamp"]?.stringValue == "1700000000000000000")
      #expect(
        json["custody"] == [
          "door": "amqp", "exchange": "inventory.events", "routing_key": "inventory.p", "redelivered": true,
          "received_time": "2023-11-14T22:13:20.000000000Z", "sequence": 1,
        ])
      guard case .array(let subscriptions)? = json["subscriptions"] else { return #expect(Bool(false), "\(answer.text)") }
      let found = subscriptions.map { [$0["id"], $0["verdict"], $0["reason"]].map { $0?.stringValue ?? "-" } }
      #expect(
        found == [
          ["told", "matched", "it matched; it is paused, and its delivery waits"],
          ["late", "later", "it was made after the event had come"],
          ["changed", "later", "it was something else when the event came; as it is now, it would match"],
          ["off", "disabled", "it is disabled"],
          ["held", "paused", "it was something else when the event came; as it is now, it would match, and it is paused"],
          ["typed", "type", "the type ADD_BUILD fits none of USER_*, TEAM_CREATED"],
          ["grouped", "groups", "none of its groups may see the event: ops, dev"],
          [
            "filtered", "filter",
            #"filter 1 of 1, {"path":"/data/status","matches":"^fail"}, does not hold: there is nothing at /data/status"#,
          ],
        ])
      #expect(json["summary"] == "it matched 1 of 8 subscriptions")
      #expect(subscriptions.map { $0["clause"] != nil } == [false, false, false, false, false, true, true, true])
      #expect(subscriptions[5]["clause"] == ["events": ["USER_*", "TEAM_CREATED"], "type": "ADD_BUILD"])
      #expect(subscriptions[6]["clause"] == ["allowed_groups": ["ops", "dev"], "event_groups": []])
      #expect(
        subscriptions[7]["clause"]
          == ["filter": 1, "of": 1, "path": "/data/status", "predicate": "exists"])
      let delivery =
        #"{"id":"\#(DeliveryID(KSUID(timestamp: 300_000_000, high: 1, low: 7)))","state":"scheduled","next_attempt_time":"2023-11-14T22:13:20.000000000Z","creation_time":"2023-11-14T22:13:20.000000000Z","attempts":[{"number":1,"start_time":"2023-11-14T22:13:20.000000000Z","duration_ms":4,"status":503,"outcome":"http_503","response_body":"busy"}]}"#
      #expect(
        subscriptions[0].bytes
          == Array(
            #"{"id":"told","project":"p","scope":"inventory","type":"webhook","url":"https://x.example/in","verdict":"matched","reason":"it matched; it is paused, and its delivery waits","deliveries":[\#(delivery)]}"#
              .utf8))
    }
  }

  @Test func `who may not read the project's subscriptions is told no terms and no places`() async throws {
    try await World.run { (world) async throws in
      try Self.put(world)
      let member = ("Authorization", "Bearer \(World.TwoCallers.memberToken)")
      let answer = try await world.api.send("GET", Self.target, headers: [member])
      #expect(answer.status == 200)
      guard case .array(let subscriptions)? = try answer.json["subscriptions"] else { return #expect(Bool(false), "\(answer.text)") }
      #expect(
        subscriptions.suffix(3).compactMap { $0["reason"]?.stringValue } == [
          "it is not about events of this type", "none of its groups may see the event", "one of its filters does not hold",
        ])
      for hidden in ["x.example", "slack.com", "USER_", "ops", "fail", "busy", "sequence", "clause"] {
        #expect(!answer.text.contains(hidden))
      }
      #expect(answer.text.contains("http_503"))
    }
  }

  @Test func `the clause says which filter failed, by what, and what the event has there`() async throws {
    try await World.run { (world) async throws in
      let long = String(repeating: "x", count: 2_000)
      func filter(_ path: String, equal: JSONValue? = nil, matches: String? = nil) throws -> Filter {
        Filter(path: try JSONPointer(path), isEqualTo: equal, matches: try matches.map { try RegularExpression($0) })
      }
      let sets: [(String, Filter)] = [
        ("unequal", try filter("/data/status", equal: "failed")), ("null", try filter("/data/none")),
        ("textless", try filter("/data/tags", matches: "a")), ("long", try filter("/data/log", matches: "y")),
      ]
      let holds = try filter("/id", equal: "e1")
      world.store.change { state in
        state.add(
          Event(
            id: "e1", type: EventType("ADD_BUILD"), occurredAt: MemoryStore.now, receivedAt: MemoryStore.now,
            path: EventPath(inventory: InventoryPlace(project: "p")),
            data: Array(#"{"status":"ok","none":null,"tags":["a"],"log":"\#(long)"}"#.utf8)))
        state.sets[Self.scope] = SubscriptionSet(
          version: 1,
          subscriptions: sets.map { id, filter in
            Subscription(scope: Self.scope, id: id, kind: .webhook, url: "https://x.example/", filters: [holds, filter, holds])
          })
      }
      let json = try await world.get(Self.target).json
      #expect(json["summary"] == "it matched none of 4 subscriptions")
      let found = json["subscriptions"]?.elements ?? []
      #expect(
        found.map { $0["clause"] } == [
          ["filter": 2, "of": 3, "path": "/data/status", "predicate": "is_equal_to", "expected": "failed", "value": "ok"],
          ["filter": 2, "of": 3, "path": "/data/none", "predicate": "exists", "value": .null],
          ["filter": 2, "of": 3, "path": "/data/tags", "predicate": "matches", "expected": "a", "value": ["a"]],
          ["filter": 2, "of": 3, "path": "/data/log", "predicate": "matches", "expected": "y", "value_bytes": 2_002],
        ])
      let reasons = found.compactMap { $0["reason"]?.stringValue }
      #expect(
        reasons.prefix(3) == [
          #"filter 2 of 3, {"path":"/data/status","is_equal_to":"failed"}, does not hold: the value is "ok""#,
          #"filter 2 of 3, {"path":"/data/none"}, does not hold: the value is null"#,
          #"filter 2 of 3, {"path":"/data/tags","matches":"a"}, does not hold: the value is an array, which has no text to match"#,
        ])
      #expect(reasons[3].hasSuffix("xxx…") && reasons[3].count < 300)
    }
  }

  @Test func `an event that nobody could be told of says why`() async throws {
    try await World.run { (world) async throws in
      world.store("inventory:p")
      world.store.change { state in
        state.add(Event(id: "placeless", type: EventType("USER_SIGNUP"), occurredAt: MemoryStore.now, receivedAt: MemoryStore.now))
        state.add(
          Event(
            id: "both", type: EventType("ADD_BUILD"), occurredAt: MemoryStore.now, receivedAt: MemoryStore.now,
            path: EventPath(inventory: InventoryPlace(project: "p"), state: StatePlace(project: "q"))))
      }
      func summary(_ id: String) async throws -> String? {
        let json = try await world.get("/api/v1/events/event/\(id)/explain").json
        #expect(json["subscriptions"] == [])
        return json["summary"]?.stringValue
      }
      #expect(try await summary("e1") == "its project p has no subscriptions")
      #expect(try await summary("both") == "its projects p and q have no subscriptions")
      #expect(try await summary("placeless") == "it is of no project, so no subscription is about it")
    }
  }

  @Test func `an event that is not there is unknown, and a parameter that is none is named`() async throws {
    try await World.run { (world) async throws in
      try Self.put(world)
      let unknown = try await world.get("/api/v1/events/event/none/explain")
      #expect(unknown.status == 404)
      #expect(unknown.code == "unknown_event")
      #expect(try await world.get(Self.target + "?verbose=1").code == "invalid_query_parameter")
      #expect(try await world.get(Self.target + "?timestamp=hex").code == "invalid_query_parameter")
      #expect(try await world.send("POST", Self.target, "").status == 405)
    }
  }
}
