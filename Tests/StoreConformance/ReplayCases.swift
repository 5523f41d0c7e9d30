import Fanfare
import RandomFixture
import Testing

extension StoreConformance {
  /// Which deliveries a replay makes.
  static var replayCases: [StoreCase<World>] {
    [
      StoreCase("what matches today goes out once more, under a new id that says of what it is one") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        // Before there was a subscription, before the range, in it, and behind it.
        _ = try await store.ingest([event("early", at: 10)])
        let entries = try await store.put([hook("a"), hook("b", events: [Glob("ADD_*")]), hook("off", isDisabled: true)])
        let first = try await store.ingest(
          [event("before", at: 9), event("in", at: 11), event("other", at: 12, type: "USER_SIGNUP"), event("behind", at: 20)]
        ).deliveries
        try await store.record(first.map { attempt($0, .succeeded, status: 204) })
        #expect(try await store.count(order(10, 20)) == 5)

        let replay = try await store.makeReplay(order(10, 20))
        #expect(replay.state == .running && replay.figures.done == 0 && !replay.figures.isCounted)
        // Not part of it: the set is fixed.
        let late = try await store.ingest([event("late", at: 13)]).deliveries
        try await store.record(late.map { attempt($0, .succeeded, status: 204) })
        let made = try await finish(replay.id, in: store, clock)

        func original(_ event: String, _ subscription: String) -> String {
          first.first { $0.event.id == event && $0.subscription.id == subscription }?.id.description ?? event
        }
        #expect(made.map { "\($0.event.id) \($0.subscription.id)" } == ["early a", "early b", "in a", "in b", "other a"])
        #expect(made.map(\.replayOf) == made.map { original($0.event.id, $0.subscription.id) })
        #expect(made.prefix(2).allSatisfy { $0.replayOf == "early" })
        #expect(Set(made.map(\.id)).isDisjoint(with: (first + late).map(\.id)))
        #expect(made.allSatisfy { $0.attemptsMade == 0 && $0.triesMade == 0 })
        #expect(made.map(\.subscription.row).allSatisfy { row in entries.contains { $0.row == row } })
        let ended = try #require(try await store.replay(replay.id))
        #expect(ended.state == .done && ended.endedAt != nil)
        #expect(ended.figures == Replay.Figures(matched: 5, isCounted: true, done: 5, succeeded: 5, dead: 0, cancelled: 0))
        #expect(try await store.runningReplays().isEmpty)
        #expect(try await store.advance(replay.id, within: ReplayLimits()) == .stopped)
        try await world.close(store)
      },

      StoreCase("an order's parts narrow a replay as a plain model has it, and the count before says how many") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        var random = SeededGenerator(seed: 4_711)
        let events = (0..<300).map { randomEvent($0, using: &random) }
        for side in SubscriptionScope.Side.allCases {
          let scope = SubscriptionScope(side: side, project: "p")
          try await store.put([hook("s", in: scope), hook("\(side)", in: scope, groups: ["g1"])], in: scope)
        }
        try await store.put(
          [hook("s", in: SubscriptionScope(side: .project, project: "q"))], in: SubscriptionScope(side: .project, project: "q"))
        try await store.record(try await store.ingest(events).deliveries.map { attempt($0, .succeeded, status: 200) })
        for order in orders() {
          let expected = events.flatMap { event in expectedPairs(event, order) }.sorted()
          #expect(try await store.count(order) == expected.count, "\(order)")
          let replay = try await store.makeReplay(order)
          let made = try await finish(replay.id, in: store, clock, limits: ReplayLimits(pending: 40, scheduled: 7))
          let pairs = made.map { "\($0.event.id) \($0.subscription.scope.side) \($0.subscription.id)" }
          #expect(pairs.sorted() == expected, "\(order)")
          let times = made.map(\.event.occurredAt)
          #expect(times == times.sorted())
        }
        // A model that matched nothing, or everything, would prove nothing.
        #expect(orders().contains { order in events.contains { !expectedPairs($0, order).isEmpty } })
        try await world.close(store)
      },

      StoreCase("dead letters are made once more whatever the filters are now, but not past the groups") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a"), hook("gone"), hook("limited", groups: ["g1", "g2"]), hook("off")])
        let start = clock.now
        let tasks = try await store.ingest([
          sampleEvent("1", groups: ["g1"]), sampleEvent("2", groups: ["g2"]), sampleEvent("3", type: "USER_SIGNUP", groups: ["g1"]),
        ]).deliveries
        try await store.record(tasks.map { attempt($0, $0.event.id == "3" && $0.subscription.id == "a" ? .succeeded : .dead(.exhausted)) })
        clock.advance(by: .seconds(100))
        let later = try await store.ingest([sampleEvent("4", groups: ["g1"])]).deliveries
        try await store.record(later.map { attempt($0, .dead(.refused)) })
        try await store.put([hook("a", events: [Glob("NONE_OF_THESE")]), hook("limited", groups: ["g1"]), hook("off", isDisabled: true)])

        var order = ReplayOrder(project: "shop", since: start, until: start + .seconds(50))
        order.isOfDeadLetters = true
        #expect(try await store.count(order) == 4)
        let replay = try await store.makeReplay(order)
        // One that is dead again, or only now, is not part of it: the set is fixed.
        #expect(try await store.requeue([tasks[0].id], at: clock.now) == 1)
        let again = try #require(try await store.claimAll(dueAt: clock.now).first { $0.id == tasks[0].id })
        try await store.record([attempt(again, .dead(.exhausted), at: clock.now + .seconds(1))])
        let made = try await finish(replay.id, in: store, clock)
        #expect(made.map { "\($0.subscription.id) \($0.event.id)" }.sorted() == ["a 2", "limited 1", "limited 3"])
        for task in made {
          let original = tasks.first { $0.event.id == task.event.id && $0.subscription.id == task.subscription.id }
          #expect(task.replayOf == original?.id.description)
          #expect(task.id != original?.id)
        }
        // Those that were repeated are as dead as they were.
        #expect(try await store.delivery(tasks[0].id)?.summary.state == .dead(.exhausted))
        order.types = [Glob("USER_*")]
        #expect(try await store.count(order) == 1)
        order.subscription = "a"
        #expect(try await store.count(order) == 0)
        try await world.close(store)
      },

      StoreCase("an order for a subscription that is not there, or one too many, is refused, and nothing is made") { world in
        let store = try await world.open(TestClock())
        try await store.put([hook("a")])
        var order = order(0, 100)
        order.subscription = "b"
        let unknown = ReplayError.unknownSubscription("b")
        await #expect(throws: unknown) { _ = try await store.count(order) }
        await #expect(throws: unknown) { _ = try await store.makeReplay(order) }
        #expect(try await store.replays(ofProjects: nil, page: CursorPage()).elements.isEmpty)
        order.subscription = nil
        var last: KSUID?
        for _ in 0..<Replay.maximumOpen { last = try await store.makeReplay(order).id }
        await #expect(throws: ReplayError.tooMany) { _ = try await store.makeReplay(order) }
        _ = try await store.change(try #require(last), .pause)
        await #expect(throws: ReplayError.tooMany) { _ = try await store.makeReplay(order) }
        _ = try await store.change(try #require(last), .cancel)
        _ = try await store.makeReplay(order)
        try await world.close(store)
      },
    ]
  }

  // MARK: Events of their own times

  private static func event(_ id: String, at second: Int64, type: String = "ADD_BUILD") -> Event {
    sampleEvent(id, type: type, at: Timestamp(seconds: second))
  }

  static func order(_ since: Int64, _ until: Int64, project: String = "shop") -> ReplayOrder {
    ReplayOrder(project: project, since: Timestamp(seconds: since), until: Timestamp(seconds: until))
  }

  private static func randomEvent(_ index: Int, using random: inout SeededGenerator) -> Event {
    func pick(_ names: [String]) -> String { names[Int.random(in: 0..<names.count, using: &random)] }
    let hasInventory = Int.random(in: 0..<4, using: &random) > 0
    let hasState = !hasInventory || Bool.random(using: &random)
    return sampleEvent(
      "e\(index)", type: pick(["ADD_BUILD", "USER_SIGNUP"]), at: Timestamp(seconds: Int64.random(in: 0..<60, using: &random)),
      username: pick(["ann", "bob"]), groups: [pick(["g1", "g2"])],
      inventory: hasInventory
        ? InventoryPlace(project: pick(["p", "q"]), application: pick(["a", "b"]), version: pick(["v1", "2"])) : nil,
      state: hasState ? StatePlace(project: pick(["p", "q"]), environment: pick(["e", "f"]), deployment: pick(["x/y", "z"])) : nil)
  }

  private static func orders() -> [ReplayOrder] {
    let changes: [(inout ReplayOrder) -> Void] = [
      { _ in }, { $0.types = [Glob("USER_*"), Glob("NEVER")] }, { $0.types = [Glob("NEVER")] }, { $0.subscription = "s" },
      { $0.subscription = "inventory" }, { $0.path.inventoryApplication = "a" },
      { ($0.path.inventoryApplication, $0.path.inventoryVersion) = ("b", "1") },
      { ($0.path.stateEnvironment, $0.path.stateDeployment) = ("f", "x/y") },
      { ($0.path.inventoryApplication, $0.path.stateEnvironment) = ("a", "e") }, { $0.path.stateProject = "q" },
      { ($0.since, $0.until) = (Timestamp(seconds: 20), Timestamp(seconds: 21)) },
    ]
    return changes.map { change in
      var order = order(0, 60, project: "p")
      change(&order)
      return order
    }
  }

  /// `event side subscription` of each delivery that a replay makes of an event, by no more than the words of the order.
  private static func expectedPairs(_ event: Event, _ order: ReplayOrder) -> [String] {
    let (inventory, state) = (event.path.inventory, event.path.state)
    func equal(_ wanted: String?, _ found: String?) -> Bool { wanted == nil || wanted == found }
    guard event.occurredAt >= order.since, event.occurredAt < order.until,
      order.types.isEmpty || order.types.contains(where: { $0.matches(event.type.name) }),
      equal(order.path.inventoryApplication, inventory?.application), equal(order.path.inventoryProject, inventory?.project),
      equal(order.path.inventoryVersion, inventory?.version.map { $0 == "v1" ? "1" : $0 }),
      equal(order.path.stateEnvironment, state?.environment), equal(order.path.stateDeployment, state?.deployment),
      equal(order.path.stateProject, state?.project)
    else { return [] }
    if order.path.inventoryApplication != nil, inventory?.project != "p" { return [] }
    if order.path.stateEnvironment != nil, state?.project != "p" { return [] }
    let sides: [(String, Bool)] = [
      ("project", inventory?.project == "p" || state?.project == "p"), ("inventory", inventory?.project == "p"),
      ("state", state?.project == "p"),
    ]
    return sides.filter(\.1).flatMap { side, _ in
      let ids: [String] = ["s"] + (event.audience.groups.contains("g1") ? [side] : [])
      return ids.filter { equal(order.subscription, $0) }.map { "\(event.id) \(side) \($0)" }
    }
  }

  // MARK: Steps

  /// Takes steps until the replay is over, and settles what they made as often as it is held.
  ///
  /// - Returns: what was made, in the order in which it came.
  @discardableResult
  static func finish(
    _ replay: KSUID, in store: World.Store, _ clock: TestClock, limits: ReplayLimits = ReplayLimits()
  ) async throws -> [DeliveryTask] {
    var made: [DeliveryTask] = []
    while true {
      let step = try await store.advance(replay, within: limits)
      if case .advanced = step { continue }
      let tasks = try await store.claimAll(dueAt: clock.now).filter { $0.replayOf != nil }
      if step == .held, tasks.isEmpty { throw StuckReplay() }
      made += tasks
      try await store.record(tasks.map { attempt($0, .succeeded, status: 204) })
      if step == .stopped { return made.sorted { $0.id < $1.id } }
    }
  }
}

struct StuckReplay: Error {}
