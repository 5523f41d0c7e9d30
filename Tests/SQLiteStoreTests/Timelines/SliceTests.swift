import Fanfare
import GRDB
import RandomFixture
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct SliceTests {
  @Test func `a slice has what was put in, and an end`() throws {
    var random = SeededGenerator(seed: 1)
    for run in [RunKey(timeline: 3, audience: 0), RunKey(timeline: 3, audience: 70_000)] {
      let entries = try Self.entries(2_000, of: run, &random)
      let slices = EntrySlice.slices(of: entries, in: run)
      var read: [TimelineEntry] = []
      for slice in slices {
        #expect(slice.bytes.count <= EntrySlice.maximumBytes)
        try slice.bytes.withUnsafeBytes { try EntrySlice.decode($0, beginningAt: slice.first, of: run, into: &read) }
      }
      #expect(read.map(Facts.init) == entries.map(Facts.init))
      #expect(slices.count > 10)
    }
  }

  @Test func `what is added and removed in any order is what is read, and no two slices overlap`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      try await store.pool.write { db in
        var random = SeededGenerator(seed: 2)
        let table = try SliceTable(in: db)
        for run in [RunKey(timeline: 1, audience: 0), RunKey(timeline: 1, audience: 4), RunKey(timeline: 2, audience: 0)] {
          var all = try Self.entries(3_000, of: run, &random)
          all.shuffle(using: &random)
          var there: [TimelineEntry] = []
          while !all.isEmpty {
            let some = Array(all.prefix(Int.random(in: 1...400, using: &random)))
            all.removeFirst(some.count)
            try table.add(some.sorted { $0.position < $1.position }, to: run)
            there += some
            there.shuffle(using: &random)
            let gone = Array(there.prefix(Int.random(in: 0...100, using: &random)))
            there.removeFirst(gone.count)
            try table.remove(gone, from: run)
          }
          there.sort { $0.position < $1.position }
          let reader = try TimelineReader(store.writer.recent, in: db)
          let oldest = EntryPosition(occurredAt: .min, sequence: 0)
          #expect(try reader.entries(of: run, newerThan: oldest, limit: .max).map(Facts.init) == there.map(Facts.init))
          let some = there[there.count / 3].position
          #expect(
            try reader.entries(of: run, newerThan: some, limit: 200).map(Facts.init)
              == there[(there.count / 3 + 1)...].prefix(200).map(Facts.init))
          var backwards = try TimelineRun(timeline: run.timeline, audience: run.audience, since: .min, reader)
          var (position, count) = (EntryPosition.newest, 0)
          while let entry = try backwards.entry(atOrBefore: position) {
            count += 1
            #expect(entry.position == there[there.count - count].position)
            position = entry.position.older
          }
          #expect(count == there.count)
          try table.remove(there, from: run)
        }
        #expect(try Int.fetchOne(db, sql: "SELECT (SELECT count(*) FROM timeline_slice) + (SELECT count(*) FROM timeline_head)") == 0)
      }
      try await store.close()
    }
  }

  @Test func `a run whose newest entries were removed loses none of the others when only older ones come`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      try await store.pool.write { db in
        let table = try SliceTable(in: db)
        let run = RunKey(timeline: 1, audience: 0)
        var there = try (1...1_000).map { try Self.entry(at: Int64($0) * 1_000_000_000_000, $0) }
        let head = try (1_001...1_400).map { try Self.entry(at: Int64($0) * 1_000_000_000_000_000, $0) }
        try table.add(there, to: run)
        try table.add(head, to: run)
        // All that is in the head goes; slices behind it stay.
        let first = try Int64.fetchOne(db, sql: "SELECT seq FROM timeline_head") ?? 0
        let gone = (there + head).filter { $0.position.sequence >= first }
        try table.remove(gone, from: run)
        #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM timeline_head") == 0)
        let older = try Self.entry(at: 1_500_000_000_000, 1_401)
        try table.add([older], to: run)
        there = (there + head + [older]).filter { $0.position.sequence < first || $0.position == older.position }
        there.sort { $0.position < $1.position }
        let reader = try TimelineReader(store.writer.recent, in: db)
        let oldest = EntryPosition(occurredAt: .min, sequence: 0)
        #expect(try reader.entries(of: run, newerThan: oldest, limit: .max).map(Facts.init) == there.map(Facts.init))
        try table.remove(there, from: run)
      }
      try await store.close()
    }
  }

  @Test func `bytes that are no slice are an error, whatever they are`() throws {
    var random = SeededGenerator(seed: 3)
    let first = EntryPosition(occurredAt: 7, sequence: 7)
    for run in [RunKey(timeline: 3, audience: 0), RunKey(timeline: 3, audience: 70_000)] {
      var read = 0
      for _ in 0..<4_000 {
        let bytes = (0..<Int.random(in: 1...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        var entries: [TimelineEntry] = []
        do {
          try bytes.withUnsafeBytes { try EntrySlice.decode($0, beginningAt: first, of: run, into: &entries) }
          read += 1
          #expect(entries.allSatisfy { $0.position.sequence > 0 })
        } catch let error as SQLiteStoreError {
          #expect(error.code == .corrupt)
        }
        _ = try? bytes.withUnsafeBytes { try EntrySlice($0, beginningAt: first, of: run) }
      }
      #expect(read < 2_000)
    }
    // One that is cut off, one that does not end, and an audience that has no such number.
    for bytes: [UInt8] in [[2, 2, 4], [2, 2, 4, 0x80], Array(repeating: 0xFF, count: 30), [2, 2, 0x84, 0x80, 0x80, 0x80, 0x10, 2]] {
      var entries: [TimelineEntry] = []
      let error = #expect(throws: SQLiteStoreError.self) {
        try bytes.withUnsafeBytes {
          try EntrySlice.decode($0, beginningAt: first, of: RunKey(timeline: 3, audience: 0), into: &entries)
        }
      }
      #expect(error?.description.contains("timeline 3") == true)
    }
  }

  @Test func `a damaged slice fails who reads it and what is written to it, with its place`() async throws {
    try await withWorld { world in
      var store = try await world.open(TestClock())
      _ = try await store.ingest(arrivals(0..<5))
      try await store.close()
      store = try await world.open(TestClock())
      try await store.pool.write { try $0.execute(sql: "UPDATE timeline_head SET entries = x'000084808080100200'") }
      let error = await #expect(throws: SQLiteStoreError.self) {
        _ = try await store.events(in: .everything, for: .everything, filter: EventFilter(), page: EventPageRequest())
      }
      #expect(error?.code == .corrupt)
      #expect(error?.description.contains("timeline 1") == true)
      #expect(try await store.ingest(arrivals(5..<6)).fates == [.stored(sequence: 6)])
      try await store.close()
    }
  }

  private static func entry(at time: Int64, _ sequence: Int) throws -> TimelineEntry {
    try TimelineEntry(position: EntryPosition(occurredAt: time, sequence: Int64(sequence)), audience: 2, type: 1, flags: [])
  }

  private struct Facts: Equatable {
    let position: EntryPosition
    let audience: Int64
    let type: Int64
    let flags: EntryFlags

    init(_ entry: TimelineEntry) { (position, audience, type, flags) = (entry.position, entry.audience, entry.type, entry.flags) }
  }

  /// In order, each with a sequence of its own; times meet, lie far apart, and are before 1970.
  private static func entries(_ count: Int, of run: RunKey, _ random: inout SeededGenerator) throws -> [TimelineEntry] {
    var times = (0..<count).map { _ in Int64.random(in: -50...400, using: &random) * 1_000_000_000_000_000 }
    (times[0], times[1]) = (.min, .max)
    return try times.enumerated().map { index, time in
      try TimelineEntry(
        position: EntryPosition(occurredAt: time, sequence: Int64(index * 3 + 1)),
        audience: run.audience == 0 ? Int64.random(in: 1...100_000, using: &random) : run.audience,
        type: Int64.random(in: 1...300, using: &random), flags: Bool.random(using: &random) ? .hasDeployment : [])
    }.sorted { $0.position < $1.position }
  }
}
