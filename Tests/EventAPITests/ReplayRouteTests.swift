import Fanfare
import Testing

@Suite struct ReplayRouteTests {
  private static let root = "/api/v1/events/replays"
  private static let range = #""since":"2020-09-13T12:26:41Z","until":"2020-09-13T12:26:43.5Z""#

  @Test func `a replay is made, and says where it is and what it is about`() async throws {
    try await World.run { (world) async throws in
      let answer = try await world.send(
        "POST", Self.root + "/",
        #"{"project":"p","subscription":"hook",\#(Self.range),"type":"ADD_*","inventory_application":"a","inventory_version":"v1"}"#)
      #expect(answer.status == 201)
      let id = try #require(try answer.json["id"]?.stringValue)
      #expect(answer["Location"] == "\(Self.root)/\(id)")
      let expected =
        #"{"id":"\#(id)","state":"running","project":"p","subscription":"hook","since":"2020-09-13T12:26:41.000000000Z","until":"2020-09-13T12:26:43.500000000Z","type":["ADD_*"],"inventory_application":"a","inventory_version":"v1","matched":0,"counted":false,"made":0,"done":0,"pending":0,"succeeded":0,"dead":0,"cancelled":0,"creation_time":"2023-11-14T22:13:20.000000000Z"}"#
      #expect(answer.text == expected)
      #expect(try await world.get("\(Self.root)/\(id)/").text == expected)
      #expect(try await world.get(Self.root).text == #"{"elements":[\#(expected)]}"#)
      #expect(world.nudges.replayCount == 1)
      let dead = try await world.send("POST", Self.root, #"{"project":"p",\#(Self.range),"dead_letters":true,"type":["A","B"]}"#)
      #expect(try dead.json["dead_letters"] == true && dead.json["type"] == ["A", "B"])
    }
  }

  @Test func `a preview counts, and makes nothing`() async throws {
    try await World.run { (world) async throws in
      world.store("inventory:p", "inventory:p", "inventory:p", "inventory:p")
      let answer = try await world.send("POST", Self.root, #"{"project":"p",\#(Self.range),"preview":true}"#)
      #expect(answer.status == 200)
      #expect(answer.text == #"{"matched":3}"#)
      #expect(try await world.get(Self.root).text == #"{"elements":[]}"#)
      #expect(world.nudges.replayCount == 0)
    }
  }

  @Test(arguments: [
    ("", [""]), ("[]", [""]), ("{}", ["/project", "/since", "/until"]),
    (#"{"project":"","since":"now","until":7,"x/y":1}"#, ["/x~1y", "/project", "/since", "/until"]),
    (#"{"project":"p","since":"2020-01-02T00:00:00Z","until":"2020-01-02T00:00:00Z"}"#, ["/until"]),
    (#"{"project":"p",RANGE,"type":["A",""],"dead_letters":"yes","preview":1}"#, ["/type/1", "/dead_letters", "/preview"]),
    (#"{"project":"p",RANGE,"type":[]}"#, ["/type"]), (#"{"project":"p",RANGE,"type":7}"#, ["/type"]),
    (#"{"project":"p",RANGE,"inventory_version":"1","state_deployment":"d"}"#, ["/inventory_version", "/state_deployment"]),
    (#"{"project":"p",RANGE,"subscription":"none"}"#, ["/subscription"]),
  ])
  func `everything that is wrong with an order is named, and nothing is made`(body: String, pointers: [String]) async throws {
    try await World.run { (world) async throws in
      let answer = try await world.send("POST", Self.root, body.replacing("RANGE", with: Self.range))
      #expect(answer.status == 400)
      #expect(answer.code == "invalid_request_body")
      let errors = try #require(try answer.json["data"]?["validation_errors"]).elements
      #expect(errors.compactMap { $0["pointer"]?.stringValue } == pointers, "\(answer.text)")
      #expect(try await world.get(Self.root).ids.isEmpty)
      #expect(world.nudges.replayCount == 0)
    }
  }

  @Test func `a replay is paused, resumed and cancelled, and then it is over`() async throws {
    try await World.run { (world) async throws in
      let id = try #require(try await world.send("POST", Self.root, #"{"project":"p",\#(Self.range)}"#).json["id"]?.stringValue)
      func change(_ change: String) async throws -> Answer { try await world.send("POST", "\(Self.root)/\(id)/\(change)", "") }
      for (name, state) in [("pause", "paused"), ("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")] {
        #expect(try await change(name).json["state"]?.stringValue == state)
      }
      #expect(world.nudges.replayCount == 5)
      #expect(world.nudges.changeCount == 4)
      let late = try await change("resume")
      #expect(late.status == 409)
      #expect(late.code == "replay_ended")
      #expect(try late.json["data"]?["state"] == "cancelled")
      for target in ["\(Self.root)/never", "\(Self.root)/23E0dGLAnH943qkNMvMEZeFsWya"] {
        #expect(try await world.get(target).code == "unknown_replay")
        #expect(try await world.send("POST", "\(target)/cancel", "").code == "unknown_replay")
      }
    }
  }

  @Test func `there is an end to how many are under way`() async throws {
    try await World.run { (world) async throws in
      for _ in 0..<Replay.maximumOpen {
        #expect(try await world.send("POST", Self.root, #"{"project":"p",\#(Self.range)}"#).status == 201)
      }
      let answer = try await world.send("POST", Self.root, #"{"project":"p",\#(Self.range)}"#)
      #expect(answer.status == 409)
      #expect(answer.code == "too_many_replays")
      #expect(world.nudges.replayCount == Replay.maximumOpen)
    }
  }

  @Test func `replays are listed by project, with cursors`() async throws {
    try await World.run { (world) async throws in
      var ids: [String] = []
      for project in ["p", "q", "p"] {
        ids.append(
          try #require(try await world.send("POST", Self.root, #"{"project":"\#(project)",\#(Self.range)}"#).json["id"]?.stringValue))
      }
      #expect(try await world.get(Self.root + "/?project=p").ids == [ids[2], ids[0]])
      let first = try await world.get(Self.root + "/?size=2&order=asc")
      #expect(try first.ids == Array(ids[0..<2]))
      #expect(try first.json["next"]?["after"]?.stringValue == Base64.encode(ids[1].utf8))
      #expect(try await world.get(Self.root + "/?sort=project&from=1").code == "invalid_query_parameter")
    }
  }

  @Test func `a replayed delivery says of what it is one, and the listing finds it by its replay`() async throws {
    try await World.run { (world) async throws in
      let replay = KSUID(timestamp: 300_000_000, high: 2, low: 1)
      world.deliver(2)
      world.store.change { state in
        let old = state.deliveries[0].summary
        state.deliveries.append(
          DeliveryDetail(
            summary: DeliverySummary(
              id: DeliveryID(KSUID(timestamp: 310_000_000, high: 1, low: 9)), eventID: old.eventID, eventType: old.eventType,
              scope: old.scope, subscriptionID: old.subscriptionID, kind: old.kind, url: old.url, state: .succeeded, attempts: 1,
              createdAt: old.createdAt, lastAttemptAt: nil, lastReason: nil,
              replay: ReplayMark(replay: replay, original: old.id.description)), attempts: []))
      }
      let elements = try await world.get("/api/v1/events/deliveries?replay=\(replay)").json["elements"]
      #expect(elements?.count == 1)
      #expect(elements?[0]?["replay"]?.stringValue == replay.description)
      #expect(elements?[0]?["replay_of"] != nil)
      #expect(try await world.get("/api/v1/events/deliveries?replay=x").code == "invalid_query_parameter")
    }
  }
}
