import Fanfare
import Testing

@Suite struct EventListingTests {
  private func withBuilds(_ count: Int, _ body: @Sendable (World) async throws -> Void) async throws {
    try await World.run { (world) async throws in
      for _ in 0..<count { world.store("inventory:p/a") }
      try await body(world)
    }
  }

  @Test func `a page has 20 events unless asked otherwise`() async throws {
    try await withBuilds(45) { (world) async throws in
      #expect(try await world.get("/api/v1/events/query/").ids.count == 20)
      #expect(try await world.get("/api/v1/events/query/?page_size=1000").ids.count == 45)
      #expect(try await world.get("/api/v1/events/query/?page_size=1").ids == ["e45"])
    }
  }

  @Test func `following the links shows every event once`() async throws {
    try await withBuilds(7) { (world) async throws in
      var target = "/api/v1/events/query/inventory/p/?page_size=3&type=ADD_*&since=2020-01-01T00:00:00%2B01:00"
      var seen: [String] = []
      for round in 0..<3 {
        let answer = try await world.get(target)
        seen += try answer.ids
        if round == 2 {
          #expect(answer["link"] == nil)
          #expect(answer["x-next-page-from"] == nil)
        } else {
          let link = try #require(answer["link"])
          #expect(answer["x-next-page-from"] == seen.last)
          #expect(link.hasPrefix("</api/v1/events/query/inventory/p/?") && link.hasSuffix(">; rel=\"next\""))
          #expect(link.contains("page_size=3") && link.contains("type=ADD_%2A") && link.contains("since=2020-01-01T00%3A00%3A00%2B01%3A00"))
          target = String(link.dropFirst().prefix { $0 != ">" })
        }
      }
      #expect(seen == (1...7).reversed().map { "e\($0)" })
    }
  }

  @Test func `a page that is exactly full has no next one`() async throws {
    try await withBuilds(3) { (world) async throws in
      #expect(try await world.get("/api/v1/events/query/?page_size=3")["link"] == nil)
      #expect(try await world.get("/api/v1/events/query/?page_size=3&page_from=e1").text == "[]")
    }
  }

  @Test func `events can be keyed by id, and timestamps be strings`() async throws {
    try await withBuilds(2) { (world) async throws in
      let answer = try await world.get("/api/v1/events/query/?format=keyed&timestamp=string")
      let json = try answer.json
      #expect(json.count == 2)
      #expect(json["e2"]?["id"] == "e2")
      #expect(json["e1"]?["timestamp"] == "1600000001000000000")
      #expect(try await world.get("/api/v1/events/query/?format=array&timestamp=number").json[0]?["timestamp"] == 1_600_000_002_000_000_000)
    }
  }

  @Test func `types, user and times narrow a listing`() async throws {
    try await World.run { (world) async throws in
      world.store("inventory:p/a", "state:p/e/d", "inventory:p/a")
      world.store.change { state in
        state.add(
          Event(
            id: "ann", type: EventType("USER_SIGNUP"), occurredAt: Timestamp(seconds: 1_600_000_100), receivedAt: MemoryStore.now,
            username: "ann", path: EventPath(state: StatePlace(project: "p"))))
      }
      let root = "/api/v1/events/query/?"
      #expect(try await world.get(root + "type=ADD_BUILD").ids == ["e3", "e1"])
      #expect(try await world.get(root + "type=*_STATE_*&type=USER_*").ids == ["ann", "e2"])
      #expect(try await world.get(root + "username=ann").ids == ["ann"])
      #expect(try await world.get(root + "username=ann&state_project=p").ids == ["ann"])
      #expect(try await world.get(root + "username=bob").ids == [])
      #expect(try await world.get(root + "since=2020-09-13T12:26:42Z&until=2020-09-13T12:26:43Z").ids == ["e2"])
      // A plus that was not encoded is a space in a query, and still an offset.
      #expect(try await world.get(root + "since=2020-09-13T14:26:42+02:00&until=2020-09-13T14:26:43+02:00").ids == ["e2"])
    }
  }

  @Test func `every bad parameter is named at once, with what is allowed`() async throws {
    try await World.run { (world) async throws in
      let answer = try await world.get(
        "/api/v1/events/query/?page_size=0&since=yesterday&format=xml&timestamp=&pagesize=3&username=a&username=b&until=%zz&inventory_project=p&inventory_namespace=q&page_from="
      )
      #expect(answer.status == 400)
      #expect(answer.code == "invalid_query_parameter")
      let data = try #require(try answer.json["data"])
      guard case .array(let problems)? = data["parameters"] else { return #expect(Bool(false), "no parameters in \(answer.text)") }
      #expect(
        Set(problems.compactMap { $0["parameter"]?.stringValue })
          == ["page_size", "since", "format", "timestamp", "pagesize", "username", "until", "inventory_namespace", "page_from"])
      #expect(problems.allSatisfy { $0["message"]?.stringValue?.isEmpty == false })
      guard case .array(let allowed)? = data["allowed"] else { return #expect(Bool(false), "nothing is allowed in \(answer.text)") }
      #expect(allowed.contains("page_size") && allowed.contains("state_deployment"))
    }
  }

  @Test(arguments: ["page_size=1001", "page_size=-1", "page_size=x", "page_size=", "unknown", "state_project=p"])
  func `one bad parameter is named in the sentence`(query: String) async throws {
    try await World.run { (world) async throws in
      let answer = try await world.get("/api/v1/events/query/inventory/?" + query)
      #expect(answer.status == 400)
      let name = String(query.prefix { $0 != "=" })
      #expect(try #require(try answer.json["error"]?.stringValue).contains(name))
    }
  }

  @Test func `a page can only begin at an event that there is`() async throws {
    try await World.run { (world) async throws in
      let answer = try await world.get("/api/v1/events/query/?page_from=nobody")
      #expect(answer.status == 400)
      #expect(answer.code == "invalid_query_parameter")
      #expect(try answer.json["data"]?["parameters"]?[0]?["parameter"] == "page_from")
    }
  }
}
