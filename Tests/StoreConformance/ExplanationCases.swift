import Fanfare
import Testing

extension StoreConformance {
  static var explanationCases: [StoreCase<World>] {
    [
      StoreCase("an explanation names every subscription of the event's projects with its verdict and what was delivered") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        let filter = Filter(path: try JSONPointer("/data/status"), isEqualTo: "failed")
        let inventory = SubscriptionScope(side: .inventory, project: "shop")
        let state = SubscriptionScope(side: .state, project: "stage")
        try await store.put([
          hook("told"), hook("other", events: [Glob("USER_*")]), hook("grouped", groups: ["ops"]), hook("off", isDisabled: true),
          Subscription(scope: shop, id: "filtered", kind: .webhook, url: "https://x.example/", filters: [filter]), hook("gone"),
        ])
        try await store.put([hook("side", in: inventory)], in: inventory)
        try await store.put([hook("stage", in: state)], in: state)
        try await store.put([hook("elsewhere")], in: SubscriptionScope(side: .state, project: "shop"))
        let event = sampleEvent("e", groups: ["dev"], state: StatePlace(project: "stage"), data: #"{"status":"fine"}"#)
        let tasks = try await store.ingest([arrival(event, isRedelivered: true)]).deliveries
        try await store.record([attempt(tasks[0], .succeeded, reason: "succeeded", status: 204)])
        try await store.put([
          hook("told"), hook("other", events: [Glob("USER_*")]), hook("grouped", groups: ["ops"]), hook("off", isDisabled: true),
          Subscription(scope: shop, id: "filtered", kind: .webhook, url: "https://x.example/", filters: [filter]), hook("new"),
        ])
        let found = try #require(try await store.explanation(of: "e", for: .everything))
        #expect(found.event.sequence == 1)
        #expect(
          found.custody
            == Custody(door: .amqp(exchange: "inventory.events", routingKey: "inventory.shop"), isRedelivered: true, committedAt: clock.now)
        )
        let verdicts = found.subscriptions.map { "\($0.scope.side)/\($0.scope.project) \($0.id) \($0.verdict)" }
        #expect(
          verdicts == [
            "project/shop told matched", "project/shop other type", "project/shop grouped groups", "project/shop off disabled",
            "project/shop filtered filter", "project/shop new later", "inventory/shop side matched", "state/stage stage matched",
            "project/shop gone matched",
          ])
        let told = found.subscriptions[0]
        #expect(told.deliveries.map(\.summary.id) == [tasks[0].id])
        #expect(told.deliveries[0].attempts.map(\.reason) == ["succeeded"])
        #expect(told.url == "https://receiver.example/told")
        let gone = try #require(found.subscriptions.last)
        #expect(gone.deliveries.map(\.summary.cancelReason) == [.removed])
        #expect(gone.reason(quoting: nil) == "it matched, and was removed since")
        try await world.close(store)
      },

      StoreCase("an explanation says since when a subscription is paused, and that it was something else") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        let pausedDraft = Subscription(scope: shop, id: "c", kind: .webhook, url: "https://x.example/", isPaused: true, keepsPause: false)
        try await store.put([hook("a"), hook("b", events: [Glob("USER_*")]), pausedDraft])
        _ = try await store.ingest([sampleEvent("e")])
        let made = clock.now
        clock.advance(by: .seconds(60))
        _ = try await store.setPaused(true, subscription: "a", of: shop)
        let paused = clock.now
        clock.advance(by: .seconds(60))
        // A new address is no other question, and a pause that goes on keeps its beginning.
        try await store.put([hook("a"), hook("b", url: "https://x.example/", events: [Glob("TEAM_*")]), pausedDraft])
        _ = try await store.ingest([sampleEvent("f")])
        try await store.put([hook("a"), hook("b", url: "https://y.example/", events: [Glob("TEAM_*")]), pausedDraft])
        let found = try #require(try await store.explanation(of: "e", for: .everything))
        #expect(found.subscriptions.map { $0.pause?.since } == [paused, nil, made])
        #expect(found.subscriptions.map(\.isChanged) == [false, true, false])
        #expect(
          found.subscriptions[1].reason(quoting: nil)
            == "it is not about events of this type; that is what it says now: it was changed after the event had come")
        #expect(try await store.explanation(of: "f", for: .everything)?.subscriptions.map(\.isChanged) == [false, false, false])
        _ = try await store.setPaused(false, subscription: "a", of: shop)
        #expect(
          try await store.explanation(of: "e", for: .everything)?.subscriptions.map(\.pause) == [nil, nil, found.subscriptions[2].pause])
        try await world.close(store)
      },

      StoreCase("a delivery is the truth, whatever became of its subscription; what was made later is known after a restart") { world in
        let clock = TestClock()
        var store = try await world.open(clock)
        try await store.put([hook("a"), hook("b", isDisabled: true)])
        _ = try await store.ingest([sampleEvent("e", groups: ["dev"])])
        try await store.put([hook("a", events: [Glob("USER_*")]), hook("b"), hook("c")])
        _ = try await store.setPaused(true, subscription: "a", of: shop)
        _ = try await store.ingest([sampleEvent("f", groups: ["dev"])])
        try await world.close(store)
        store = try await world.open(clock)
        func verdicts(_ id: String) async throws -> [SubscriptionExplanation.Verdict]? {
          try await store.explanation(of: id, for: .everything)?.subscriptions.map(\.verdict)
        }
        // Its delivery waits, as it is paused.
        #expect(try await verdicts("e") == [.paused, .later, .later])
        #expect(try await verdicts("f") == [.type, .matched, .matched])
        _ = try await store.setPaused(true, subscription: "b", of: shop)
        #expect(try await verdicts("e") == [.paused, .paused, .later])
        let told = try #require(try await store.explanation(of: "e", for: .everything)).subscriptions
        #expect(told.map(\.isChanged) == [true, true, false])
        #expect(told.map { $0.pause?.since } == [clock.now, clock.now, nil])
        let later = try #require(try await store.explanation(of: "f", for: .everything))
        #expect(later.subscriptions.map(\.isChanged) == [false, false, false])
        #expect(
          later.subscriptions[0].reason(quoting: later.subscriptions[0].clause(on: later.event)) == "the type ADD_BUILD fits none of USER_*"
        )
        let member = Reader.member(groups: ["dev"], username: nil)
        #expect(try await store.explanation(of: "e", for: member)?.subscriptions.count == 3)
        #expect(try await store.explanation(of: "e", for: .member(groups: ["ops"], username: "ann")) == nil)
        #expect(try await store.explanation(of: "never", for: member) == nil)
        try await world.close(store)
      },
    ]
  }
}
