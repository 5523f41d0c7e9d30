import Fanfare
import GRDB
import StoreConformance
import Synchronization
import Testing

@testable import SQLiteStore

@Suite struct IDFiltersTests {
  @Test(arguments: [Int.max, 1, 3 * 4_032]) func `a new filter follows one that is full, as far as there is room, and every id is known`(
    bytes: Int
  ) async throws {
    try await withWorld { world in
      var world = world
      world.foldBounds = FoldBounds(ids: 20, leastIDs: 7, filterKeys: 50, filterBytes: bytes == .max ? 1 << 30 : bytes)
      var store = try await world.open(TestClock())
      var count = 0
      for round in 1...60 {
        _ = try await store.ingest(arrivals(count..<count + round % 19))
        count += round % 19
        if round % 13 == 0 {
          // As after a crash.
          let copy = try await world.copied()
          try await store.close()
          try await copy.replaceFiles(of: world)
          store = try await world.open(TestClock())
        }
      }
      let filters = store.writer.recent.filters.withLock { $0.filters }
      #expect(bytes == .max ? filters.count > 2 : filters.count == (bytes == 1 ? 1 : 3))
      #expect(filters.reduce(0) { $0 + $1.keys } == (try await world.ids(store).count))
      // What is in the table is in a filter, and what is in neither table nor memory is nowhere.
      for entry in try await world.ids(store) { #expect(filters.contains { $0.mayContain(entry.key) }) }
      #expect(try await store.ingest(arrivals(0..<count)).fates == (1...count).map { .duplicate(sequence: Int64($0)) })
      try await store.close()
    }
  }

  @Test func `a filter of removed events is given up with the commit that says so, and not by one that fails`() async throws {
    try await withWorld { world in
      var world = world
      world.foldBounds = FoldBounds(ids: 20, leastIDs: 100, filterKeys: 50)
      let clock = TestClock()
      let store = try await world.open(clock)
      let mayCommit = Mutex(true)
      store.pool.add(
        transactionObserver: CommitWatch(willCommit: { if !mayCommit.withLock({ $0 }) { throw Refused() } }), extent: .databaseLifetime)
      var count = 0
      func grow(by some: Int) async throws {
        for _ in 0..<some {
          _ = try await store.ingest(arrivals(count..<count + 1))
          count += 1
        }
      }
      func numbers() -> [Int64] { store.writer.recent.filters.withLock { $0.filters.map(\.number) } }
      try await grow(by: 61)
      #expect(numbers() == [1])
      // The next part that is put in needs another filter, and finds that the first one has no event any more.
      #expect(try await store.removeExpired(.events, before: clock.now + .seconds(1), after: 0).removed == 61)
      try await grow(by: 19)
      mayCommit.withLock { $0 = false }
      await #expect(throws: (any Error).self) { _ = try await store.ingest(arrivals(count..<count + 1)) }
      #expect(numbers().contains(1))
      mayCommit.withLock { $0 = true }
      try await grow(by: 25)
      #expect(numbers() == [2])
      #expect(try await store.pool.read { try Int64.fetchAll($0, sql: "SELECT DISTINCT place >> 24 FROM id_filter_row") } == [2])
      #expect(try await store.ingest(arrivals(0..<count)).fates == (1...count).map { .duplicate(sequence: Int64($0)) })
      try await store.close()
    }
  }

  @Test(arguments: [
    "UPDATE recent_id SET keys = x'FFFFFFFFFFFFFF7E' || substr(keys, 9)", "UPDATE recent_id SET first_seq = 9000000000000000000",
    "UPDATE id_filter SET number = 1 << 50", "UPDATE id_filter SET capacity = 0", "UPDATE id_filter SET keys = -1",
    "UPDATE id_filter_row SET bits = x'00'",
  ]) func `what nobody wrote is refused with a sentence when the store is opened`(damage: String) async throws {
    try await withWorld { world in
      var world = world
      world.foldBounds = FoldBounds(ids: 20, leastIDs: 100, filterKeys: 50)
      let store = try await world.open(TestClock())
      for index in 0..<30 { _ = try await store.ingest(arrivals(index..<index + 1)) }
      try await store.pool.write { db in
        try db.execute(sql: "DELETE FROM recent_id WHERE first_seq < 30")
        try db.execute(sql: damage)
      }
      let copy = try await world.copied()
      try await store.close()
      try await copy.replaceFiles(of: world)
      let error = await #expect(throws: SQLiteStoreError.self) { _ = try await world.open(TestClock()) }
      #expect(error?.code == .corrupt)
    }
  }

  private struct Refused: Error {}
}
