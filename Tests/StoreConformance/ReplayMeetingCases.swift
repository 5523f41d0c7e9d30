import Fanfare
import Testing

extension StoreConformance {
  /// Replays beside what else happens to deliveries: order, requeues, retention.
  static var replayMeetingCases: [StoreCase<World>] {
    [
      StoreCase("replayed deliveries of an ordered subscription go one at a time, and hold no live one back") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([ordered])
        let events = (1...3).map { sampleEvent("\($0)", at: Timestamp(seconds: Int64($0))) }
        try await settleAll(try await store.ingest(events).deliveries, in: store)
        let replay = try await makeReplay(in: store)
        let live = try await store.ingest([sampleEvent("live")]).deliveries
        #expect(live.map(\.event.id) == ["live"])
        var replayed = try await store.claimAll(dueAt: clock.now).filter { $0.replayOf != nil }
        var order: [String] = []
        while let task = replayed.first {
          #expect(replayed.count == 1)
          order.append(task.event.id)
          replayed = try await store.record([attempt(task, .succeeded)]).deliveries
          #expect(replayed.allSatisfy { $0.urgency == .replay })
        }
        #expect(order == ["1", "2", "3"])
        #expect(try await store.replay(replay)?.figures.pending == 0)
        try await world.close(store)
      },

      StoreCase("a replay that is cancelled leaves nothing behind that would be made, whatever was requeued") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([ordered])
        let events = (1...2).map { sampleEvent("\($0)", at: Timestamp(seconds: Int64($0))) }
        try await settleAll(try await store.ingest(events).deliveries, in: store)
        let replay = try await makeReplay(in: store)
        let first = try #require(try await store.claimAll(dueAt: clock.now).first)
        #expect(try await store.record([attempt(first, .dead(.refused))]).deliveries.map(\.event.id) == ["2"])
        // It goes behind the second.
        #expect(try await store.requeue([first.id], at: clock.now) == 1)
        _ = try await store.change(replay, .cancel)
        #expect(try await store.claimAll(dueAt: clock.now).isEmpty)
        #expect(try await store.replay(replay)?.figures.pending == 0)
        try await world.close(store)
      },

      StoreCase("events that are too old go with what replays made of them, and a replay passes over them") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a")])
        let events = (1...6).map { sampleEvent("\($0)", at: Timestamp(seconds: Int64($0))) }
        try await settleAll(try await store.ingest(events).deliveries, in: store)
        let replay = try await store.makeReplay(order).id
        var limits = ReplayLimits(pending: 100, scheduled: 2)
        (limits.counted, limits.examined) = (100, 2)
        _ = try await store.advance(replay, within: limits)
        _ = try await store.advance(replay, within: limits)
        let made = try await store.claimAll(dueAt: clock.now)
        #expect(made.map(\.event.id) == ["1", "2"])
        try await store.record([attempt(made[0], .succeeded)])
        // The second waits for its replay, so it stays; the others are gone.
        #expect(try await store.removeAll(.events, before: Timestamp(seconds: 1_790_000_001)) == 5)
        while try await store.advance(replay, within: limits) != .stopped {}
        #expect(try await store.claimAll(dueAt: clock.now).map(\.event.id) == ["2"])
        #expect(try await store.replay(replay)?.figures.done == 2)
        #expect(try await store.delivery(made[0].id) == nil)
        try await world.close(store)
      },
    ]
  }

  private static var ordered: Subscription {
    Subscription(scope: shop, id: "o", kind: .webhook, url: "https://receiver.example/o", ordering: .entity)
  }

  private static var order: ReplayOrder {
    ReplayOrder(project: "shop", since: Timestamp(seconds: 0), until: Timestamp(seconds: 1_000))
  }

  /// Makes a replay of all events and takes all of its steps.
  private static func makeReplay(in store: World.Store) async throws -> KSUID {
    let replay = try await store.makeReplay(order).id
    while try await store.advance(replay, within: ReplayLimits()) != .stopped {}
    return replay
  }

  private static func settleAll(_ first: [DeliveryTask], in store: World.Store) async throws {
    var tasks = first
    while !tasks.isEmpty { tasks = try await store.record(tasks.map { attempt($0, .succeeded) }).deliveries }
  }
}
