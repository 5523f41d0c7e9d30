import GRDB
import RandomFixture
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct IDSliceTests {
  @Test func `what is put in and taken out in any order is found, and no row is longer than a page`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      var random = SeededGenerator(seed: 3)
      var model: Set<IDEntry> = []
      for round in 0..<12 {
        // Some keys come more than once, and one of them very often.
        let some = (0..<Int.random(in: 1...900, using: &random)).map { number in
          let key = number % 7 == 0 ? 42 : number % 5 == 0 ? Int64(number) : IDFilterTests.key(&random)
          return IDEntry(key: key, sequence: Int64.random(in: 1...5_000_000_000, using: &random))
        }
        let again = Array(model.sorted().shuffled(using: &random).prefix(50))
        let gone = round % 3 == 2 ? Array(model.sorted().shuffled(using: &random).prefix(700)) : []
        try await store.pool.write { db in
          let table = try IDSliceTable(in: db)
          try table.add((some + again).sorted())
          try table.remove((gone + [IDEntry(key: 42, sequence: -7)]).sorted())
        }
        model.formUnion(some)
        model.subtract(gone)
        #expect(try await world.ids(store) == model.sorted())
      }
      let (longest, rows) = try await store.pool.read { db in
        (
          try Int.fetchOne(db, sql: "SELECT max(length(entries)) FROM id_slice WHERE first_key <> 42") ?? 0,
          try Int.fetchOne(db, sql: "SELECT count(*) FROM id_slice") ?? 0
        )
      }
      #expect(longest <= IDSlice.maximumBytes)
      #expect(rows > 5)
      let all = model.sorted()
      let found = try await store.pool.read { db in
        let table = try IDSliceTable(in: db)
        return try all.filter { entry in
          var sequences: [Int64] = []
          try table.find(entry.key, into: &sequences)
          return sequences.contains(entry.sequence)
        }
      }
      #expect(found == all)
      try await store.pool.write { try IDSliceTable(in: $0).remove(all) }
      #expect(try await store.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM id_slice") } == 1)
      try await store.close()
    }
  }

  @Test func `bytes that nobody wrote are an error and no crash`() throws {
    var random = SeededGenerator(seed: 4)
    let entries = (1...200).map { _ in IDEntry(key: IDFilterTests.key(&random), sequence: Int64.random(in: 1...1_000_000, using: &random)) }
    let good = IDSlice.bytes(of: entries.sorted()[...], from: -(1 << 47))
    var refused = 0
    for _ in 0..<2_000 {
      var bytes = good
      for _ in 0..<3 { bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random) }
      bytes.removeLast(Int.random(in: 0...3, using: &random))
      do {
        let read = try bytes.withUnsafeBytes { try IDSlice.decode($0, from: -(1 << 47)) }
        // What can be read is written as it is.
        _ = IDSlice.bytes(of: read[...], from: -(1 << 47))
      } catch let error as SQLiteStoreError {
        #expect(error.code == .corrupt)
        refused += 1
      }
    }
    #expect(refused > 100)
  }
}
