import Fanfare
import Testing

/// `ordering: entity`: the deliveries of one deployment, or version, one at a time and in the order stored.
extension StoreConformance {
  static var orderingCases: [StoreCase<World>] {
    [
      StoreCase("of one entity only the earliest delivery is given out, and the next once that is settled") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([ordered("a"), hook("b", in: shopState)], in: shopState)
        let events = [("1", "web"), ("2", "db"), ("3", "web"), ("4", "web")].map { deployed($0, $1) }
        let receipt = try await store.ingest(events.map { arrival($0) })
        let tasks = receipt.deliveries.filter { $0.subscription.id == "a" }
        #expect(tasks.map(\.event.id) == ["1", "2"])
        #expect(receipt.deliveries.count { $0.subscription.id == "b" } == 4)
        #expect(try await store.claimAll(dueAt: clock.now).filter { $0.subscription.id == "a" }.map(\.event.id) == ["1", "2"])
        // One that fails holds back its own, and no other.
        #expect(try await store.record([attempt(tasks[0], .scheduled(at: clock.now + .seconds(60)))]).deliveries.isEmpty)
        #expect(try await store.record([attempt(tasks[1], .succeeded)]).deliveries.isEmpty)
        let next = try await store.record([attempt(tasks[0], .succeeded)]).deliveries
        #expect(next.map(\.event.id) == ["3"])
        #expect(next.first?.event.compact == events[2].compactJSON)
        #expect(next.first?.attemptNumber == 1)
        // What is dead holds back nothing any more.
        let last = try await store.record([attempt(next[0], .dead(.refused))]).deliveries
        #expect(last.map(\.event.id) == ["4"])
        try await world.close(store)
      },

      StoreCase("held deliveries are shown as scheduled, survive a restart, and are cancelled with their subscription") { world in
        let clock = TestClock()
        var store = try await world.open(clock)
        try await store.put([ordered("a")], in: shopState)
        _ = try await store.ingest(["1", "2", "3"].map { arrival(deployed($0, "web")) })
        try await world.close(store)
        store = try await world.open(clock)
        var filter = DeliveryFilter()
        filter.state = "scheduled"
        #expect(try await store.deliveries(matching: filter, for: .everything, page: CursorPage()).elements.count == 3)
        let task = try #require(try await store.claimAll(dueAt: clock.now).first)
        #expect(try await store.record([attempt(task, .succeeded)]).deliveries.map(\.event.id) == ["2"])
        try await store.put([], in: shopState)
        #expect(try await store.deliveries(matching: filter, for: .everything, page: CursorPage()).elements.isEmpty)
        #expect(try await store.claimAll(dueAt: clock.now).isEmpty)
        try await world.close(store)
      },

      StoreCase("a pause in the middle keeps the order, and what is no longer ordered is let go at once") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([ordered("a")], in: shopState)
        _ = try await store.ingest(["1", "2"].map { arrival(deployed($0, "web")) })
        _ = try await store.setPaused(true, subscription: "a", of: shopState)
        _ = try await store.ingest(["3"].map { arrival(deployed($0, "web")) })
        #expect(try await store.claimAll(dueAt: clock.now).isEmpty)
        _ = try await store.setPaused(false, subscription: "a", of: shopState)
        let first = try await store.claimAll(dueAt: clock.now)
        #expect(first.map(\.event.id) == ["1"])
        let second = try await store.record([attempt(first[0], .succeeded)]).deliveries
        #expect(second.map(\.event.id) == ["2"])
        // Again later, and another chance for the first: it goes behind the one that is on its way, and before the third.
        #expect(try await store.requeue([first[0].id], at: clock.now) == 1)
        #expect(try await store.claimAll(dueAt: clock.now).map(\.event.id) == ["2"])
        #expect(try await store.record([attempt(second[0], .succeeded)]).deliveries.map(\.event.id) == ["1"])
        try await store.put([hook("a", in: shopState)], in: shopState)
        #expect(Set(try await store.claimAll(dueAt: clock.now).map(\.event.id)) == ["1", "3"])
        try await world.close(store)
      },

      StoreCase("what a narrowed subscription may no longer see is cancelled, and the next of its entity goes") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([ordered("a")], in: shopState)
        _ = try await store.ingest([
          arrival(deployed("1", "web", groups: ["dev"])), arrival(deployed("2", "web", groups: ["ops"])),
        ])
        try await store.put([ordered("a", groups: ["ops"])], in: shopState)
        #expect(try await store.claimAll(dueAt: clock.now).map(\.event.id) == ["2"])
        try await world.close(store)
      },

      StoreCase("what a narrowed subscription may no longer see does not stop its entity when its turn comes") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([ordered("a")], in: shopState)
        let groups = ["ops", "dev", "dev", "ops"]
        let first = try await store.ingest(groups.enumerated().map { arrival(deployed("\($0)", "web", groups: [$1])) }).deliveries
        #expect(first.map(\.event.id) == ["0"])
        try await store.put([ordered("a", groups: ["ops"])], in: shopState)
        // Nobody would look at the table for it: the receipt has to hand it out.
        let next = try await store.record([attempt(first[0], .succeeded)]).deliveries
        #expect(next.map(\.event.id) == ["3"])
        try await world.close(store)
      },

      StoreCase("a claim that finds a delivery unwanted hands out what waited behind it, of whichever lane") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([ordered("a")], in: shopState)
        let first = try await store.ingest([
          arrival(deployed("1", "web", groups: ["dev"])), arrival(deployed("2", "web", groups: ["ops"])),
        ]).deliveries
        try await store.record([attempt(first[0], .scheduled(at: clock.now + .seconds(5)))])
        try await store.put([ordered("a", groups: ["ops"])], in: shopState)
        clock.advance(by: .seconds(10))
        let retries = Lane(subscription: first[0].subscription.row, urgency: .retry)
        let found = try await store.claim(retries, dueAt: clock.now, excluding: [], limit: 10)
        #expect(found.map(\.event.id) == ["2"] && found[0].urgency == .first)
        #expect(try await store.delivery(first[0].id)?.summary.cancelReason == .groups)
        try await world.close(store)
      },

      StoreCase("the entity is the deployment, else the version in its comparable form, else the deepest place") { _ in
        let paths = [
          EventPath(state: StatePlace(project: "p", environment: "e", deployment: "d")),
          EventPath(state: StatePlace(project: "p", environment: "e")), EventPath(state: StatePlace(project: "p", environment: "e/d")),
          EventPath(inventory: InventoryPlace(project: "p", application: "a", version: "1")),
          EventPath(inventory: InventoryPlace(project: "p", application: "a")), EventPath(inventory: InventoryPlace(project: "p")),
        ]
        #expect(Set(paths.map(\.entity)).count == paths.count)
        let version = EventPath(inventory: InventoryPlace(project: "p", application: "a", version: "v1"), state: StatePlace(project: "p"))
        #expect(version.entity == paths[3].entity)
        let both = EventPath(inventory: InventoryPlace(project: "p", application: "a", version: "1"), state: paths[0].state)
        #expect(both.entity == paths[0].entity)
      },
    ]
  }

  private static func ordered(_ id: String, groups: [String]? = nil) -> Subscription {
    Subscription(
      scope: shopState, id: id, kind: .webhook, url: "https://receiver.example/\(id)", allowedGroups: groups, ordering: .entity)
  }

  private static func deployed(_ id: String, _ deployment: String, groups: [String] = []) -> Event {
    sampleEvent(
      id, groups: groups, inventory: nil, state: StatePlace(project: "shop", environment: "live", deployment: deployment))
  }
}

private let shopState = SubscriptionScope(side: .state, project: "shop")
