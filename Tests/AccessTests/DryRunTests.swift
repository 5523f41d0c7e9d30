import Fanfare
import SQLiteStore
import Testing

/// Dry runs over a real store, by everybody.
@Suite struct DryRunTests {
  private static func target(_ project: String, _ query: String = "since=1970-01-01T00:00:00Z") -> String {
    "/api/v1/events/subscriptions/project/\(project)/test?\(query)"
  }

  /// Beside the set of ``RandomWorld``: one narrower, one wider, one changed, one left out, one new.
  private static let tried = """
    [{"id":"all","type":"webhook","url":"https://x.example/","events":["ADD_*","USER_*"]},
     {"id":"some","type":"webhook","url":"https://x.example/"},
     {"id":"grouped","type":"webhook","url":"https://x.example/","allowed_groups":["c","b"]},
     {"id":"new","type":"webhook","url":"https://x.example/","filters":[{"path":"/data/secretly","is_not_equal_to":"2"}]}]
    """

  @Test func `every caller's diff is that of the events that he may see, and of nothing else`() async throws {
    try await World.run(.authenticated) { world in
      var chance = Chance(seed: 8)
      let random = try await RandomWorld(world, .authenticated, events: 200, people: 16, using: &chance)
      let model = random.model
      var answered = 0
      for person in random.people {
        for project in Chance.projects {
          let answer = try await world.send("POST", Self.target(project), Self.tried, as: person)
          guard person.mayRead(project) else {
            #expect(answer.status == person.refusal.status && answer.code == person.refusal.code)
            continue
          }
          answered += 1
          // The service's own are of this very moment, which the span ends before.
          let visible = model.events.filter { event in
            !event.type.isOwn && model.may(person, see: event)
              && [event.path.inventory?.project, event.path.state?.project].contains(project)
          }
          let json = try answer.json
          #expect(json["events_examined"] == .integer(visible.count))
          for subscription in json["subscriptions"]?.elements ?? [] {
            let id = subscription["id"]?.stringValue ?? ""
            let would = Set(visible.filter { Self.wants(id, $0) }.map(\.id))
            let sent = Set(
              model.deliveries.filter { $0.project == project && $0.task.subscription.id == id && model.may(person, see: $0) }
                .map(\.task.event.id))
            let counts = ["would_send", "present_sent", "added", "removed", "unchanged"].map { subscription[$0] }
            let expected = [
              would.count, sent.count, would.subtracting(sent).count, sent.subtracting(would).count, would.intersection(sent).count,
            ]
            #expect(counts == expected.map { JSONValue.integer($0) }, "\(id) of \(project) for \(person)")
            for (key, difference) in [("added", would.subtracting(sent)), ("removed", sent.subtracting(would))] {
              let examples = subscription["examples"]?[key]?.elements.compactMap { $0["event"]?.stringValue } ?? []
              #expect(examples.count == min(5, difference.count) && difference.isSuperset(of: examples))
            }
          }
          let ids = json["subscriptions"]?.elements.compactMap { $0["id"]?.stringValue }
          #expect(ids == ["all", "some", "grouped", "new", "filtered"])
        }
      }
      #expect(answered > 6)
    }
  }

  /// The set that is tried, once more.
  private static func wants(_ id: String, _ event: Event) -> Bool {
    switch id {
    case "all": event.type.name.hasPrefix("ADD_") || event.type.name.hasPrefix("USER_")
    case "some": true
    case "grouped": event.audience.isEmpty || !Set(event.audience.groups).isDisjoint(with: ["b", "c", "*"])
    case "new": event.data != Array(#"{"secretly":"2"}"#.utf8)
    default: false
    }
  }

  @Test func `the same set as the present one would send what was sent, but for what came before it`() async throws {
    try await World.run { world in
      let subscriptions = RandomWorld.subscriptions(of: "p")
      let scope = subscriptions[0].scope
      func ingest(_ id: String) async throws {
        let event = Event(
          id: id, type: EventType("ADD_BUILD"), occurredAt: World.now - .seconds(60), receivedAt: World.now, audience: Audience(["b"]),
          path: EventPath(inventory: InventoryPlace(project: "p")))
        _ = try await world.store.ingest([.event(event, Origin(door: .http, raw: []))])
      }
      try await ingest("before")
      _ = try await world.store.replace(scope, with: subscriptions, ifVersion: nil)
      try await ingest("after")
      let target = "/api/v1/events/subscriptions/project/p"
      let present = try await world.get(target, as: .admin)
      let json = try await world.send("POST", Self.target("p", "days=1"), present.text, as: .admin).json
      #expect(json["events_examined"] == 2)
      #expect(json["summary"]?["unchanged"] == 3 && json["summary"]?["added"] == 3 && json["summary"]?["removed"] == 0)
      let examples = json["subscriptions"]?.elements.first?["examples"]?["added"]?.elements ?? []
      #expect(examples.map { $0["event"] } == ["before"])
      // It was only tried.
      #expect(try await world.get(target, as: .admin)["ETag"] == present["ETag"])
      #expect(try await world.get("/api/v1/events/deliveries/", as: .admin).ids.count == 3)
    }
  }
}
