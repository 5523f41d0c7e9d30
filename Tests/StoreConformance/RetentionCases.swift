import Fanfare
import RandomFixture
import Testing

extension RetentionStore {
  /// Removes all that is old enough, step by step.
  ///
  /// - Returns: how many were removed.
  @discardableResult
  func removeAll(_ kind: RetainedKind, before instant: Timestamp) async throws -> Int {
    var (removed, position) = (0, Int64(0))
    while true {
      let step = try await removeExpired(kind, before: instant, after: position)
      removed += step.removed
      #expect((0...1_000).contains(step.removed), "a step is small")
      if step.isAtEnd { return removed }
      try #require(step.position > position)
      position = step.position
    }
  }
}

extension StoreConformance {
  static var retentionCases: [StoreCase<World>] { [removal, numbers, followers, identity, attempts, quarantine] }

  private static func receipt(_ index: Int) -> Timestamp { Timestamp(seconds: 1_790_000_000 + Int64(index)) }

  private static var removal: StoreCase<World> {
    StoreCase("old events go with all that is theirs; the young and those with a delivery to be made are as they were") { world in
      let clock = TestClock()
      var store = try await world.open(clock, defaultVisibility: .authenticated)
      var random = SeededGenerator(seed: 4711)
      var model = try await deliverRandomEvents(600, in: store, using: &random, receivedAt: receipt)
      let before = try await store.statistics(at: clock.now)
      let pending = Set(model.deliveries.filter { $0.state.name == "scheduled" }.map { $0.task.event.sequence })
      let gone = Set((1...400).filter { !pending.contains(Int64($0)) })
      #expect(gone.count > 100 && pending.count { $0 <= 400 } > 50)
      // The deaths were told of by events of the service's own, which wait for nobody.
      let told = model.deliveries.count { $0.state.name == "dead" }
      #expect(try await store.removeAll(.events, before: receipt(400)) == gone.count + told)
      #expect(try await store.removeAll(.events, before: receipt(400)) == 0)

      let everything = model.events
      model.events = everything.enumerated().filter { !gone.contains($0.offset + 1) }.map(\.element)
      let removedDeliveries = model.deliveries.filter { gone.contains(Int($0.task.event.sequence)) }
      model.deliveries.removeAll { gone.contains(Int($0.task.event.sequence)) }
      for isReopened in [false, true] {
        if isReopened {
          try await world.close(store)
          store = try await world.open(clock, defaultVisibility: .authenticated)
        }
        let events = EventModel(events: model.events, visibility: .authenticated)
        for _ in 0..<60 {
          let (timeline, reader) = (EventModel.randomTimeline(using: &random), EventModel.randomReader(using: &random))
          let filter = EventModel.randomFilter(using: &random)
          let page = try await store.events(in: timeline, for: reader, filter: filter, page: EventPageRequest(size: 1_000))
          #expect(page.events.map(\.id) == events.ids(in: timeline, for: reader, filter), "\(timeline) \(reader) \(filter)")
          let deliveries = DeliveryModel.filters.randomElement(using: &random) ?? DeliveryFilter()
          let seen = try await store.deliveries(matching: deliveries, for: reader, page: CursorPage(size: 1_000, order: .ascending))
          let expected = model.deliveries.filter {
            DeliveryModel.fits($0, deliveries) && events.maySee(everything[Int($0.task.event.sequence) - 1], reader)
          }
          #expect(seen.elements.map(\.id) == expected.map(\.task.id), "\(reader) \(deliveries)")
        }
      }
      let dead = removedDeliveries.count { $0.state.name == "dead" }
      #expect(dead > 0)
      #expect(try await store.statistics(at: clock.now).deadDeliveries == before.deadDeliveries - dead)
      for made in removedDeliveries.prefix(20) {
        #expect(try await store.delivery(made.task.id) == nil)
        await #expect(throws: UnknownDelivery.self) { _ = try await store.requeue([made.task.id], at: clock.now) }
        // What comes late of an attempt is of no delivery.
        try await store.record([attempt(made.task, .succeeded)])
      }
      // Letters that wait for the broker are about what is gone, and stay.
      #expect(try await store.statistics(at: clock.now).outbox == before.outbox)
      #expect(try await store.oldest(.events) != nil)
      try await world.close(store)
    }
  }

  private static var numbers: StoreCase<World> {
    StoreCase("no number is given twice though the newest events are removed, over a restart with a clock that went back") { world in
      let clock = TestClock()
      var store = try await world.open(clock)
      try await store.put([hook("a")])
      let first = try await store.ingest((1...3).map { sampleEvent("e\($0)") })
      try await store.record(first.deliveries.map { attempt($0, .succeeded) })
      #expect(try await store.removeAll(.events, before: receipt(1)) == 3)
      for _ in 1...2 {
        #expect(try await store.lastSequence() == 3)
        let empty = try await store.events(for: .everything, filter: EventFilter(), from: FeedRequest(after: 0))
        #expect(empty.events.isEmpty && empty.isAtEnd)
        try await world.close(store)
        clock.advance(by: .seconds(-3_600))
        store = try await world.open(clock)
      }
      let second = try await store.ingest([sampleEvent("e4")])
      #expect(second.fates == [.stored(sequence: 4)])
      #expect(second.deliveries[0].id.ksuid > first.deliveries[2].id.ksuid)
      #expect(second.deliveries[0].id.row == first.deliveries[2].id.row + 1)
      #expect(try await store.lastSequence() == 4)
      try await world.close(store)
    }
  }

  private static var followers: StoreCase<World> {
    StoreCase("who follows along goes over the gaps, and no page begins at an event that is gone") { world in
      let store = try await world.open(TestClock())
      try await store.put([hook("a", events: [Glob("KEPT")])])
      let events = (1...300).map { index in
        var event = sampleEvent("e\(index)", type: index % 10 == 0 ? "KEPT" : "OTHER")
        event.receivedAt = receipt(index)
        return event
      }
      _ = try await store.ingest(events)
      // Every tenth waits for its delivery.
      #expect(try await store.removeAll(.events, before: receipt(250)) == 225)
      let expected = events.indices.filter { $0 >= 249 || $0 % 10 == 9 }.map { events[$0].id }
      for start in [Int64(0), 3, 10, 245] {
        var (position, ids) = (start, [String]())
        while true {
          let page = try await store.events(for: .everything, filter: EventFilter(), from: FeedRequest(after: position, events: 7))
          ids += page.events.map(\.id)
          position = page.examined
          if page.isAtEnd { break }
        }
        #expect(ids == expected.filter { Int64($0.dropFirst()) ?? 0 > start })
      }
      #expect(try await store.sequence(receivedBefore: receipt(255)) == 254)
      #expect(try await store.sequence(receivedBefore: receipt(0)) < 10)
      await #expect(throws: UnknownEvent.self) {
        _ = try await store.events(
          in: .everything, for: .everything, filter: EventFilter(), page: EventPageRequest(size: 10, from: "e7"))
      }
      #expect(try await store.event("e7", for: .everything) == nil)
      #expect(try await store.explanation(of: "e7", for: .everything) == nil)
      #expect(try await store.explanation(of: "e10", for: .everything)?.subscriptions.first?.deliveries.count == 1)
      try await world.close(store)
    }
  }

  private static var identity: StoreCase<World> {
    StoreCase("a late duplicate of an event that was removed is known as one, until its id is forgotten") { world in
      let clock = TestClock()
      var store = try await world.open(clock)
      try await store.put([hook("a")])
      let data = #"{"b":1,"a":[1.50,"x"]}"#
      let deliveries = try await store.ingest([sampleEvent("e", data: data), sampleEvent("f", isTimeGiven: false)]).deliveries
      try await store.record(deliveries.map { attempt($0, .succeeded) })
      #expect(try await store.removeAll(.events, before: receipt(1)) == 2)
      #expect(try await store.oldest(.idempotency) == clock.now)
      for _ in 1...2 {
        let respelled = sampleEvent("e", data: #"{ "a": [1.50, "\u0078"], "b": 1 }"#)
        #expect(try await store.ingest([respelled]).fates == [.duplicate(sequence: 1)])
        #expect(try await store.ingest([sampleEvent("f", at: receipt(9))]).fates == [.duplicate(sequence: 2)])
        for other in [
          sampleEvent("e", data: #"{"b":1,"a":[1.5,"x"]}"#), sampleEvent("e", type: "OTHER", data: data),
          sampleEvent("e", username: "ann", data: data), sampleEvent("e", groups: ["g"], data: data),
          sampleEvent("e", at: receipt(9), data: data), sampleEvent("e", inventory: nil, data: data), sampleEvent("e"),
        ] {
          #expect(try await store.ingest([other]).fates == [.quarantined(.conflictingEvent)], "\(other)")
          await #expect(throws: EventConflict.self) { _ = try await store.ingestAll([(other, origin())]) }
        }
        try await world.close(store)
        store = try await world.open(clock)
      }
      #expect(try await store.statistics(at: clock.now).events == 2)
      #expect(try await store.removeAll(.idempotency, before: clock.now) == 0)
      #expect(try await store.removeAll(.idempotency, before: clock.now + .seconds(1)) == 2)
      let again = try await store.ingest([sampleEvent("e", data: data)])
      #expect(again.fates == [.stored(sequence: 3)])
      #expect(again.deliveries.count == 1)
      try await world.close(store)
    }
  }

  private static var attempts: StoreCase<World> {
    StoreCase("old attempts of settled deliveries go, and none of a delivery that is still to be made") { world in
      let clock = TestClock()
      let store = try await world.open(clock)
      try await store.put([hook("a")])
      let tasks = try await store.ingest((0..<4).map { sampleEvent("e\($0)") }).deliveries
      let settled: [DeliveryState] = [.succeeded, .dead(.exhausted), .cancelled, .scheduled(at: receipt(500))]
      for (index, task) in tasks.enumerated() {
        for number in 0..<3 {
          try await store.record([
            attempt(task, number == 2 ? settled[index] : .scheduled(at: receipt(0)), at: receipt(number * 10 + index))
          ])
        }
      }
      #expect(try await store.oldest(.attempts) == receipt(0))
      clock.advance(by: .seconds(1_000))
      _ = try await store.ingest([sampleEvent("young")])
      #expect(try await store.removeAll(.attempts, before: receipt(11)) == 4)
      func numbers(_ index: Int) async throws -> [Int] { try await store.delivery(tasks[index].id)?.attempts.map(\.number) ?? [] }
      #expect(try await numbers(0) == [3])
      #expect(try await numbers(1) == [2, 3])
      #expect(try await numbers(2) == [2, 3])
      #expect(try await numbers(3) == [1, 2, 3])
      #expect(try await store.removeAll(.attempts, before: receipt(900)) == 5)
      let summary = try #require(try await store.delivery(tasks[1].id)?.summary)
      #expect(summary.attempts == 3 && summary.state == .dead(.exhausted) && summary.lastAttemptAt == nil)
      #expect(try await store.oldest(.attempts) == receipt(3))
      // Numbers go on where they were.
      #expect(try await store.requeue([tasks[1].id], at: clock.now) == 1)
      try await store.record([attempt(tasks[1], .succeeded)])
      #expect(try await numbers(1) == [4])
      #expect(try await numbers(3) == [1, 2, 3])
      try await world.close(store)
    }
  }

  private static var quarantine: StoreCase<World> {
    StoreCase("old quarantined messages go, and what the outbox has of them stays") { world in
      let clock = TestClock()
      let store = try await world.open(clock)
      for index in 0..<5 {
        let poison = Quarantined(reason: .malformedJSON, detail: "no", origin: origin("{\(index)"), receivedAt: clock.now)
        _ = try await store.ingest([.quarantined(poison)])
        clock.advance(by: .seconds(10))
      }
      let all = try await store.quarantine(page: CursorPage(size: 10, order: .ascending)).elements.map(\.id)
      #expect(try await store.removeAll(.quarantine, before: receipt(30)) == 3)
      #expect(try await store.quarantine(page: CursorPage(size: 10, order: .ascending)).elements.map(\.id) == Array(all.suffix(2)))
      #expect(try await store.quarantined(all[0]) == nil)
      #expect(try await store.statistics(at: clock.now).quarantined == 2)
      #expect(try await store.pending(limit: 10).count == 5)
      #expect(try await store.oldest(.quarantine) == receipt(30))
      #expect(try await store.removeAll(.events, before: clock.now) == 0)
      #expect(try await store.oldest(.events) == nil)
      try await world.close(store)
    }
  }
}
