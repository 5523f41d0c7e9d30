import Fanfare
import Testing

extension StoreConformance {
  static var ingestCases: [StoreCase<World>] {
    [
      StoreCase("events are numbered without gaps, whatever fails in between") { world in
        let store = try await world.open(TestClock())
        let first = try await store.ingest([sampleEvent("a"), sampleEvent("b")])
        #expect(first.fates == [.stored(sequence: 1), .stored(sequence: 2)])
        await #expect(throws: EventConflict.self) {
          try await store.ingestAll([(sampleEvent("c"), origin()), (sampleEvent("a", data: "{}"), origin())])
        }
        let second = try await store.ingestAll([(sampleEvent("d"), origin()), (sampleEvent("e"), origin())])
        #expect(second.fates == [.stored(sequence: 3), .stored(sequence: 4)])
        #expect(try await store.event("c", for: .everything) == nil)
        #expect(try await store.event("d", for: .everything)?.sequence == 3)
        try await world.close(store)
      },

      StoreCase("the same event told twice is stored once, in one batch and over a restart") { world in
        let clock = TestClock()
        var store = try await world.open(clock)
        try await store.put([hook("all")])
        let event = sampleEvent("a", username: "ada", groups: ["dev"], data: #"{"n":1,"m":2}"#)
        let sameInOtherWords = sampleEvent("a", username: "ada", groups: ["dev"], data: #"{ "m":2, "n":1 }"#)
        let first = try await store.ingest([event, sameInOtherWords])
        #expect(first.fates == [.stored(sequence: 1), .duplicate(sequence: 1)])
        #expect(first.deliveries.count == 1)
        #expect(!first.hasOutbox)
        try await world.close(store)
        store = try await world.open(clock)
        let again = try await store.ingest([arrival(event, isRedelivered: true)])
        #expect(again.fates == [.duplicate(sequence: 1)])
        #expect(again.deliveries.isEmpty)
        #expect(try await store.statistics(at: clock.now).events == 1)
        try await world.close(store)
      },

      StoreCase("a time that was filled in does not make a conflict, one that was given does") { world in
        let store = try await world.open(TestClock())
        let filledIn = sampleEvent("a", at: Timestamp(seconds: 5), isTimeGiven: false)
        let filledInLater = sampleEvent("a", at: Timestamp(seconds: 9), isTimeGiven: false)
        let given = sampleEvent("b", at: Timestamp(seconds: 5))
        let givenOtherwise = sampleEvent("b", at: Timestamp(seconds: 9))
        let receipt = try await store.ingest([filledIn, filledInLater, given, givenOtherwise])
        #expect(
          receipt.fates == [
            .stored(sequence: 1), .duplicate(sequence: 1), .stored(sequence: 2), .quarantined(.conflictingEvent),
          ])
        try await world.close(store)
      },

      StoreCase("the same id with other content is quarantined raw and put into the outbox, and the first stays") { world in
        let store = try await world.open(TestClock())
        _ = try await store.ingest([sampleEvent("a", data: #"{"n":1}"#)])
        let other = sampleEvent("a", data: #"{"n":2}"#)
        let receipt = try await store.ingest([.event(other, origin("the other's bytes"))])
        #expect(receipt.fates == [.quarantined(.conflictingEvent)])
        #expect(receipt.hasOutbox)
        let kept = try #require(try await store.event("a", for: .everything))
        #expect(try Event(compact: kept).data == Array(#"{"n":1}"#.utf8))
        let entries = try await store.quarantine(page: CursorPage()).elements
        #expect(entries.count == 1)
        #expect(entries.first?.entry.origin.raw == Array("the other's bytes".utf8))
        #expect(entries.first?.entry.origin.headers == ["x-tenant": "t1"])
        #expect(entries.first?.entry.reason == .conflictingEvent)
        let message = try #require(try await store.pending(limit: 10).first)
        #expect(message.routingKey == "quarantine.conflicting_event")
        #expect(message.body == Array("the other's bytes".utf8))
        try await world.close(store)
      },

      StoreCase("each matching subscription gets one delivery, paused ones later, disabled ones none") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        let other = SubscriptionScope(side: .state, project: "other")
        try await store.put([hook("all"), hook("builds", events: [Glob("ADD_*")]), hook("off", isDisabled: true)])
        try await store.put([hook("elsewhere", in: other)], in: other)
        let receipt = try await store.ingest([sampleEvent("a"), sampleEvent("b", type: "USER_SIGNUP")])
        #expect(receipt.deliveries.map(\.subscription.id) == ["all", "builds", "all"])
        #expect(receipt.deliveries.map(\.event.id) == ["a", "a", "b"])
        #expect(receipt.deliveries.allSatisfy { $0.dueAt == clock.now && $0.attemptNumber == 1 })
        #expect(Set(receipt.deliveries.map(\.id)).count == 3)
        #expect(receipt.deliveries.map(\.id) == receipt.deliveries.map(\.id).sorted())
        try await world.close(store)
      },

      StoreCase("everything survives a restart") { world in
        let clock = TestClock()
        var store = try await world.open(clock)
        let put = try await store.put([hook("all", groups: nil), hook("builds", events: [Glob("ADD_*")])])
        let event = sampleEvent("a", username: "ada", groups: ["x", "y"], data: #"{"big":9007199254740993}"#)
        let tasks = try await store.ingest([event]).deliveries
        try await store.record([attempt(tasks[0], .scheduled(at: clock.now + .seconds(5)), body: "no")])
        let stored = try #require(try await store.event("a", for: .everything))
        try await world.close(store)

        store = try await world.open(clock)
        #expect(try await store.event("a", for: .everything) == stored)
        #expect(try Event(compact: stored) == event)
        let set = try await store.subscriptions(of: shop)
        #expect(set.version == 1)
        #expect(set.subscriptions.map(\.row) == put.map(\.row))
        #expect(set.subscriptions.map(\.secrets) == put.map(\.secrets))
        clock.advance(by: .seconds(6))
        let claimed = try await store.claimAll(dueAt: clock.now)
        #expect(Set(claimed.map(\.id)) == Set(tasks.map(\.id)))
        #expect(claimed.first { $0.id == tasks[0].id }?.triesMade == 1)
        #expect(try await store.ingest([sampleEvent("b")]).fates == [.stored(sequence: 2)])
        try await world.close(store)
      },
    ]
  }
}
