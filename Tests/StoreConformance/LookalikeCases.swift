import Fanfare
import Testing

// Names that look the same: with `\u{E9}` as one character, or as `e` and an accent behind it.
extension StoreConformance {
  static var lookalikeCases: [StoreCase<World>] {
    [
      StoreCase("projects whose names only look the same have sets and events of their own") { world in
        let store = try await world.open(TestClock())
        let one = SubscriptionScope(side: .project, project: "caf\u{E9}")
        let two = SubscriptionScope(side: .project, project: "cafe\u{301}")
        try await store.put([hook("a", in: one)], in: one)
        try await store.put([hook("b", in: two)], in: two)
        #expect(try await store.subscriptions(of: one).subscriptions.map(\.id) == ["a"])
        #expect(try await store.subscriptions(of: two).subscriptions.map(\.id) == ["b"])
        let tasks = try await store.ingest([
          sampleEvent("e1", inventory: InventoryPlace(project: "caf\u{E9}")),
          sampleEvent("e2", inventory: InventoryPlace(project: "cafe\u{301}")),
        ]).deliveries
        #expect(tasks.map { "\($0.event.id) \($0.subscription.id)" } == ["e1 a", "e2 b"])
        try await world.close(store)
      },

      StoreCase("who is of a group that only looks like an event's, or like its user, sees nothing of it") { world in
        let store = try await world.open(TestClock())
        let (one, two) = ("ren\u{E9}e", "rene\u{301}e")
        func event(_ id: String, _ groups: [String], by username: String? = nil, in project: String = "shop") -> Event {
          sampleEvent(id, username: username, groups: groups, inventory: InventoryPlace(project: project))
        }
        // The first of each pair is what the writer remembers when the second comes.
        _ = try await store.ingest([
          event("g1", [one]), event("g2", [two]), event("both", [two, one]), event("u1", [], by: one), event("u2", [], by: two),
          event("p1", ["all"], in: one), event("p2", ["all"], in: two),
        ])
        func ids(_ reader: Reader, _ timeline: Timeline = .everything, by username: String? = nil) async throws -> Set<String> {
          var filter = EventFilter()
          filter.username = username
          let page = try await store.events(in: timeline, for: reader, filter: filter, page: EventPageRequest(size: 100))
          return Set(page.events.map(\.id))
        }
        #expect(try await ids(.member(groups: [one], username: nil)) == ["g1", "both"])
        #expect(try await ids(.member(groups: [two], username: nil)) == ["g2", "both"])
        #expect(try await ids(.member(groups: [], username: one)) == ["u1"])
        #expect(try await ids(.member(groups: [], username: one), by: one) == ["u1"])
        #expect(try await ids(.member(groups: [], username: one), by: two) == [])
        #expect(try await ids(.everything, .inventoryProject(one)) == ["p1"])
        #expect(try await ids(.everything, .inventoryProject(two)) == ["p2"])
        #expect(try await store.event("g2", for: .member(groups: [one], username: nil)) == nil)
        try await world.close(store)
      },
    ]
  }
}
