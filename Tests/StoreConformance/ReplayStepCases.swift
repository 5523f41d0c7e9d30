import Fanfare
import Testing

extension StoreConformance {
  /// How a replay goes on, is held, is steered and is shown.
  static var replayStepCases: [StoreCase<World>] {
    [
      StoreCase("a store that is closed after each step loses no place of a replay and doubles none") { world in
        let clock = TestClock()
        var store = try await world.open(clock)
        try await store.put([hook("a"), hook("b")])
        let first = try await store.ingest((0..<57).map { sampleEvent("\($0)", at: Timestamp(seconds: Int64($0 / 3))) }).deliveries
        try await store.record(first.map { attempt($0, .succeeded, status: 204) })
        var limits = ReplayLimits(pending: 16, scheduled: 5)
        (limits.counted, limits.examined) = (10, 4)
        let replay = try await store.makeReplay(order(0, 100)).id
        var made: [DeliveryTask] = []
        var steps = 0
        while true {
          let step = try await store.advance(replay, within: limits)
          steps += 1
          try await world.close(store)
          store = try await world.open(clock)
          if step == .stopped { break }
          // Some are settled before the end, others wait in between.
          if steps % 3 == 0 || step == .held {
            let tasks = try await store.claimAll(dueAt: clock.now)
            made += tasks
            try await store.record(tasks.map { attempt($0, .succeeded, status: 204) })
          }
        }
        let rest = try await store.claimAll(dueAt: clock.now)
        made += rest
        #expect(steps > 20)
        #expect(
          made.map { "\($0.event.id) \($0.subscription.id)" }.sorted() == first.map { "\($0.event.id) \($0.subscription.id)" }.sorted())
        #expect(Set(made.map(\.id)).count == made.count)
        let figures = try #require(try await store.replay(replay)).figures
        #expect(figures.matched == 114 && figures.done == 114 && figures.pending == rest.count)
        try await world.close(store)
      },

      StoreCase("no more of a replay is under way than its limits allow") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a")])
        let first = try await store.ingest((0..<50).map { sampleEvent("\($0)") }).deliveries
        try await store.record(first.map { attempt($0, .succeeded, status: 204) })
        let limits = ReplayLimits(pending: 12, scheduled: 5)
        let replay = try await store.makeReplay(order(0, 2_000_000_000)).id
        func steps() async throws -> [ReplayStep] {
          var steps: [ReplayStep] = []
          while steps.last != .held { steps.append(try await store.advance(replay, within: limits)) }
          return steps
        }
        #expect(try await steps() == [.advanced(scheduled: 0), .advanced(scheduled: 5), .advanced(scheduled: 5), .held])
        let tasks = try await store.claimAll(dueAt: clock.now)
        #expect(tasks.count == 10)
        try await store.record([attempt(tasks[0], .scheduled(at: clock.now + .seconds(9)))])
        #expect(try await steps() == [.held])
        try await store.record([attempt(tasks[1], .succeeded, status: 204), attempt(tasks[2], .dead(.refused))])
        #expect(try await steps() == [.advanced(scheduled: 4), .held])
        let figures = try #require(try await store.replay(replay)).figures
        #expect(figures == Replay.Figures(matched: 50, isCounted: true, done: 14, succeeded: 1, dead: 1, cancelled: 0))
        try await world.close(store)
      },

      StoreCase("a paused replay sends nothing and goes on when it is resumed, and of a cancelled one nothing goes out") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a")])
        let first = try await store.ingest((0..<30).map { sampleEvent("\($0)") }).deliveries
        try await store.record(first.map { attempt($0, .succeeded, status: 204) })
        let replay = try await store.makeReplay(order(0, 2_000_000_000)).id
        let limits = ReplayLimits(pending: 12, scheduled: 10)
        for _ in 0..<2 { _ = try await store.advance(replay, within: limits) }
        #expect(try await store.change(replay, .pause)?.state == .paused)
        #expect(try await store.advance(replay, within: limits) == .stopped)
        #expect(try await store.runningReplays().isEmpty)
        #expect(try await store.claimAll(dueAt: clock.now).isEmpty)
        #expect(try await store.change(replay, .resume)?.state == .running)
        let tasks = try await store.claimAll(dueAt: clock.now)
        try #require(tasks.count == 10)
        try await store.record([
          attempt(tasks[0], .succeeded, status: 204), attempt(tasks[1], .scheduled(at: clock.now)), attempt(tasks[2], .dead(.refused)),
        ])
        // A subscription that is resumed does not resume the replay.
        _ = try await store.change(replay, .pause)
        _ = try await store.setPaused(true, subscription: "a", of: shop)
        _ = try await store.setPaused(false, subscription: "a", of: shop)
        #expect(try await store.claimAll(dueAt: clock.now).isEmpty)
        #expect(try await store.change(replay, .resume)?.state == .running)
        #expect(try await store.claimAll(dueAt: clock.now).count == 8)
        #expect(try await store.runningReplays() == [replay])
        let cancelled = try #require(try await store.change(replay, .cancel))
        #expect(cancelled.state == .cancelled && cancelled.cancelReason == nil && cancelled.endedAt != nil)
        #expect(cancelled.figures == Replay.Figures(matched: 30, isCounted: true, done: 10, succeeded: 1, dead: 1, cancelled: 8))
        #expect(try await store.claimAll(dueAt: clock.now).isEmpty)
        #expect(try await store.delivery(tasks[5].id)?.summary.cancelReason == .replay)
        // What was in flight when it was cancelled stays cancelled.
        try await store.record([attempt(tasks[5], .succeeded, status: 204)])
        #expect(try await store.delivery(tasks[5].id)?.summary.state == .cancelled)
        #expect(try await store.advance(replay, within: limits) == .stopped)
        #expect(try await store.change(replay, .cancel)?.state == .cancelled)
        for change in [Replay.Change.pause, .resume] {
          await #expect(throws: ReplayError.ended(.cancelled)) { _ = try await store.change(replay, change) }
        }
        let unknown = KSUID(timestamp: replay.timestamp, high: replay.high, low: replay.low + 1)
        #expect(try await store.change(unknown, .cancel) == nil)
        #expect(try await store.replay(unknown) == nil)
        #expect(try await store.advance(unknown, within: limits) == .stopped)
        try await world.close(store)
      },

      StoreCase("a replay ends when its subscription is removed, and one of the whole project goes on without it") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a"), hook("b")])
        let first = try await store.ingest((0..<9).map { sampleEvent("\($0)") }).deliveries
        try await store.record(first.map { attempt($0, .succeeded, status: 204) })
        var order = order(0, 2_000_000_000)
        let whole = try await store.makeReplay(order).id
        order.subscription = "b"
        let own = try await store.makeReplay(order).id
        order.subscription = "a"
        let other = try await store.makeReplay(order).id
        for _ in 0..<2 { _ = try await store.advance(own, within: ReplayLimits(pending: 10, scheduled: 3)) }
        try await store.put([hook("a")])
        let ended = try #require(try await store.replay(own))
        #expect(ended.state == .cancelled && ended.cancelReason == .removed)
        #expect(ended.figures.pending == 0 && ended.figures.cancelled == 3)
        #expect(try await store.runningReplays() == [whole, other])
        // Another entry of the same name is another subscription.
        try await store.put([hook("a"), hook("b")])
        #expect(try await store.advance(own, within: ReplayLimits()) == .stopped)
        #expect(try await finish(other, in: store, clock).count == 9)
        #expect(try await finish(whole, in: store, clock).count == 18)
        try await world.close(store)
      },

      StoreCase("replayed deliveries are listed and explained with the others, to whom their events are shown") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a"), hook("b")])
        let events = (0..<40).map { sampleEvent("\($0)", username: $0 == 3 ? "ann" : "bob", groups: [$0 % 2 == 0 ? "g0" : "g1"]) }
        let first = try await store.ingest(events).deliveries
        try await store.record(first.map { attempt($0, .succeeded, status: 204) })
        let replay = try await store.makeReplay(order(0, 2_000_000_000)).id
        let made = try await finish(replay, in: store, clock)
        let again = try await finish(try await store.makeReplay(order(0, 2_000_000_000)).id, in: store, clock)
        let ann = Reader.member(groups: ["g0"], username: "ann")
        for reader in [Reader.everything, ann] {
          let visible = (first + made + again).filter {
            reader == .everything || Int($0.event.id) ?? 0 == 3 || (Int($0.event.id) ?? 0) % 2 == 0
          }
          var filter = DeliveryFilter()
          #expect(try await walk(store, filter, for: reader, size: 7, .ascending, forwards: true) == visible.map(\.id).sorted())
          filter.replay = replay
          let replayed = visible.map(\.id).filter(Set(made.map(\.id)).contains)
          #expect(try await walk(store, filter, for: reader, size: 7, .descending, forwards: true) == replayed.sorted().reversed())
          filter.state = "dead"
          #expect(try await walk(store, filter, for: reader, size: 7, .ascending, forwards: true).isEmpty)
          filter = DeliveryFilter()
          for event in ["3", "4", "5"] {
            filter.event = event
            let expected = visible.filter { $0.event.id == event }.map(\.id)
            #expect(try await walk(store, filter, for: reader, size: 4, .ascending, forwards: true) == expected.sorted())
          }
          (filter.event, filter.subscription, filter.state) = ("4", "b", "succeeded")
          #expect(try await walk(store, filter, for: reader, size: 2, .descending, forwards: true).count == 3)
        }
        let summary = try #require(try await store.delivery(made[0].id)).summary
        #expect(summary.replay == ReplayMark(replay: replay, original: first[0].id.description))
        #expect(try await store.delivery(first[0].id)?.summary.replay == nil)
        let explained = try #require(try await store.explanation(of: "4", for: ann))
        let all = first + made + again
        #expect(
          explained.subscriptions.map { $0.deliveries.map(\.summary.id) }
            == ["a", "b"].map { id in all.filter { $0.event.id == "4" && $0.subscription.id == id }.map(\.id) })
        #expect(try await store.delivery(made[2].id, for: .member(groups: ["g9"], username: "eve")) == nil)
        var unknown = DeliveryFilter()
        unknown.replay = KSUID(timestamp: replay.timestamp, high: replay.high, low: replay.low + 9)
        #expect(try await store.deliveries(matching: unknown, page: CursorPage()).elements.isEmpty)
        try await world.close(store)
      },

      StoreCase("replays are listed by project, in both orders") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        var ids: [KSUID] = []
        for index in 0..<7 {
          clock.advance(by: .seconds(index == 3 ? -5 : 1))
          ids.append(try await store.makeReplay(order(0, 9, project: index % 2 == 0 ? "p" : "q")).id)
        }
        #expect(ids == ids.sorted())
        func list(_ projects: Set<String>?, _ page: CursorPage) async throws -> [KSUID] {
          try await store.replays(ofProjects: projects, page: page).elements.map(\.id)
        }
        #expect(try await list(nil, CursorPage()) == ids.reversed())
        #expect(try await list(["q"], CursorPage(order: .ascending)) == [ids[1], ids[3], ids[5]])
        #expect(try await list([], CursorPage()) == [])
        let page = try await store.replays(ofProjects: ["p"], page: CursorPage(size: 2, boundary: .after(ids[6])))
        #expect(page.elements.map(\.id) == [ids[4], ids[2]] && page.hasNext && page.hasPrevious)
        // A project without events has nothing to replay.
        #expect(try await finish(ids[0], in: store, clock).isEmpty)
        #expect(try await store.replay(ids[0])?.state == .done)
        try await world.close(store)
      },

      StoreCase("what is settled of a replay is told") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a")])
        let first = try await store.ingest([sampleEvent("1")]).deliveries
        try await store.record(first.map { attempt($0, .succeeded, status: 204) })
        let settled = Task {
          for await _ in store.replayedDeliveriesSettled { return true }
          return false
        }
        try await finish(try await store.makeReplay(order(0, 2_000_000_000)).id, in: store, clock)
        #expect(await settled.value)
        try await world.close(store)
      },
    ]
  }
}
