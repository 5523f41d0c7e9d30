import Fanfare
import Testing

@Suite struct EventRouteTests {
  private static let paths = [
    "inventory:p", "inventory:p/a", "inventory:p/a/v1.0", "inventory:q/a/1.0", "state:p", "state:p/e", "state:p/e/d", "state:p/e/web/blue",
    "state:p/f/d", "state:q/e/d",
  ]

  private func withEvents(_ body: @Sendable (World) async throws -> Void) async throws {
    try await World.run { (world) async throws in
      for path in Self.paths { world.store(path) }
      try await body(world)
    }
  }

  @Test(arguments: [
    ("", "e10 e9 e8 e7 e6 e5 e4 e3 e2 e1"),
    ("inventory", "e4 e3 e2 e1"),
    ("inventory/p", "e3 e2 e1"),
    ("inventory/p/a", "e3 e2"),
    ("inventory/p/a/v1.0", "e3"),
    ("inventory/p/a/1.0", "e3"),
    ("inventory/q/a/v1.0", "e4"),
    ("inventory/p/a/vv1.0", ""),
    ("inventory/none", ""),
    ("project", "e10 e9 e8 e7 e6 e5"),
    ("project/p", "e9 e8 e7 e6 e5"),
    ("project/p/e", "e8 e7 e6"),
    ("project/p/e/d", "e7"),
    ("project/p/e/web/blue", "e8"),
    ("project/p/e/web%2Fblue", "e8"),
    ("project/p/e/web%2fblue", "e8"),
    ("project/p/e/web", ""),
    ("state", "e10 e9 e8 e7 e6 e5"),
    ("state/p", "e9 e8 e7 e6 e5"),
    ("state/p/e", "e8 e7 e6"),
    ("state/p/e/web/blue", "e8"),
    ("%70roject/%70/e/d", "e7"),
  ])
  func `each query route shows its part of the trail, with and without a trailing slash`(path: String, expected: String) async throws {
    try await withEvents { (world) async throws in
      let target = "/api/v1/events/query" + (path.isEmpty ? "" : "/" + path)
      for target in [target, target + "/"] {
        let answer = try await world.get(target)
        #expect(answer.status == 200, "\(target): \(answer.text)")
        #expect(try answer.ids.joined(separator: " ") == expected, "\(target)")
        #expect(answer["content-type"] == "application/json")
      }
    }
  }

  @Test func `deployment?deployment=NAME means that name, and a bare deployment all of them`() async throws {
    try await withEvents { (world) async throws in
      let root = "/api/v1/events/query/project/p/e/deployment"
      #expect(try await world.get(root + "?deployment=d").ids == ["e7"])
      #expect(try await world.get(root + "/?deployment=web%2Fblue").ids == ["e8"])
      #expect(try await world.get(root + "?deployment=web/blue").ids == ["e8"])
      #expect(try await world.get(root).ids == ["e8", "e7"])
      #expect(try await world.get(root + "/?page_size=1").ids == ["e8"])
      world.store("state:p/e/deployment")
      #expect(try await world.get(root).ids == ["e11"])
      #expect(try await world.get(root + "?deployment=d").ids == ["e7"])
      let misplaced = try await world.get("/api/v1/events/query/project/p/e/d?deployment=d")
      #expect(misplaced.code == "invalid_query_parameter")
      #expect(try await world.get(root + "?deployment=").code == "invalid_query_parameter")
    }
  }

  @Test(arguments: [
    ("inventory_project=p", "e3 e2 e1"),
    ("inventory_namespace=p", "e3 e2 e1"),
    ("inventory_project=p&inventory_namespace=p&inventory_application=a", "e3 e2"),
    ("inventory_project=p&inventory_application=a&inventory_version=1.0", "e3"),
    ("inventory_application=a", "e4 e3 e2"),
    ("inventory_version=v1.0", "e4 e3"),
    ("state_project=p&state_environment=e", "e8 e7 e6"),
    ("state_project=p&state_environment=e&state_deployment=web/blue", "e8"),
    ("state_environment=e", "e10 e8 e7 e6"),
    ("state_deployment=d", "e10 e9 e7"),
    ("state_project=p&inventory_project=p", ""),
    ("state_project=p&state_deployment=d", "e9 e7"),
  ])
  func `the fields of a path narrow the query over everything`(query: String, expected: String) async throws {
    try await withEvents { (world) async throws in
      let answer = try await world.get("/api/v1/events/query/?" + query)
      #expect(answer.status == 200, "\(answer.text)")
      #expect(try answer.ids.joined(separator: " ") == expected)
    }
  }

  @Test func `one event is shown by its id`() async throws {
    try await World.run { (world) async throws in
      let created = try await world.door.send(
        "POST", "/internal/create-event",
        body: Array(
          #"{"id":"a/b c","type":"ADD_BUILD","timestamp":1600000000123456789,"inventory_project":"p","allowed_roles":["g"],"data":{"n":12345678901234567890.10},"more":[1]}"#
            .utf8))
      #expect(created.status == 200, "\(created.text)")
      let answer = try await world.get("/api/v1/events/event/a%2Fb%20c")
      #expect(
        answer.text
          == #"{"id":"a/b c","type":"ADD_BUILD","timestamp":1600000000123456789,"event_time":"2020-09-13T12:26:40.123456789Z","received_time":"2023-11-14T22:13:20.000000000Z","allowed_groups":["g"],"allowed_roles":["g"],"inventory_project":"p","inventory_namespace":"p","data":{"n":12345678901234567890.10},"more":[1]}"#
      )
      let text = try await world.get("/api/v1/events/event/a%2Fb%20c/?timestamp=string")
      #expect(try text.json["timestamp"] == "1600000000123456789")
      let unknown = try await world.get("/api/v1/events/event/nobody")
      #expect(unknown.status == 404)
      #expect(unknown.code == "unknown_event")
      #expect(try await world.get("/api/v1/events/event/").code == "route_not_found")
      #expect(try await world.get("/api/v1/events/event/x?page_size=3").code == "invalid_query_parameter")
    }
  }

  @Test func `a caller sees what his groups may see, and the rest does not exist`() async throws {
    try await World.run { (world) async throws in
      world.store.change { state in
        for (id, groups) in [("mine", ["payments"]), ("theirs", ["search"]), ("all", ["*"])] {
          state.add(
            Event(
              id: id, type: EventType("ADD_BUILD"), occurredAt: MemoryStore.now, receivedAt: MemoryStore.now, audience: Audience(groups)))
        }
      }
      let member = [("Authorization", "Bearer \(World.TwoCallers.memberToken)")]
      #expect(try await world.api.send("GET", "/api/v1/events/query/", headers: member).ids == ["all", "mine"])
      #expect(try await world.api.send("GET", "/api/v1/events/event/mine", headers: member).status == 200)
      let hidden = try await world.api.send("GET", "/api/v1/events/event/theirs", headers: member)
      #expect(hidden.status == 404)
      #expect(
        hidden.text.replacing("theirs", with: "absent")
          == (try await world.api.send("GET", "/api/v1/events/event/absent", headers: member)).text)
      #expect(try await world.get("/api/v1/events/query/").ids == ["all", "theirs", "mine"])
    }
  }

  @Test(arguments: [
    ("/api/v1/events/query/inventory//", "project"), ("/api/v1/events/query/inventory/%zz/", "project"),
    ("/api/v1/events/query/inventory/p/%ff", "application"), ("/api/v1/events/query/inventory/p/a/%00", "version"),
    ("/api/v1/events/query/project/p/e//", "deployment"), ("/api/v1/events/query/project/p/e/%2", "deployment"),
    ("/api/v1/events/event/%C3%28", "id"),
  ])
  func `a name that is empty or badly encoded is named`(target: String, variable: String) async throws {
    try await World.run { (world) async throws in
      let answer = try await world.get(target)
      #expect(answer.status == 400)
      #expect(answer.code == "invalid_route_variable")
      #expect(try answer.json["data"] == ["variable": .string(variable)])
    }
  }
}
