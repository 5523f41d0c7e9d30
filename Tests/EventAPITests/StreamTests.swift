import EventAPI
import Fanfare
import Testing

@Suite struct StreamTests {
  @Test(arguments: ["/api/v1/events/stream/", "/api/v1/events/stream"])
  func `the head comes at once, and then each event as it is stored, as the API shows it`(target: String) async throws {
    try await World.run { (world) async throws in
      world.publish(happening("before"))
      try await OpenAnswer.get(target, port: world.api.port) { (answer: inout OpenAnswer) async throws in
        #expect(answer.status == 200)
        #expect(answer["content-type"] == "text/event-stream")
        #expect(answer["cache-control"] == "no-store")
        #expect(answer["x-accel-buffering"] == "no")
        #expect(try await answer.block() == "retry: 3000")
        world.publish(happening("e1", "ADD_BUILD", data: "{ \"a\":\r\n1}"))
        let first = try #require(try await answer.event())
        #expect(first.id == "e1")
        #expect(first.type == "", "every event is a message to a browser")
        #expect(first.data == (try await world.get("/api/v1/events/event/e1")).text.replacing("\r\n", with: "  "))
        world.publish(happening("e2", "USER_SIGNUP"), happening("e3"))
        #expect(try await answer.events(2).map(\.id) == ["e2", "e3"])
      }
    }
  }

  @Test func `timestamp=string holds for streams, too`() async throws {
    try await World.run { (world) async throws in
      try await world.stream("?timestamp=string") { (answer: inout OpenAnswer) async throws in
        world.publish(happening("e1"))
        #expect(try await answer.event()?.data.contains(#""timestamp":"1700000000000000000""#) == true)
      }
    }
  }

  @Test func `a stream goes on right after the event that the client got last`() async throws {
    let odd = "50% größer, a/b"
    try await World.run { (world) async throws in
      world.publish(happening("e1"), happening(odd), happening("e3"), happening("e4"))
      let last = try await world.stream("?last_event_id=e1") { (answer: inout OpenAnswer) async throws in
        let events = try await answer.events(2)
        #expect(try events.map { try JSONValue(parsing: Array($0.data.utf8))["id"] } == [.string(odd), "e3"])
        return events[0].id
      }
      #expect(last.utf8.allSatisfy { (0x21...0x7E).contains($0) })
      try await world.stream(headers: [("Last-Event-ID", last)]) { (answer: inout OpenAnswer) async throws in
        #expect(try await answer.events(2).map(\.id) == ["e3", "e4"])
      }
      // A browser repeats its query when it connects again; what it knows since then counts.
      try await world.stream("?last_event_id=e1&since=2000-01-01T00:00:00Z", headers: [("Last-Event-ID", "e3")]) {
        (answer: inout OpenAnswer) async throws in
        #expect(try await answer.event()?.id == "e4")
      }
      try await world.stream("?last_event_id=", headers: [("Last-Event-ID", "")]) { (answer: inout OpenAnswer) async throws in
        world.publish(happening("e5"))
        #expect(try await answer.event()?.id == "e5")
      }
    }
  }

  @Test func `since begins with what was received from then on`() async throws {
    try await World.run { (world) async throws in
      for second in 0..<20 { world.publish(happening("e\(second)", receivedAt: Timestamp(seconds: 1_600_000_000 + Int64(second)))) }
      let since = Timestamp(seconds: 1_600_000_017).rfc3339
      try await world.stream("?since=\(since)") { (answer: inout OpenAnswer) async throws in
        #expect(try await answer.events(3).map(\.id) == ["e17", "e18", "e19"])
        world.publish(happening("e20"))
        #expect(try await answer.event()?.id == "e20")
      }
    }
  }

  @Test func `a position that is hidden answers as one that never was, and a bad one is named`() async throws {
    try await World.run { (world) async throws in
      world.publish(happening("theirs", groups: ["search"]))
      let member = [("Authorization", "Bearer \(World.TwoCallers.memberToken)")]
      let hidden = try await world.api.send("GET", "/api/v1/events/stream/", headers: member + [("Last-Event-ID", "theirs")])
      #expect(hidden.status == 404)
      #expect(hidden.code == "unknown_event")
      let absent = try await world.api.send("GET", "/api/v1/events/stream/?last_event_id=absent", headers: member)
      #expect(hidden.text.replacing("theirs", with: "absent") == absent.text)
      let bad = try await world.get("/api/v1/events/stream/?since=yesterday&page_size=3", headers: [("Last-Event-ID", "%zz")])
      #expect(bad.status == 400)
      #expect(try bad.json["data"]?["parameters"]?.count == 3)
      #expect(try await world.api.send("GET", "/api/v1/events/stream/").status == 401)
      #expect(try await world.send("POST", "/api/v1/events/stream/", "").status == 405)
    }
  }

  @Test(arguments: [
    ("?type=*_STATE_*&type=USER_SIGNUP", "e2 e3"), ("?username=ann", "e3 e4"), ("?inventory_project=libs", "e4"),
    ("?inventory_namespace=shop&username=ann", "e3"), ("?state_project=shop", ""),
  ])
  func `filters hold for what was stored before and for what is stored later`(query: String, expected: String) async throws {
    let events = [
      happening("e1"), happening("e2", "CREATE_STATE_DEPLOYMENT"), happening("e3", "USER_SIGNUP", username: "ann"),
      happening("e4", username: "ann", project: "libs"),
    ]
    try await World.run { (world) async throws in
      world.publish(happening("start"))
      world.publish(events)
      let last = Event(
        id: "last", type: EventType("USER_SIGNUP"), occurredAt: MemoryStore.now, receivedAt: MemoryStore.now, username: "ann",
        path: EventPath(inventory: InventoryPlace(project: "libs"), state: StatePlace(project: "shop")))
      try await world.stream(query + "&last_event_id=start") { (answer: inout OpenAnswer) async throws in
        var ids: [String] = []
        for part in expected.split(separator: " ") {
          ids.append(try #require(try await answer.event()).id)
          #expect(ids.last == String(part))
        }
        if query.contains("shop&") { return }
        world.publish(happening("noise", "NOBODY_ASKED", project: "other"), last)
        #expect(try await answer.event()?.id == "last")
      }
    }
  }

  @Test func `a member gets his events only, and cannot tell how many others there are`() async throws {
    try await World.run { (world) async throws in
      try await world.stream(token: World.TwoCallers.memberToken) { (answer: inout OpenAnswer) async throws in
        for number in 0..<300 {
          world.publish(happening("secret-\(number)", groups: ["search"]), happening("nobody-\(number)"))
          if number % 100 == 0 { world.publish(happening("mine-\(number)", groups: ["payments"])) }
        }
        world.publish(happening("did-it", username: "ann", groups: ["search"]), happening("all", groups: ["*"]))
        let events = try await answer.events(5)
        #expect(events.map(\.id) == ["mine-0", "mine-100", "mine-200", "did-it", "all"])
        #expect(!events.contains { $0.data.contains("secret") || $0.data.contains("sequence") })
      }
    }
  }

  @Test func `a quiet stream gets its heartbeats`() async throws {
    var limits = StreamLimits()
    limits.heartbeat = .milliseconds(20)
    try await World.run(stream: limits) { (world) async throws in
      try await world.stream { (answer: inout OpenAnswer) async throws in
        #expect(try await answer.block() == "retry: 3000")
        for _ in 0..<5 { #expect(try await answer.block() == ": heartbeat") }
        world.publish(happening("e1"))
        #expect(try await answer.event()?.id == "e1")
      }
    }
  }

  @Test(.timeLimit(.minutes(10))) func `past the last place a stream is refused, and a place that was left is free again`() async throws {
    var limits = StreamLimits()
    limits.maximumStreams = 2
    try await World.run(stream: limits) { (world) async throws in
      try await world.stream { (first: inout OpenAnswer) async throws in
        try await world.stream { (second: inout OpenAnswer) async throws in
          let refused = try await world.get("/api/v1/events/stream/")
          #expect(refused.status == 503)
          #expect(refused.code == "overloaded")
          #expect(refused["retry-after"] != nil)
          #expect(try await world.get("/metrics").text.contains("\nfanfare_stream_clients 2\n"))
          world.publish(happening("e1"))
          #expect(try await first.event()?.id == "e1")
          #expect(try await second.event()?.id == "e1")
        }
        // What only asks for the head, or for nothing that is there, takes no place.
        for _ in 0..<5 {
          while try await world.api.send("HEAD", "/api/v1/events/stream/", headers: [World.authorization]).status == 503 {}
          #expect(try await world.get("/api/v1/events/stream/?last_event_id=absent").status == 404)
        }
        try await world.stream { (again: inout OpenAnswer) async throws in
          world.publish(happening("e2"))
          #expect(try await again.event()?.id == "e2")
        }
      }
    }
  }

  @Test(.timeLimit(.minutes(10))) func `events that are stored while clients come and go reach each of them once, in order`() async throws {
    let count = 2_000
    try await World.run { (world) async throws in
      world.publish(happening("e0"))
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for number in 1..<count {
            world.publish(happening("e\(number)"))
            if number % 16 == 0 { await Task.yield() }
          }
        }
        for start in 0..<4 {
          group.addTask {
            var last = "e\(start)"
            var next = start + 1
            // Each connection takes some hundred events and hangs up; the next one goes on from there.
            while next < count {
              let position = (last, next)
              (last, next) = try await world.stream(
                next == 1 ? "?since=2000-01-01T00:00:00Z&last_event_id=e0" : "", headers: next == 1 ? [] : [("Last-Event-ID", last)]
              ) { (answer: inout OpenAnswer) async throws in
                var (last, next) = position
                if answer.status == 404 { return (last, next) }
                #expect(answer.status == 200)
                for _ in 0..<min(701, count - next) {
                  guard let event = try await answer.event() else { break }
                  #expect(event.id == "e\(next)")
                  if event.id != "e\(next)" { throw OpenAnswer.CutOff() }
                  (last, next) = (event.id, next + 1)
                }
                return (last, next)
              }
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }
}
