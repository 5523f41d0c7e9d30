import EventAPI
import Fanfare
import Testing

@Suite struct ExportTests {
  private static let target = "/api/v1/events/export/"

  @Test func `jsonl has one event a line as the API shows it, the newest first`() async throws {
    try await World.run { (world) async throws in
      world.store("inventory:p/a/v1", "state:p/e/web/blue", "inventory:q")
      world.publish(happening("folded", data: "{\n  \"a\": \"b\\n\"\r\n}"))
      for target in [Self.target, "/api/v1/events/export"] {
        let answer = try await world.get(target)
        #expect(answer.status == 200)
        #expect(answer["content-type"] == "application/x-ndjson")
        #expect(answer["content-disposition"] == "attachment; filename=\"fanfare-events-20231114T221320Z.jsonl\"")
        #expect(answer["cache-control"] == "no-store")
      }
      let text = try await OpenAnswer.get(Self.target, port: world.api.port) { try await $0.rest() }
      var expected = ""
      for id in ["folded", "e3", "e2", "e1"] { expected += try await world.get("/api/v1/events/event/\(id)").text + "\n" }
      #expect(text == expected.replacing("{\n  \"a\"", with: "{   \"a\"").replacing("\r\n}", with: "  }"))
    }
  }

  @Test func `csv has a heading, quotes what needs it, and disarms formulas`() async throws {
    try await World.run { (world) async throws in
      world.publish(
        Event(
          id: "=1+1", type: EventType("ADD_BUILD"), occurredAt: Timestamp(seconds: 1_600_000_000), receivedAt: MemoryStore.now,
          username: "@ann", audience: Audience(["b", "a b"]),
          path: EventPath(
            inventory: InventoryPlace(project: "-p", application: "a,\"b\"", version: "v1"),
            state: StatePlace(project: "+s", environment: "e", deployment: "web/blue")),
          data: Array("{\n\"say\":\"hi, there\"}".utf8)))
      world.publish(happening("plain"))
      let answer = try await OpenAnswer.get(Self.target + "?format=csv", port: world.api.port) { (answer: inout OpenAnswer) async throws in
        #expect(answer["content-type"] == "text/csv; charset=utf-8; header=present")
        #expect(answer["content-disposition"]?.hasSuffix(".csv\"") == true)
        return try await answer.rest()
      }
      #expect(
        answer
          == [
            "id,type,event_time,received_time,username,allowed_groups,inventory_project,inventory_application,inventory_version,"
              + "state_project,state_environment,state_deployment,data",
            "plain,ADD_BUILD,2023-11-14T22:13:20.000000000Z,2023-11-14T22:13:20.000000000Z,,,shop,,,,,,",
            "'=1+1,ADD_BUILD,2020-09-13T12:26:40.000000000Z,2023-11-14T22:13:20.000000000Z,'@ann,a b;b,'-p,\"a,\"\"b\"\"\",v1,"
              + "'+s,e,web/blue,\"{\n\"\"say\"\":\"\"hi, there\"\"}\"",
            "",
          ].joined(separator: "\r\n"))
    }
  }

  @Test(arguments: [
    ("", "e4 e3 e2 e1"), ("?type=CREATE_*", "e4 e3"), ("?inventory_project=p&inventory_version=1", "e1"), ("?state_environment=e", "e4 e3"),
    ("?since=2020-09-13T12:26:42Z&until=2020-09-13T12:26:44Z", "e3 e2"), ("?username=nobody", ""), ("?inventory_project=none", ""),
  ])
  func `filters narrow an export as they narrow a listing`(query: String, expected: String) async throws {
    try await World.run { (world) async throws in
      world.store("inventory:p/a/v1", "inventory:p", "state:p/e/d", "state:q/e")
      let text = try await OpenAnswer.get(Self.target + query, port: world.api.port) { try await $0.rest() }
      let ids = try text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8))["id"]?.stringValue ?? "" }
      #expect(ids.joined(separator: " ") == expected)
    }
  }

  @Test func `a member exports what he may see`() async throws {
    try await World.run { (world) async throws in
      world.publish(
        happening("mine", groups: ["payments"]), happening("theirs", groups: ["search"]), happening("did-it", username: "ann"),
        happening("nobody"))
      let text = try await OpenAnswer.get(
        Self.target, port: world.api.port, headers: [("Authorization", "Bearer \(World.TwoCallers.memberToken)")]
      ) { try await $0.rest() }
      #expect(text.contains("\"mine\"") && text.contains("\"did-it\""))
      #expect(!text.contains("theirs") && !text.contains("nobody"))
    }
  }

  @Test func `what is asked wrongly is named, all at once`() async throws {
    try await World.run { (world) async throws in
      let answer = try await world.get(Self.target + "?format=xml&since=x&page_size=7&until=y")
      #expect(answer.code == "invalid_query_parameter")
      #expect(try answer.json["data"]?["parameters"]?.count == 4)
      #expect(try await world.api.send("GET", Self.target).status == 401)
    }
  }

  @Test func `an export of many pages is whole, and the connection is good for more`() async throws {
    try await World.run { (world) async throws in
      world.publish((1...4_500).map { happening("e\($0)") })
      let answer = try await world.api.exchange(
        Array(
          """
          GET \(Self.target) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(World.adminToken)\r\n\r\n\
          GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n
          """.utf8))
      let text = String(decoding: answer, as: UTF8.self)
      #expect(text.components(of: "\"id\":") == 4_500)
      #expect(text.components(of: "HTTP/1.1 200 OK") == 2)
      #expect(world.store.change { $0.listings } == 5)
    }
  }

  @Test func `an export that fails on its way does not look whole, and one that cannot begin is an error`() async throws {
    try await World.run { (world) async throws in
      world.publish((1...4_500).map { happening("e\($0)") })
      world.store.change { $0.failingListing = 3 }
      try await OpenAnswer.get(Self.target, port: world.api.port) { (answer: inout OpenAnswer) async throws in
        #expect(answer.status == 200)
        await #expect(throws: (any Error).self) { _ = try await answer.rest() }
        #expect(!answer.isWhole)
      }
      let refused = try await world.get(Self.target)
      #expect(refused.status == 500)
      #expect(refused.code == "internal_error")
    }
  }

  /// More than any socket holds: 600 events of 60 KB, 36 pages of a mebibyte.
  private static var much: [Event] {
    let filler = "{\"filler\":\"\(String(repeating: "x", count: 60_000))\"}"
    return (1...600).map { happening("e\($0)", data: filler) }
  }

  @Test func `past the last place an export is refused`() async throws {
    var limits = StreamLimits()
    limits.patience = .seconds(600)
    limits.maximumExports = 1
    try await World.run(stream: limits) { (world) async throws in
      world.publish(Self.much)
      // Takes nothing, and so keeps the only place.
      try await OpenAnswer.get(Self.target, port: world.api.port, receiveBuffer: 32 << 10) { (_: inout OpenAnswer) async throws in
        let refused = try await world.get(Self.target)
        #expect(refused.status == 503)
        #expect(refused.code == "overloaded")
      }
    }
  }

  @Test(.timeLimit(.minutes(20))) func `no more is read than the client takes, and who takes nothing is cut off`() async throws {
    var limits = StreamLimits()
    limits.patience = .seconds(5)
    limits.heartbeat = .milliseconds(100)
    limits.maximumExports = 1
    try await World.run(stream: limits) { (world) async throws in
      world.publish(Self.much)
      try await OpenAnswer.get(Self.target, port: world.api.port, receiveBuffer: 32 << 10) { (answer: inout OpenAnswer) async throws in
        // The place is free again once the server has given up; another's heartbeats say when to ask.
        try await world.stream { (heart: inout OpenAnswer) async throws in
          while try await world.api.send("HEAD", Self.target, headers: [World.authorization]).status == 503 { _ = try await heart.block() }
        }
        await #expect(throws: (any Error).self) { _ = try await answer.rest() }
      }
      // Of 36 pages the sockets hold a few.
      #expect(world.store.change { $0.listings } < 20)
    }
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
