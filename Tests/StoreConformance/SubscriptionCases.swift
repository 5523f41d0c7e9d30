import Fanfare
import Testing

extension StoreConformance {
  static var subscriptionCases: [StoreCase<World>] {
    [
      StoreCase("a set is replaced as a whole and keeps its order, its rows and its secrets") { world in
        let store = try await world.open(TestClock())
        #expect(try await store.subscriptions(of: shop).version == 0)
        let first = try await store.replace(shop, with: [hook("b"), hook("a"), hook("c")], ifVersion: 0)
        #expect(first.version == 1)
        #expect(first.subscriptions.map(\.id) == ["b", "a", "c"])
        for subscription in first.subscriptions {
          let secret = try #require(subscription.secrets.first)
          #expect(subscription.secrets.count == 1)
          #expect(secret.hasPrefix("whsec_"))
          #expect(Base64.decode(secret.dropFirst(6))?.count == 32)
        }
        #expect(Set(first.subscriptions.flatMap(\.secrets)).count == 3)
        let second = try await store.replace(shop, with: [hook("c"), hook("d"), hook("b", url: "https://new.example/")], ifVersion: 1)
        #expect(second.version == 2)
        #expect(second.subscriptions.map(\.id) == ["c", "d", "b"])
        #expect(second.subscriptions[0].row == first.subscriptions[2].row)
        #expect(second.subscriptions[0].secrets == first.subscriptions[2].secrets)
        #expect(second.subscriptions[2].row == first.subscriptions[0].row)
        #expect(second.subscriptions[2].url == "https://new.example/")
        #expect(try await store.subscriptions(of: SubscriptionScope(side: .state, project: "shop")).subscriptions.isEmpty)
        // One that was removed and comes back is a new one.
        let third = try await store.replace(shop, with: [hook("a")], ifVersion: nil)
        #expect(third.subscriptions[0].row != first.subscriptions[1].row)
        #expect(third.subscriptions[0].secrets != first.subscriptions[1].secrets)
        try await world.close(store)
      },

      StoreCase("a pause is kept by a replacement that says nothing of it, and ended by one that does or that names another URL") { world in
        func draft(_ id: String, url: String = "https://ci.example/", isPaused: Bool? = nil) -> Subscription {
          Subscription(scope: shop, id: id, kind: .webhook, url: url, isPaused: isPaused ?? false, keepsPause: isPaused == nil)
        }
        let store = try await world.open(TestClock())
        let paused = try await store.put([draft("kept", isPaused: true), draft("said", isPaused: true), draft("moved", isPaused: true)])
        #expect(paused.map(\.isPaused) == [true, true, true])
        #expect(try await store.ingest([sampleEvent("a")]).deliveries.isEmpty)
        let next = try await store.put([draft("kept"), draft("said", isPaused: false), draft("moved", url: "https://new.example/")])
        #expect(next.map(\.isPaused) == [true, false, false])
        // What was parked comes back with them.
        #expect(try await Set(store.claimAll(dueAt: TestClock().now).map(\.subscription.id)) == ["said", "moved"])
        try await world.close(store)
      },

      StoreCase("a replacement that expects another version changes nothing") { world in
        let store = try await world.open(TestClock())
        try await store.put([hook("a")])
        let error = await #expect(throws: SubscriptionSetChanged.self) {
          _ = try await store.replace(shop, with: [], ifVersion: 0)
        }
        #expect(error?.version == 1)
        #expect(try await store.subscriptions(of: shop).subscriptions.map(\.id) == ["a"])
        #expect(try await store.ingest([sampleEvent("e")]).deliveries.count == 1)
        try await world.close(store)
      },

      StoreCase("deliveries of an entry that is gone are cancelled, those of a moved one go to the new place") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("goes"), hook("moves")])
        let tasks = try await store.ingest([sampleEvent("a")]).deliveries
        let set = try await store.put([hook("moves", url: "https://elsewhere.example/")])
        let claimed = try await store.claimAll(dueAt: clock.now)
        #expect(claimed.map(\.id) == [tasks[1].id])
        #expect(claimed[0].endpoint != tasks[1].endpoint)
        #expect(claimed[0].subscription.url == set[0].url)
        #expect(try await store.delivery(tasks[0].id)?.summary.state == .cancelled)
        #expect(try await store.delivery(tasks[0].id)?.summary.cancelReason == .removed)
        // What was in flight when it was cancelled does not bring it back.
        try await store.record([attempt(tasks[0], .scheduled(at: clock.now))])
        #expect(try await store.delivery(tasks[0].id)?.summary.state == .cancelled)
        try await world.close(store)
      },

      StoreCase("deliveries of a disabled entry wait until it is enabled again") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a")])
        let task = try await store.ingest([sampleEvent("e")]).deliveries[0]
        try await store.put([hook("a", isDisabled: true)])
        #expect(try await store.dueLanes().isEmpty)
        #expect(try await store.delivery(task.id)?.summary.state.name == "scheduled")
        try await store.put([hook("a")])
        #expect(try await store.claimAll(dueAt: clock.now).map(\.id) == [task.id])
        try await world.close(store)
      },
    ]
  }
}
