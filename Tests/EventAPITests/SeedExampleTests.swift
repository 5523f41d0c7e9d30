import Fanfare
import Testing

/// The examples that stand in the two documents that the service is made after, each as a vector.
@Suite struct SeedExampleTests {
  private static let event = """
    {"allowed_groups": ["my-group", "your-group"], "id": "123", "inventory_project": "test", "timestamp": 12343434343434,
     "type": "CREATE_INVENTORY_PROJECT", "username": "user"}
    """
  private static let events = """
    [{"id": "123", "inventory_project": "test", "timestamp": 12343434343434, "type": "CREATE_INVENTORY_PROJECT", "username": "user"},
     {"allowed_groups": ["my-group", "your-group"], "id": "124", "state_project": "state-test", "timestamp": 12343434343435,
      "type": "CREATE_STATE_PROJECT", "username": "user"}]
    """

  private static func create(_ text: String, in world: World) async throws {
    let answer = try await world.door.send("POST", "/internal/create-event", body: Array(text.utf8))
    #expect(answer.status == 200, "\(answer.text)")
  }

  /// - Throws: if it is no object.

  @Test func `the event comes back with all that it said`() async throws {
    try await World.run { (world) async throws in
      try await Self.create(Self.event, in: world)
      let answer = try await world.get("/api/v1/events/event/123").json
      let members = try JSONValue(parsing: Array(Self.event.utf8)).members
      #expect(members.count == 6)
      for member in members { #expect(answer[member.key] == member.value, "\(member.key)") }
      #expect(answer["event_time"] == "1970-01-01T03:25:43.434343434Z")
      // Its table of fields has the timestamp as a string, and other names for the group and the project.
      #expect(try await world.get("/api/v1/events/event/123?timestamp=string").json["timestamp"] == "12343434343434")
      #expect(answer["allowed_roles"] == answer["allowed_groups"])
      #expect(answer["inventory_namespace"] == "test")
    }
  }

  @Test func `the events are a list, and an object by id for who takes the sentence above it at its word`() async throws {
    try await World.run { (world) async throws in
      try await Self.create(Self.events, in: world)
      #expect(try await world.get("/api/v1/events/query/").ids == ["124", "123"])
      #expect(try await world.get("/api/v1/events/query/inventory/test/").ids == ["123"])
      #expect(try await world.get("/api/v1/events/query/project/state-test/").ids == ["124"])
      let members = try await world.get("/api/v1/events/query/?format=keyed").json.members
      #expect(members.map(\.key) == ["124", "123"])
      #expect(members.allSatisfy { $0.value["id"]?.stringValue == $0.key })
    }
  }

  @Test func `a page that ends with the example's last element has the example's cursor, and it leads on`() async throws {
    try await World.run { (world) async throws in
      let ids = ["22bQgVViNfTUAaToCrk9fMXPGsj", "23E0dGLAnH943qkNMvMEZeFsWya", "23E0dGLAnH943qkNMvMEZeFsWyb"]
      world.deliver(3)
      try world.store.change { state in
        state.deliveries = try zip(ids, state.deliveries).map { id, delivery in
          let id = try #require(DeliveryID(id))
          let old = delivery.summary
          return DeliveryDetail(
            summary: DeliverySummary(
              id: id, eventID: old.eventID, eventType: old.eventType, scope: old.scope, subscriptionID: old.subscriptionID, kind: old.kind,
              url: old.url, state: .dead(.exhausted), attempts: 0, createdAt: old.createdAt, lastAttemptAt: nil, lastReason: nil),
            attempts: [])
        }
      }
      for root in ["/api/v1/events/deliveries/", "/api/v1/events/dead-letters/"] {
        let first = try await world.get(root + "?size=2&order=asc")
        #expect(try first.ids == Array(ids[..<2]))
        #expect(
          first.text.hasSuffix(#"],"next":{"after":"MjNFMGRHTEFuSDk0M3FrTk12TUVaZUZzV3lh","size":2,"sort":"id","order":"asc"}}"#),
          "\(first.text)")
        let second = try await world.get(root + "?after=MjNFMGRHTEFuSDk0M3FrTk12TUVaZUZzV3lh&size=2&sort=id&order=asc")
        #expect(try second.ids == [ids[2]])
        #expect(try second.json["next"] == nil)
        let back = try await world.get(root + "?before=MjNFMGRHTEFuSDk0M3FrTk12TUVaZUZzV3lh&size=2&sort=id&order=asc")
        #expect(try back.ids == [ids[0]])
      }
    }
  }

  @Test func `every listing of pages takes the example's cursor, though what it names is not there`() async throws {
    try await World.run { (world) async throws in
      let account = try await world.store.addAccount(.init(name: "ann")).id
      for root in [
        "/api/v1/events/deliveries", "/api/v1/events/dead-letters", "/api/v1/events/quarantine", "/v0/accounts",
        "/v0/accounts/id/\(account)/api_keys",
      ] {
        for boundary in ["after", "before"] {
          let answer = try await world.get(root + "/?\(boundary)=MjNFMGRHTEFuSDk0M3FrTk12TUVaZUZzV3lh&size=2&sort=id&order=asc")
          #expect(answer.status == 200, "\(root): \(answer.text)")
        }
      }
    }
  }

  @Test func `the two dates of the example are one instant`() async throws {
    try await World.run { (world) async throws in
      let events = [
        #"{"id":"before","type":"ADD_BUILD","timestamp":"2021-10-15T15:07:38.999999999Z"}"#,
        #"{"id":"at","type":"ADD_BUILD","timestamp":"2021-10-15T17:07:39+02:00"}"#,
      ]
      try await Self.create("[\(events.joined(separator: ","))]", in: world)
      for date in ["2021-10-15T15:07:39Z", "2021-10-15T17:07:39+02:00", "2021-10-15T17:07:39%2B02:00"] {
        #expect(try await world.get("/api/v1/events/query/?since=\(date)").ids == ["at"])
        #expect(try await world.get("/api/v1/events/query/?until=\(date)").ids == ["before"])
      }
      #expect(try await world.get("/api/v1/events/event/at").json["event_time"] == "2021-10-15T15:07:39.000000000Z")
    }
  }
}
