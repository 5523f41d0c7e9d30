import Fanfare
import Testing

extension StoreConformance {
  static var quarantineCases: [StoreCase<World>] {
    [
      StoreCase("what could not be read is kept to the byte, listed, and can be released") { world in
        let clock = TestClock()
        var store = try await world.open(clock)
        let raw: [UInt8] = [0xFF, 0x00, 0x7B]
        let http = Origin(door: .http, raw: [], contentType: nil)
        let entries = [
          Quarantined(
            reason: .malformedJSON, detail: "not JSON:\nline 1 ☃",
            origin: Origin(door: origin().door, raw: raw, headers: ["a": [1, .null]]),
            receivedAt: Timestamp(seconds: 7)),
          Quarantined(reason: .tooLarge, detail: String(repeating: "long ", count: 400), origin: http, receivedAt: Timestamp(seconds: 8)),
        ]
        let receipt = try await store.ingest(entries.map { .quarantined($0) } + [arrival(sampleEvent("good"))])
        #expect(receipt.fates == [.quarantined(.malformedJSON), .quarantined(.tooLarge), .stored(sequence: 1)])
        #expect(receipt.hasOutbox)
        try await world.close(store)

        store = try await world.open(clock)
        #expect(try await store.statistics(at: clock.now).quarantined == 2)
        let page = try await store.quarantine(page: CursorPage(size: 1, order: .ascending))
        #expect(page.elements.map(\.entry) == [entries[0]])
        #expect(page.hasNext)
        let first = try #require(page.elements.first)
        let rest = try await store.quarantine(page: CursorPage(size: 1, order: .ascending, boundary: .after(first.id)))
        #expect(rest.elements.map(\.entry) == [entries[1]])
        #expect(!rest.hasNext && rest.hasPrevious)
        #expect(try await store.quarantined(first.id)?.entry == entries[0])
        #expect(try await store.quarantined(KSUID(timestamp: 1, high: 2, low: 3)) == nil)

        let messages = try await store.pending(limit: 10)
        #expect(messages.map(\.routingKey) == ["quarantine.malformed_json", "quarantine.too_large"])
        #expect(messages[0].body == raw)
        let headers = Dictionary(messages[0].headers.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        #expect(headers["x-fanfare-reason"] == "malformed_json")
        #expect(headers["x-fanfare-detail"] == "not JSON: line 1 ☃")
        #expect(headers["x-fanfare-exchange"] == "inventory.events")
        #expect(headers["x-fanfare-routing-key"] == "inventory.shop")
        #expect(messages[1].headers.allSatisfy { $0.value.utf8.count <= 255 && !$0.value.isEmpty })

        try await store.releaseFromQuarantine(first.id)
        #expect(try await store.quarantined(first.id) == nil)
        #expect(try await store.statistics(at: clock.now).quarantined == 1)
        try await world.close(store)
      },

      StoreCase("a poison message that the broker offers again is quarantined once") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        var poison = Quarantined(reason: .malformedJSON, detail: "no", origin: origin("{"), receivedAt: clock.now)
        _ = try await store.ingest([.quarantined(poison)])
        poison.origin.isRedelivered = true
        #expect(try await store.ingest([.quarantined(poison)]).fates == [.quarantined(.malformedJSON)])
        #expect(try await store.statistics(at: clock.now).quarantined == 1)
        #expect(try await store.pending(limit: 10).count == 1)
        try await world.close(store)
      },

      StoreCase("the outbox hands out the oldest first and never uses an id twice") { world in
        let clock = TestClock()
        var store = try await world.open(clock)
        func poison(_ text: String) -> Arrival {
          .quarantined(Quarantined(reason: .malformedJSON, detail: "no", origin: origin(text), receivedAt: clock.now))
        }
        _ = try await store.ingest([poison("1"), poison("2"), poison("3")])
        let messages = try await store.pending(limit: 2)
        #expect(messages.map(\.body) == [Array("1".utf8), Array("2".utf8)])
        let all = try await store.pending(limit: 10).map(\.id)
        try await store.remove(all)
        try await world.close(store)
        store = try await world.open(clock)
        _ = try await store.ingest([poison("4")])
        // A confirm that comes late.
        try await store.remove(all)
        #expect(try await store.pending(limit: 10).map(\.body) == [Array("4".utf8)])
        try await world.close(store)
      },

      StoreCase("statistics count what is due, how long it waits, and what came in") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a"), hook("b")])
        let tasks = try await store.ingest((1...5).map { sampleEvent("\($0)") }).deliveries
        try await store.record([attempt(tasks[0], .scheduled(at: clock.now + .seconds(60))), attempt(tasks[1], .succeeded)])
        clock.advance(by: .seconds(9))
        let statistics = try await store.statistics(at: clock.now)
        #expect(statistics.events == 5)
        #expect(statistics.due == 8)
        #expect(statistics.oldestDueAge == .seconds(9))
        let later = try await store.statistics(at: clock.now + .seconds(60))
        #expect(later.due == 9)
        #expect(await store.health().isReady)
        try await world.close(store)
      },
    ]
  }
}
