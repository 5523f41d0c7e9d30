import Fanfare
import RandomFixture
import Testing

extension StoreConformance {
  static var requeueCases: [StoreCase<World>] {
    [
      StoreCase("requeued deliveries are due at once with a fresh schedule and keep their attempts") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a")])
        let tasks = try await store.ingest((1...4).map { sampleEvent("\($0)") }).deliveries
        try await store.record([
          attempt(tasks[0], .dead(.exhausted)), attempt(tasks[1], .succeeded, status: 200),
          attempt(tasks[2], .scheduled(at: clock.now + .seconds(3_600)), counts: false), attempt(tasks[3], .dead(.refused)),
        ])
        clock.advance(by: .seconds(1))
        let ids = tasks[0...2].map(\.id)
        #expect(try await store.requeue(ids, at: clock.now) == 3)
        let claimed = try await store.claimAll(dueAt: clock.now)
        #expect(claimed.map(\.id) == ids)
        #expect(claimed.allSatisfy { $0.attemptsMade == 1 && $0.triesMade == 0 && $0.throttles == 0 && $0.dueAt == clock.now })
        #expect(try await store.statistics(at: clock.now).deadDeliveries == 1)
        try await store.record(claimed.map { attempt($0, .succeeded, status: 200) })
        #expect(try await store.delivery(ids[0])?.attempts.map(\.number) == [1, 2])
        try await world.close(store)
      },

      StoreCase("requeueing an unknown delivery changes nothing") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a")])
        let tasks = try await store.ingest([sampleEvent("1")]).deliveries
        try await store.record([attempt(tasks[0], .dead(.exhausted))])
        let known = tasks[0].id.ksuid
        for unknown in [
          KSUID(timestamp: known.timestamp, high: known.high, low: known.low + 1),
          KSUID(timestamp: known.timestamp, high: known.high &+ 1, low: known.low),
          KSUID(timestamp: known.timestamp + 1, high: known.high, low: known.low),
        ] {
          let error = await #expect(throws: UnknownDelivery.self) {
            _ = try await store.requeue([tasks[0].id, DeliveryID(unknown)], at: clock.now)
          }
          #expect(error?.id == DeliveryID(unknown))
          #expect(try await store.delivery(DeliveryID(unknown)) == nil)
        }
        #expect(try await store.dueLanes().isEmpty)
        #expect(try await store.delivery(tasks[0].id)?.summary.state == .dead(.exhausted))
        try await world.close(store)
      },

      StoreCase("all that match a filter are requeued, but not those of subscriptions that are gone") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a"), hook("b")])
        let tasks = try await store.ingest((1...5).map { sampleEvent("\($0)") }).deliveries
        try await store.record(tasks.map { attempt($0, $0.event.id == "5" ? .succeeded : .dead(.exhausted)) })
        try await store.put([hook("a")])
        var filter = DeliveryFilter()
        filter.state = "dead"
        #expect(try await store.requeue(matching: filter, at: clock.now) == 4)
        #expect(try await store.claimAll(dueAt: clock.now).map(\.event.id) == ["1", "2", "3", "4"])
        #expect(try await store.deliveries(matching: filter, page: CursorPage()).elements.map(\.subscriptionID) == ["b", "b", "b", "b"])
        filter.state = "unheard_of"
        #expect(try await store.requeue(matching: filter, at: clock.now) == 0)
        try await world.close(store)
      },
    ]
  }

  static var listingCases: [StoreCase<World>] {
    [
      StoreCase("deliveries are listed by every filter, in both orders, with cursors both ways, as a plain model lists them") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        let other = SubscriptionScope(side: .inventory, project: "other")
        try await store.put([hook("a"), hook("b")])
        try await store.put([hook("a", in: other)], in: other)
        var random = SeededGenerator(seed: 11)
        var made: [DeliveryTask] = []
        var createdAt: [DeliveryID: Timestamp] = [:]
        for index in 0..<60 {
          // A clock that stands, moves, and once steps back.
          clock.advance(by: index == 30 ? .seconds(-20) : .seconds(Int.random(in: 0...1, using: &random)))
          let project = Bool.random(using: &random) ? "shop" : "other"
          let tasks = try await store.ingest([sampleEvent("e\(index)", inventory: InventoryPlace(project: project))]).deliveries
          made += tasks
        }
        let states: [DeliveryState] = [.succeeded, .dead(.exhausted), .cancelled, .scheduled(at: clock.now)]
        try await store.record(made.enumerated().map { attempt($1, states[$0 % 4]) })
        for task in made { createdAt[task.id] = try #require(try await store.delivery(task.id)).summary.createdAt }

        #expect(made.map(\.id) == made.map(\.id).sorted())
        let middle = try #require(createdAt[made[made.count / 2].id])
        for filter in filters(around: middle) {
          let expected = made.enumerated().filter { fits($1, states[$0 % 4], filter, createdAt) }.map(\.element.id)
          for size in [1, 4, 100] {
            #expect(try await walk(store, filter, size: size, .descending, forwards: true) == expected.reversed())
            #expect(try await walk(store, filter, size: size, .ascending, forwards: true) == expected)
            #expect(try await walk(store, filter, size: size, .descending, forwards: false) == expected.reversed())
            #expect(try await walk(store, filter, size: size, .ascending, forwards: false) == expected)
          }
        }
        try await world.close(store)
      },

      StoreCase("a summary names the event, the subscription and a place without secrets") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a"), hook("s", url: "https://hooks.slack.example/services/T0/B0/secret", kind: .slack)])
        let tasks = try await store.ingest([sampleEvent("1", type: "USER_SIGNUP")]).deliveries
        let page = try await store.deliveries(matching: DeliveryFilter(), page: CursorPage(order: .ascending))
        #expect(page.elements.map(\.id) == tasks.map(\.id))
        #expect(page.elements.map(\.url) == ["https://receiver.example/a", "https://hooks.slack.example/…"])
        #expect(page.elements.map(\.kind) == [.webhook, .slack])
        #expect(page.elements.allSatisfy { $0.scope == shop && $0.eventID == "1" && $0.eventType == EventType("USER_SIGNUP") })
        #expect(page.elements.allSatisfy { $0.createdAt == clock.now && $0.lastAttemptAt == nil && $0.attempts == 0 })
        #expect(page.elements.allSatisfy { $0.state == .scheduled(at: clock.now) })
        try await world.close(store)
      },

      StoreCase("a cursor that names nothing still has its place, and an empty page says what is around it") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a")])
        let ids = try await store.ingest((1...3).map { sampleEvent("\($0)") }).deliveries.map(\.id.ksuid)
        let least = KSUID(timestamp: 0, high: 0, low: 0)
        let greatest = KSUID(timestamp: .max, high: .max, low: .max)
        func page(_ size: Int, _ boundary: CursorPage.Boundary?, _ order: CursorPage.Order = .ascending) async throws -> Page<
          DeliverySummary
        > {
          try await store.deliveries(matching: DeliveryFilter(), page: CursorPage(size: size, order: order, boundary: boundary))
        }
        let all = try await page(5, .after(least))
        #expect(all.elements.count == 3 && !all.hasPrevious && !all.hasNext)
        let none = try await page(5, .after(greatest))
        #expect(none.elements.isEmpty && none.hasPrevious && !none.hasNext)
        let middle = try await page(1, .after(ids[0]))
        #expect(middle.elements.map(\.id.ksuid) == [ids[1]] && middle.hasPrevious && middle.hasNext)
        let first = try await page(5, .before(ids[1]))
        #expect(first.elements.map(\.id.ksuid) == [ids[0]] && !first.hasPrevious && first.hasNext)
        let empty = try await page(0, nil)
        #expect(empty.elements.isEmpty && empty.hasNext)
        let downwards = try await page(5, .after(KSUID(timestamp: ids[2].timestamp, high: .max, low: 0)), .descending)
        #expect(downwards.elements.map(\.id.ksuid) == ids.reversed())
        try await world.close(store)
      },
    ]
  }

  private static func filters(around instant: Timestamp) -> [DeliveryFilter] {
    var filters = [DeliveryFilter()]
    func add(_ change: (inout DeliveryFilter) -> Void) {
      var filter = DeliveryFilter()
      change(&filter)
      filters.append(filter)
    }
    for state in ["succeeded", "dead", "cancelled", "scheduled"] {
      add { $0.state = state }
      add { ($0.state, $0.project) = (state, "shop") }
      add { ($0.state, $0.subscription, $0.until) = (state, "a", instant) }
    }
    add { $0.project = "other" }
    add { $0.subscription = "a" }
    add { ($0.project, $0.subscription) = ("shop", "b") }
    add { $0.project = "nobody" }
    add { $0.event = "e7" }
    add { ($0.event, $0.subscription) = ("e7", "a") }
    add { $0.event = "unknown" }
    add { $0.since = instant }
    add { $0.until = instant }
    add { ($0.since, $0.until) = (instant, instant + .seconds(2)) }
    return filters
  }

  private static func fits(
    _ task: DeliveryTask, _ state: DeliveryState, _ filter: DeliveryFilter, _ createdAt: [DeliveryID: Timestamp]
  ) -> Bool {
    guard let created = createdAt[task.id] else { return false }
    return (filter.project == nil || filter.project == task.subscription.scope.project)
      && (filter.subscription == nil || filter.subscription == task.subscription.id)
      && (filter.state == nil || filter.state == state.name) && (filter.event == nil || filter.event == task.event.id)
      && (filter.since.map { created >= $0 } ?? true) && (filter.until.map { created < $0 } ?? true)
  }

  /// Reads all pages from the first on, or from the last back, and checks what each says of its neighbours.
  static func walk(
    _ store: World.Store, _ filter: DeliveryFilter, for reader: Reader = .everything, size: Int, _ order: CursorPage.Order, forwards: Bool
  ) async throws -> [DeliveryID] {
    let ends = (least: KSUID(timestamp: 0, high: 0, low: 0), greatest: KSUID(timestamp: .max, high: .max, low: .max))
    var boundary: CursorPage.Boundary? = forwards ? nil : .before(order == .ascending ? ends.greatest : ends.least)
    var found: [DeliveryID] = []
    while true {
      let page = try await store.deliveries(
        matching: filter, for: reader, page: CursorPage(size: size, order: order, boundary: boundary))
      let ids = page.elements.map(\.id)
      #expect(ids.count <= size)
      #expect((forwards ? page.hasPrevious : page.hasNext) == !found.isEmpty)
      found = forwards ? found + ids : ids + found
      guard forwards ? page.hasNext : page.hasPrevious, let first = ids.first, let last = ids.last else { return found }
      boundary = forwards ? .after(last.ksuid) : .before(first.ksuid)
    }
  }
}
