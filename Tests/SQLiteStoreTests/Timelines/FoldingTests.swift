import Fanfare
import GRDB
import RandomFixture
import StoreConformance
import Synchronization
import Testing

@testable import SQLiteStore

@Suite struct FoldingTests {
  @Test(arguments: StoreConformance<CrashingWorld>.all)
  func `indexes that are folded all the time, and break off in the middle of it, change nothing`(
    _ testCase: StoreCase<CrashingWorld>
  ) async throws {
    try await testCase.run()
  }

  @Test func `an id is known wherever it is, over commits that fail, crashes and removals`() async throws {
    let world = try await CrashingWorld.make()
    let clock = TestClock()
    var store = try await world.open(clock, defaultVisibility: .restricted)
    var random = SeededGenerator(seed: 815)
    var sequences: [String: Int64] = [:]
    for round in 0..<150 {
      let ids = (0..<Int.random(in: 1...9, using: &random)).map { _ in "id-\(Int.random(in: 0..<900, using: &random))" }
      var expected = sequences
      var fates: [IngestReceipt.Fate] = []
      for id in ids {
        fates.append(expected[id].map { .duplicate(sequence: $0) } ?? .stored(sequence: Int64(expected.count + 1)))
        expected[id] = expected[id] ?? Int64(expected.count + 1)
      }
      if round % 5 == 3 {
        await #expect(throws: Refused.self) {
          try await store.writer.perform { transaction in
            _ = try transaction.ingest(ids.map { Self.arrival($0) })
            throw Refused()
          }
        }
      } else {
        #expect(try await store.ingest(ids.map { Self.arrival($0) }).fates == fates)
        sequences = expected
      }
      if round % 40 == 20 {
        _ = try await store.removeExpired(.events, before: clock.now + .seconds(1), after: Int64(sequences.count - 20))
      }
      if round % 7 == 6 {
        try await world.close(store)
        store = try await world.open(clock, defaultVisibility: .restricted)
      }
    }
    let removed = try await store.pool.read { Set(try Int64.fetchAll($0, sql: "SELECT sequence FROM removed_event")) }
    #expect(removed.count > 10)
    for (id, sequence) in sequences {
      #expect(try await store.event(id, for: .everything)?.sequence == (removed.contains(sequence) ? nil : sequence))
    }
    #expect(try await store.event("id-nobody", for: .everything) == nil)
    let folded = try await world.world.ids(store).count
    #expect(folded > 300)
    // What was put into the table does not stay beside it.
    #expect(try await store.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM recent_id") ?? 0 } < 40)
    try await store.close()
    try await world.remove()
  }

  @Test func `who reads an old snapshot sees all of it, however much is folded meanwhile`() async throws {
    let world = try await CrashingWorld.make()
    let store = try await world.open(TestClock(), defaultVisibility: .restricted)
    for index in 0..<30 { _ = try await store.ingest([Self.arrival("before-\(index)")]) }
    let isFolded = Gate()
    async let reading: ([String], [Int64]) = store.read { db in
      // The first look makes the snapshot.
      _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM event")
      isFolded.wait()
      var listing = try EventListing(
        .everything, .everything, EventFilter(), from: .newest, size: 100, in: TimelineReader(store.writer.recent, in: db))
      return (try listing?.page().events.map(\.id) ?? [], try (0..<30).flatMap { try store.sequences(ofEvent: "before-\($0)", in: db) })
    }
    while !isFolded.isReached { await Task.yield() }
    for index in 0..<60 { _ = try await store.ingest([Self.arrival("after-\(index)")]) }
    isFolded.open()
    let (ids, sequences) = try await reading
    #expect(ids == (0..<30).reversed().map { "before-\($0)" })
    #expect(Set(sequences) == Set(1...30))
    try await store.close()
    try await world.remove()
  }

  private struct Refused: Error {}

  private static func arrival(_ id: String) -> Arrival { .event(event(id), Origin(door: .http, raw: [])) }
}
