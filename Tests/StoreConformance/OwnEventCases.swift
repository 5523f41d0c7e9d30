import Fanfare
import Testing

/// What the service tells of its own subscriptions and deliveries, and how it remembers endpoints that fail.
extension StoreConformance {
  static var ownEventCases: [StoreCase<World>] {
    [
      StoreCase("a delivery that dies is an event of its project, told to others and not to the subscription itself") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        // Who names no types is told what producers tell.
        try await store.put([hook("a"), hook("ops", events: [Glob("DELIVERY_*")]), hook("plain")])
        let task = try await store.ingest([sampleEvent("1", groups: ["dev"])]).deliveries[0]
        let receipt = try await store.record([attempt(task, .dead(.refused), reason: "http_404")])
        #expect(receipt.hasEvents && receipt.hasOutbox)
        #expect(receipt.deliveries.map(\.subscription.id) == ["ops"])
        let told = try #require(receipt.deliveries.first?.event)
        #expect(told.type == .deliveryDead && told.sequence == 2)
        let event = try Event(compact: told)
        #expect(event.audience == Audience(["dev"]) && event.username == nil)
        #expect(event.path == EventPath(inventory: InventoryPlace(project: "shop"), state: StatePlace(project: "shop")))
        let data = try JSONValue(parsing: event.data ?? [])
        #expect(data["subscription"] == "a" && data["delivery"] == .string(task.id.description) && data["event"] == "1")
        #expect(data["reason"] == "refused" && data["last_reason"] == "http_404" && data["attempts"] == .number("1"))
        #expect(data["url"] == "https://receiver.example/a")
        // It is in the trail like any other, and a death of what tells of a death is the end.
        let page = try await store.events(
          in: .stateProject("shop"), for: .member(groups: ["dev"], username: nil), filter: EventFilter(), page: EventPageRequest())
        #expect(page.events.map(\.id) == [told.id])
        let again = try await store.record([attempt(receipt.deliveries[0], .dead(.exhausted))])
        #expect(!again.hasEvents && again.hasOutbox && again.deliveries.isEmpty)
        let why = try #require(try await store.explanation(of: told.id, for: .everything)).subscriptions
        #expect(why.map { "\($0.id) \($0.verdict)" } == ["a type", "ops matched", "plain type"])
        try await world.close(store)
      },

      StoreCase("pausing and resuming are events, each once, with who did it and why") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a"), hook("b"), hook("ops", events: [Glob("SUBSCRIPTION_*")])])
        let task = try #require(try await store.ingest([sampleEvent("1")]).deliveries.first)
        let gone = try await store.record([attempt(task, .dead(.gone), reason: "http_410", pausesSubscription: true)])
        #expect(gone.deliveries.map(\.event.type).contains(.subscriptionPaused))
        _ = try await store.setPaused(true, subscription: "a", of: shop, by: "ann")
        _ = try await store.setPaused(false, subscription: "a", of: shop, by: "ann")
        _ = try await store.setPaused(false, subscription: "a", of: shop, by: "ann")
        var set = try await store.subscriptions(of: shop).subscriptions
        #expect(set[0].pausedReason == nil)
        set[0] = Subscription(scope: shop, id: "a", kind: .webhook, url: set[0].url, isPaused: true, keepsPause: false)
        _ = try await store.replace(shop, with: set, ifVersion: nil, by: "bob")
        #expect(try await store.subscriptions(of: shop).subscriptions[0].pausedReason == "by_hand")
        var filter = EventFilter()
        filter.types = [Glob("SUBSCRIPTION_*")]
        let events = try await store.events(in: .everything, for: .everything, filter: filter, page: EventPageRequest()).events
        let told = try events.reversed().map { stored in
          let event = try Event(compact: stored)
          let data = try JSONValue(parsing: event.data ?? [])
          return "\(event.type) \(data["subscription"]?.stringValue ?? "") \(data["reason"]?.stringValue ?? "") \(event.username ?? "-")"
        }
        #expect(
          told == [
            "SUBSCRIPTION_PAUSED a http_410 -", "SUBSCRIPTION_RESUMED a by_hand ann", "SUBSCRIPTION_PAUSED a by_hand bob",
          ])
        try await world.close(store)
      },

      StoreCase("how an endpoint fares is kept over a restart, and forgotten once it is well or resumed") { world in
        let clock = TestClock()
        var store = try await world.open(clock)
        let endpoint = try await endpointOfA(in: store)
        let health = EndpointHealth(failures: 11, failingSince: clock.now, probeAt: clock.now + .seconds(4), probes: 1)
        _ = try await store.record([], endpoints: [EndpointReport(endpoint: endpoint, health: health)])
        try await world.close(store)
        store = try await world.open(clock)
        #expect(try await store.endpointHealth() == [endpoint: health])
        _ = try await store.record([], endpoints: [EndpointReport(endpoint: endpoint, health: nil)])
        #expect(try await store.endpointHealth().isEmpty)
        _ = try await store.record([], endpoints: [EndpointReport(endpoint: endpoint, health: health)])
        _ = try await store.setPaused(true, subscription: "a", of: shop)
        #expect(try await store.endpointHealth() == [endpoint: health])
        _ = try await store.setPaused(false, subscription: "a", of: shop)
        #expect(try await store.endpointHealth() == [endpoint: EndpointHealth(resumedAt: clock.now)])
        try await world.close(store)
      },

      StoreCase("an endpoint that is given up pauses all of its subscriptions, whichever project's, and keeps their deliveries") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        let side = SubscriptionScope(side: .inventory, project: "shop")
        let url = "https://receiver.example/shared"
        try await store.put([hook("a", url: url), hook("b", events: [Glob("*")])])
        try await store.put([hook("c", in: side, url: url)], in: side)
        let tasks = try await store.ingest([sampleEvent("1")]).deliveries
        let endpoint = try #require(tasks.first { $0.subscription.id == "a" }?.endpoint)
        let health = EndpointHealth(failures: 99, failingSince: clock.now - .seconds(5 * 86_400), probeAt: clock.now, probes: 50)
        let receipt = try await store.record([], endpoints: [EndpointReport(endpoint: endpoint, health: health, isGivenUp: true)])
        #expect(receipt.hasEvents)
        #expect(try await store.endpointHealth().isEmpty)
        let shops = try await store.subscriptions(of: shop).subscriptions
        #expect(shops.map(\.isPaused) == [true, false] && shops[0].pausedReason == "failing")
        #expect(try await store.subscriptions(of: side).subscriptions.map(\.isPaused) == [true])
        // b is told of both; what waits is due again once somebody resumes.
        let told = receipt.deliveries.map { "\($0.event.type) \($0.subscription.id)" }
        #expect(told.filter { $0 == "SUBSCRIPTION_PAUSED b" }.count == 2)
        #expect(!told.contains("SUBSCRIPTION_PAUSED a"))
        _ = try await store.setPaused(false, subscription: "a", of: shop)
        #expect(try await store.claimAll(dueAt: clock.now).contains { $0.id == tasks.first { $0.subscription.id == "a" }?.id })
        try await world.close(store)
      },
    ]
  }

  private static func endpointOfA(in store: World.Store) async throws -> EndpointID {
    try await store.put([hook("a")])
    return try #require(try await store.ingest([sampleEvent("1")]).deliveries.first).endpoint
  }
}
