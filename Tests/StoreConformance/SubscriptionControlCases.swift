import Fanfare
import Testing

extension StoreConformance {
  static var subscriptionControlCases: [StoreCase<World>] {
    [
      StoreCase("a paused entry's deliveries wait and are due again when it is resumed; both are done once") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a"), hook("b")])
        let before = try await store.ingest([sampleEvent("1")]).deliveries
        let version = try await store.subscriptions(of: shop).version
        for _ in 1...2 {
          #expect(try await store.setPaused(true, subscription: "a", of: shop)?.isPaused == true)
          #expect(try await store.subscriptions(of: shop).version == version + 1)
        }
        let meanwhile = try await store.ingest([sampleEvent("2")]).deliveries
        #expect(meanwhile.map(\.subscription.id) == ["b"])
        #expect(try await store.claimAll(dueAt: clock.now).map(\.subscription.id) == ["b", "b"])
        for _ in 1...2 {
          #expect(try await store.setPaused(false, subscription: "a", of: shop)?.isPaused == false)
          #expect(try await store.subscriptions(of: shop).version == version + 2)
        }
        let claimed = try await store.claimAll(dueAt: clock.now).filter { $0.subscription.id == "a" }
        #expect(claimed.map(\.event.id) == ["1", "2"])
        #expect(claimed.first?.id == before[0].id)
        #expect(try await store.setPaused(true, subscription: "c", of: shop) == nil)
        #expect(try await store.setPaused(true, subscription: "a", of: SubscriptionScope(side: .state, project: "shop")) == nil)
        try await world.close(store)
      },

      StoreCase("a rotated secret is new, and those before are valid to their end, over a restart and a replacement of the set") { world in
        let clock = TestClock()
        let start = clock.now
        var store = try await world.open(clock)
        let first = try #require(try await store.put([hook("a"), hook("b")])[0].secrets.first)
        func rotate() async throws -> Subscription {
          let end = clock.now + .seconds(100)
          return try #require(
            try await store.rotateSecret(ofSubscription: "a", of: shop, keepingOldUntil: end, at: clock.now))
        }
        let second = try await rotate()
        let secondSecret = try #require(second.secrets.first)
        #expect(secondSecret.hasPrefix("whsec_") && Base64.decode(secondSecret.dropFirst(6))?.count == 32)
        #expect(second.secrets.count == 1 && second.secrets != [first])
        #expect(second.retiredSecrets == [RetiredSecret(secret: first, endsAt: start + .seconds(100))])
        clock.advance(by: .seconds(60))
        let third = try await rotate()
        #expect(third.activeSecrets(at: clock.now) == [third.secrets[0], secondSecret, first])
        #expect(third.activeSecrets(at: start + .seconds(100)) == [third.secrets[0], secondSecret])
        #expect(third.activeSecrets(at: start + .seconds(160)) == third.secrets)
        try await world.close(store)

        store = try await world.open(clock)
        let read = try await store.subscriptions(of: shop).subscriptions
        #expect(read[0].secrets == third.secrets && read[0].retiredSecrets == third.retiredSecrets)
        #expect(read[1].retiredSecrets.isEmpty)
        let kept = try await store.put([hook("a", url: "https://new.example/"), hook("b")])[0]
        #expect(kept.secrets == third.secrets && kept.retiredSecrets == third.retiredSecrets)
        clock.advance(by: .seconds(60))
        // The first one's time is over: it is dropped.
        #expect(try await rotate().retiredSecrets.map(\.secret) == [third.secrets[0], secondSecret])
        // None is good longer than the caller now wants.
        let short = try await store.rotateSecret(ofSubscription: "a", of: shop, keepingOldUntil: clock.now + .seconds(1), at: clock.now)
        #expect(short?.retiredSecrets.allSatisfy { $0.endsAt <= clock.now + .seconds(1) } == true)
        #expect(try await store.rotateSecret(ofSubscription: "c", of: shop, keepingOldUntil: start, at: start) == nil)
        let scheduled = try await store.ingest([sampleEvent("e")]).deliveries[0]
        #expect(scheduled.subscription.activeSecrets(at: clock.now).count == 4)
        try await world.close(store)
      },

      StoreCase("no more retired secrets are kept than a webhook has room for signatures") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a")])
        var made: [String] = []
        for _ in 1...15 {
          let rotated = try await store.rotateSecret(
            ofSubscription: "a", of: shop, keepingOldUntil: clock.now + .seconds(10), at: clock.now)
          made.insert(try #require(rotated?.secrets.first), at: 0)
        }
        let subscription = try #require(try await store.subscriptions(of: shop).subscriptions.first)
        #expect(subscription.activeSecrets(at: clock.now) == Array(made.prefix(1 + Subscription.maximumRetiredSecrets)))
        try await world.close(store)
      },
    ]
  }
}
