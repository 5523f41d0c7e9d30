import Fanfare
import Testing

@testable import EventAPI

@Suite struct DryRunTests {
  private static let root = "/api/v1/events/subscriptions"
  private static let set = #"[{"id":"a","type":"webhook","url":"https://x.example/","events":["ADD_*"]}]"#
  private static let scope = SubscriptionScope(side: .inventory, project: "p")

  @Test(arguments: ["project", "inventory", "state"]) func `a project without events shows a set that sends nothing`(side: String)
    async throws
  {
    try await World.run { (world) async throws in
      for end in ["", "/"] {
        let answer = try await world.send("POST", "\(Self.root)/\(side)/never/test\(end)", Self.set)
        #expect(answer.status == 200, "\(answer.text)")
        let none = #""would_send":0,"present_sent":0,"added":0,"removed":0,"unchanged":0"#
        #expect(
          answer.text
            == #"{"project":"never","scope":"\#(side)","since":"2023-11-07T22:13:20.000000000Z","until":"2023-11-14T22:13:20.000000000Z","events_examined":0,"subscriptions":[{"id":"a","standing":"new",\#(none),"examples":{"added":[],"removed":[]}}],"summary":{"subscriptions":1,"changed":0,\#(none)}}"#
        )
      }
      #expect(try await world.get("\(Self.root)/\(side)/never").text == "[]")
      #expect(world.nudges.changeCount == 0)
    }
  }

  @Test func `examples name the event and why the other set does not have it`() async throws {
    try await World.run { (world) async throws in
      world.store("inventory:p", "inventory:p", "inventory:q", "state:p/live/web")
      world.store.change { state in
        state.sets[Self.scope] = SubscriptionSet(
          version: 3, subscriptions: [Subscription(row: 7, scope: Self.scope, id: "b", kind: .webhook, url: "https://x.example/")])
        state.deliveries = [
          DeliveryDetail(
            summary: DeliverySummary(
              id: DeliveryID(KSUID(timestamp: 300_000_000, high: 1, low: 7)), eventID: "e1", eventType: EventType("ADD_BUILD"),
              scope: Self.scope, subscriptionID: "b", kind: .webhook, url: "https://x.example/", state: .succeeded, attempts: 1,
              createdAt: MemoryStore.now, lastAttemptAt: nil, lastReason: nil), attempts: [])
        ]
      }
      let json = try await world.send("POST", "\(Self.root)/inventory/p/test?since=2020-09-13T12:26:40Z", Self.set).json
      #expect(json["events_examined"] == 2)
      func example(_ event: String, _ why: String) -> JSONValue {
        [
          "event": .string(event), "type": "ADD_BUILD", "event_time": .string("2020-09-13T12:26:4\(event.dropFirst()).000000000Z"),
          "why": .string(why),
        ]
      }
      #expect(
        json["subscriptions"] == [
          [
            "id": "a", "standing": "new", "would_send": 2, "present_sent": 0, "added": 2, "removed": 0, "unchanged": 0,
            "examples": [
              "added": [example("e2", "it is not in the present set"), example("e1", "it is not in the present set")], "removed": [],
            ],
          ],
          [
            "id": "b", "standing": "removed", "would_send": 0, "present_sent": 1, "added": 0, "removed": 1, "unchanged": 0,
            "examples": ["added": [], "removed": [example("e1", "it is not in the set that is tried")]],
          ],
        ])
      #expect(
        json["summary"] == [
          "subscriptions": 2, "changed": 2, "would_send": 2, "present_sent": 1, "added": 2, "removed": 1, "unchanged": 0,
        ])
    }
  }

  @Test func `a document has the faults that PUT finds in it`() async throws {
    try await World.run { (world) async throws in
      for body in [
        #"[{"type":"pigeon","url":"https://x.example/"},{"type":"webhook","url":"ftp://x","colour":"red"}]"#, #"{"a":7}"#, "7", "", "[{]",
        #"[{"id":"a","type":"webhook","url":"https://x.example/","filters":[{"path":"data","matches":"("}]},{"id":"a"}]"#,
      ] {
        let put = try await world.send("PUT", "\(Self.root)/project/p", body)
        let test = try await world.send("POST", "\(Self.root)/project/p/test", body)
        #expect(test.status == 400)
        #expect(test.body == put.body)
      }
    }
  }

  @Test func `the span is the last days, or from since to until, and nothing else`() async throws {
    try await World.run { (world) async throws in
      func span(_ query: String) async throws -> [String?] {
        let json = try await world.send("POST", "\(Self.root)/project/p/test?\(query)", "[]").json
        return ["since", "until"].map { json[$0]?.stringValue }
      }
      let now = "2023-11-14T22:13:20.000000000Z"
      #expect(try await span("") == ["2023-11-07T22:13:20.000000000Z", now])
      #expect(try await span("days=30") == ["2023-10-15T22:13:20.000000000Z", now])
      #expect(try await span("since=2023-01-01T00:00:00Z") == ["2023-01-01T00:00:00.000000000Z", now])
      #expect(
        try await span("days=1&until=2023-01-02T00:00:00Z") == ["2023-01-01T00:00:00.000000000Z", "2023-01-02T00:00:00.000000000Z"])
      for bad in [
        "days=0", "days=3651", "days=week", "days=1&days=2", "days=3&since=2023-01-01T00:00:00Z", "since=yesterday", "until=2023",
        "since=2023-11-14T22:13:20Z", "since=2023-01-02T00:00:00Z&until=2023-01-01T00:00:00Z", "limit=5",
      ] {
        let answer = try await world.send("POST", "\(Self.root)/project/p/test?\(bad)", "[]")
        #expect(answer.status == 400, "\(bad)")
        #expect(answer.code == "invalid_query_parameter", "\(bad)")
      }
    }
  }

  @Test func `a subscription named like the route is one like any other`() async throws {
    try await World.run { (world) async throws in
      _ = try await world.send("PUT", "\(Self.root)/project/p", #"[{"id":"test","type":"webhook","url":"https://x.example/"}]"#)
      #expect(try await world.get("\(Self.root)/project/p/test/secret").status == 200)
      #expect(try await world.send("POST", "\(Self.root)/project/p/test/pause", "").status == 200)
      #expect(try await world.send("POST", "\(Self.root)/project/p/test", "[]").status == 200)
      let wrong = try await world.get("\(Self.root)/project/p/test")
      #expect(wrong.status == 405)
      #expect(wrong["allow"] == "POST")
      #expect(try await world.get("\(Self.root)/project/p/test/nothing").status == 404)
    }
  }

  @Test func `a walk goes in small steps, and no farther than it may`() async throws {
    let store = MemoryStore()
    store.change { state in
      for number in 1...1_050 {
        state.add(
          Event(
            id: "e\(number)", type: EventType("T"), occurredAt: Timestamp(seconds: Int64(number)), receivedAt: MemoryStore.now,
            path: EventPath(inventory: InventoryPlace(project: "p"))))
      }
    }
    func walk(_ maximumEvents: Int? = nil, questionsPerEvent: Int = 1) async throws -> (HistoryWalk.Extent, [String]) {
      var walk = HistoryWalk(
        events: store, scope: Self.scope, reader: .everything, since: Timestamp(seconds: 0), until: MemoryStore.now)
      if let maximumEvents { walk.maximumEvents = maximumEvents }
      var ids: [String] = []
      let extent = try await walk.run(questionsPerEvent: questionsPerEvent) { ids.append($0.event.id) }
      return (extent, ids)
    }
    let (whole, all) = try await walk()
    #expect(whole == HistoryWalk.Extent(examined: 1_050, cutAt: nil))
    #expect(all == (1...1_050).reversed().map { "e\($0)" })
    #expect(store.change { $0.walks.map(\.events).max() } == 200)
    let (cut, newest) = try await walk(250)
    #expect(cut == HistoryWalk.Extent(examined: 250, cutAt: Timestamp(seconds: 801)))
    #expect(newest == Array(all.prefix(250)))
    #expect(try await walk(1_050).0 == whole)
    // A large set is tried on fewer events, though not on next to none.
    let (few, _) = try await walk(questionsPerEvent: .max)
    #expect(few == HistoryWalk.Extent(examined: HistoryWalk.minimumEvents, cutAt: Timestamp(seconds: 51)))
  }
}
