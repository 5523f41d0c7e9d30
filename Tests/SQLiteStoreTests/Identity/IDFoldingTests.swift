import Fanfare
import GRDB
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct IDFoldingTests {
  @Test func `keys get into their table however seldom events come and however often the store is opened`() async throws {
    try await withWorld { world in
      var world = world
      world.foldBounds.ids = 40
      world.foldBounds.leastIDs = 2
      var count = 0
      for day in 0..<40 {
        let store = try await world.open(TestClock())
        for _ in 0..<4 {
          _ = try await store.ingest(arrivals(count..<count + 1))
          count += 1
        }
        let copy = try await world.copied()
        try await store.close()
        if day % 2 == 0 { try await copy.replaceFiles(of: world) } else { try await copy.remove() }
      }
      let store = try await world.open(TestClock())
      let waiting = try await store.pool.read { try Int.fetchOne($0, sql: "SELECT sum(length(keys)) / 8 FROM recent_id") ?? 0 }
      #expect(try await world.ids(store).count > 80)
      #expect(waiting < 100)
      #expect(try await store.ingest(arrivals(0..<count)).fates == (1...count).map { .duplicate(sequence: Int64($0)) })
      try await store.close()
    }
  }

  @Test(arguments: [false, true]) func `no key of an event that was removed stays behind, nor comes later`(isReopened: Bool) async throws {
    try await withWorld { world in
      var world = world
      world.foldBounds.ids = 30
      world.foldBounds.leastIDs = 3
      let clock = TestClock()
      var store = try await world.open(clock)
      _ = try await store.replace(shop, with: [hook()], ifVersion: nil)
      // It stays, and those behind it go: what is left does not begin with the oldest that is left.
      _ = try await store.ingest(arrivals(0..<1))
      var count = 1
      for some in [20, 14, 3, 60, 17, 90] {
        for index in count..<count + some {
          _ = try await store.ingest([.event(event("other-\(index)", project: "other"), Origin(door: .http, raw: []))])
        }
        count += some
        if some == 90 { break }
        #expect(try await store.removeExpired(.events, before: clock.now + .seconds(1), after: 0).removed == some)
        if isReopened {
          try await store.close()
          store = try await world.open(clock)
        }
      }
      let events = try await store.pool.read { Set(try Int64.fetchAll($0, sql: "SELECT seq FROM event")) }
      let folded = try await world.ids(store)
      #expect(folded.count > 20)
      #expect(folded.allSatisfy { events.contains($0.sequence) })
      let first = Arrival.event(event("other-1", project: "other"), Origin(door: .http, raw: []))
      #expect(try await store.ingest([first]).fates == [.duplicate(sequence: 2)])
      #expect(try await store.ingest(arrivals(0..<1)).fates == [.duplicate(sequence: 1)])
      try await store.close()
    }
  }
}
