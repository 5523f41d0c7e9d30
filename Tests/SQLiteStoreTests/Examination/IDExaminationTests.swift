import Fanfare
import FoundationEssentials
import GRDB
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct IDExaminationTests {
  /// 1,201 events: the ids of 600 in their table, some of 600 others, and one that came later.
  private static func fill(_ world: SQLiteWorld, _ clock: TestClock = TestClock()) async throws -> SQLiteStore {
    let store = try await world.open(clock)
    _ = try await store.ingest(arrivals(0..<600))
    _ = try await store.ingest(arrivals(600..<1_200))
    _ = try await store.ingest(arrivals(1_200..<1_201))
    return store
  }

  private func withHalfFolded(_ body: (SQLiteWorld) async throws -> Void) async throws {
    try await withWorld { world in
      var world = world
      world.foldBounds.ids = 300
      world.foldBounds.leastIDs = 50
      world.foldBounds.filterKeys = 200
      try await body(world)
    }
  }

  private func examine(_ world: SQLiteWorld, isQuick: Bool = false) async throws -> [Finding] {
    var configuration = StoreExaminer.Configuration(path: world.path, secretKey: { _ in .sample(1) }, clock: { TestClock().now })
    configuration.isQuick = isQuick
    let examiner = try StoreExaminer(configuration)
    let findings = try await examiner.examine(.ids)
    try examiner.close()
    return findings
  }

  private func bad(_ findings: [Finding]) -> [Finding] { findings.filter { $0.severity > .ok } }

  @Test func `half folded ids give no finding, also once some are removed, and in what a crash leaves`()
    async throws
  {
    try await withHalfFolded { world in
      let clock = TestClock()
      let store = try await Self.fill(world, clock)
      let mark = try await store.pool.read { try IDMark(in: $0) }
      #expect(mark.foldedTo == 600 && mark.foldingTo == 1_200)
      let findings = try await examine(world)
      #expect(bad(findings) == [])
      let folded = try await world.ids(store).count
      #expect(folded > 600 && folded < 1_200)
      #expect(findings.first?.observation == "\(folded) events up to the mark are each found by their ids")
      _ = try await store.writer.perform { try $0.removeEvents([3, 599, 600, 601, 700, 1_199, 1_200, 1_201]) }
      #expect(try await bad(examine(world)) == [])
      let copy = try await world.copied()
      #expect(try await bad(examine(copy)) == [])
      try await copy.remove()
      try await store.close()
      #expect(try await bad(examine(world)) == [])
      #expect(try await bad(examine(world, isQuick: true)) == [])
    }
  }

  @Test func `ids give no finding while they are put into their table, and while events are removed`() async throws {
    try await withWorld { world in
      var world = world
      world.foldBounds = CrashingWorld.foldBounds
      let clock = TestClock()
      let store = try await Self.fill(world, clock)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { for index in 0..<300 { _ = try await store.ingest(arrivals(2_000 + 3 * index..<2_003 + 3 * index)) } }
        group.addTask {
          var position: Int64 = 0
          while position < 1_000 {
            position = try await store.removeExpired(.events, before: clock.now + .seconds(1), after: position).position
          }
        }
        for _ in 0..<12 { #expect(try await bad(examine(world)) == []) }
        try await group.waitForAll()
      }
      #expect(try await bad(examine(world)) == [])
      try await store.close()
    }
  }

  struct Damage: Sendable, CustomStringConvertible {
    let description: String
    let subject: String
    let says: String
    let inflict: @Sendable (Database, StoreIdentity) throws -> Void

    init(_ description: String, _ subject: String, says: String, _ inflict: @escaping @Sendable (Database, StoreIdentity) throws -> Void) {
      (self.description, self.subject, self.says, self.inflict) = (description, subject, says, inflict)
    }

    /// Of the event `number`.
    private static func entry(_ number: Int64, _ identity: StoreIdentity) -> IDEntry {
      IDEntry(key: identity.key(of: "event-\(number - 1)"), sequence: number)
    }

    private static func changeKeys(from first: Int64, in db: Database, _ change: (inout [UInt8]) -> Void) throws {
      let data = try Data.fetchOne(db, sql: "SELECT keys FROM recent_id WHERE first_seq = ?", arguments: [first])
      var keys = Array(try #require(data))
      change(&keys)
      try db.execute(sql: "UPDATE recent_id SET keys = ? WHERE first_seq = ?", arguments: [Data(keys), first])
    }

    static let all = [
      Damage("an entry is missing", "ids", says: "entries are missing of the events 7") { db, identity in
        try IDSliceTable(in: db).remove([entry(7, identity)])
      },
      Damage("an entry has another key", "ids", says: "1 entries are of no event with that id: 7") { db, identity in
        try IDSliceTable(in: db).remove([entry(7, identity)])
        try IDSliceTable(in: db).add([IDEntry(key: entry(7, identity).key ^ 1, sequence: 7)])
      },
      Damage("an event is there under two keys", "ids", says: "1 entries are of no event with that id: 7") { db, identity in
        try IDSliceTable(in: db).add([IDEntry(key: entry(7, identity).key ^ 1, sequence: 7)])
      },
      Damage("an event was removed, and its entry was not", "ids", says: "1 entries are of no event with that id: 8") { db, _ in
        try db.execute(sql: "DELETE FROM event WHERE seq = 8")
      },
      Damage("an entry is there twice", "ids", says: "there more than once are the events 9") { db, identity in
        var row = try #require(try Self.row(of: entry(9, identity).key, in: db))
        row.entries.append(entry(9, identity))
        row.entries.sort()
        try Self.write(row.entries, from: row.first, in: db)
      },
      Damage("entries are where nobody looks for them", "ids", says: "entries are missing of the events") { db, _ in
        let last = try #require(try Int64.fetchOne(db, sql: "SELECT max(first_key) FROM id_slice"))
        // The keys of a row count from its own.
        try db.execute(sql: "UPDATE id_slice SET first_key = first_key - 1000 WHERE first_key = ?", arguments: [last])
      },
      Damage("an entry is of an event that is not to be there yet", "ids", says: "beyond the mark are the events 1201") { db, identity in
        try IDSliceTable(in: db).add([entry(1_201, identity)])
      },
      Damage("the mark says that all are in", "ids", says: "entries are missing of the events") { db, _ in
        try IDMark(foldedTo: 1_200).write(in: db)
      },
      Damage("the first row is gone", "ids", says: "entries are missing of the events") { db, _ in
        try db.execute(sql: "DELETE FROM id_slice WHERE first_key = (SELECT min(first_key) FROM id_slice)")
      },
      Damage("rows cannot be read", "ids", says: "cannot be read") { db, _ in
        try db.execute(sql: "UPDATE id_slice SET entries = x'ffffff'")
      },
      Damage("a filter is gone", "id_filters", says: "the filters deny the keys of") { db, _ in
        try db.execute(sql: "DELETE FROM id_filter WHERE number = 1")
      },
      Damage("the rows of filters are gone", "id_filters", says: "the filters deny the keys of") { db, _ in
        try db.execute(sql: "DELETE FROM id_filter_row")
      },
      Damage("a bit of a filter is gone", "id_filters", says: "the filters deny the keys of") { db, identity in
        for head in try IDFilterRows.heads(in: db) {
          let place = IDFilterRows.place(of: IDFilter.row(of: entry(7, identity).key, capacity: head.capacity), ofNumber: head.number)
          guard let data = try Data.fetchOne(db, sql: "SELECT bits FROM id_filter_row WHERE place = ?", arguments: [place]) else {
            continue
          }
          var bits = Array(data)
          let index = try #require(bits.firstIndex { $0 != 0 })
          bits[index] &= bits[index] - 1
          try db.execute(sql: "UPDATE id_filter_row SET bits = ? WHERE place = ?", arguments: [Data(bits), place])
        }
      },
      Damage("no key waits", "recent_ids", says: "of 601 events no key is kept, by number: 601, 602") { db, _ in
        try db.execute(sql: "DELETE FROM recent_id")
      },
      Damage("a row of those that wait is cut", "recent_ids", says: "of 2 events no key is kept, by number: 1199, 1200") { db, _ in
        try changeKeys(from: 601, in: db) { $0.removeLast(16) }
      },
      Damage("a key that waits is another", "recent_ids", says: "1 keys are of no event with that id, by number: 602") { db, _ in
        try changeKeys(from: 601, in: db) { $0[8] ^= 1 }
      },
      Damage("a row is within another", "recent_ids", says: "rows begin within others: 700") { db, _ in
        try db.execute(sql: "INSERT INTO recent_id VALUES (700, zeroblob(8))")
      },
      Damage("a key waits of no event", "recent_ids", says: "1 keys are of no event with that id, by number: 1201") {
        db, _ in
        try db.execute(sql: "DELETE FROM event WHERE seq = 1201")
      },
    ]

    private static func row(of key: Int64, in db: Database) throws -> (first: Int64, entries: [IDEntry])? {
      try Row.fetchOne(
        db, sql: "SELECT first_key, entries FROM id_slice WHERE first_key <= ? ORDER BY first_key DESC LIMIT 1", arguments: [key]
      ).map { row in (row["first_key"], try (row["entries"] as Data).withUnsafeBytes { try IDSlice.decode($0, from: row["first_key"]) }) }
    }

    private static func write(_ entries: [IDEntry], from first: Int64, in db: Database) throws {
      try db.execute(
        sql: "UPDATE id_slice SET entries = ? WHERE first_key = ?", arguments: [Data(IDSlice.bytes(of: entries[...], from: first)), first])
    }
  }

  @Test(arguments: Damage.all) func `what was done to the ids is found and named`(_ damage: Damage) async throws {
    try await withHalfFolded { world in
      let store = try await Self.fill(world)
      let copy = try await world.copied()
      try await store.close()
      try #require(try await bad(examine(copy)) == [])
      let queue = try DatabaseQueue(path: copy.path)
      try await queue.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA foreign_keys = OFF")
        try damage.inflict(db, StoreIdentity(reading: db))
      }
      try queue.close()
      let all = try await bad(examine(copy))
      let found = all.first { $0.subject == damage.subject }
      #expect(found?.severity == .fault && found?.observation.contains(damage.says) == true, "\(all)")
      #expect(found?.advice != nil)
      try await copy.remove()
    }
  }
}
