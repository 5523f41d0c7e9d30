import Fanfare
import GRDB
import Glibc
import StoreConformance
import Synchronization
import Testing

@testable import SQLiteStore

@Suite struct WriterTests {
  private struct Refused: Error {}

  @Test func `commands that wait together share one commit, and one that fails fails alone`() async throws {
    try await withWorld { world in
      // A clock that moves whenever it is read: it is read once a transaction.
      let clock = TestClock()
      let ticking = SQLiteStoreConfiguration(directory: world.directory, secretKey: { _ in .sample(1) }) {
        clock.advance(by: .seconds(1))
        return clock.now
      }
      let store = try SQLiteStore.open(ticking)
      _ = try await store.replace(shop, with: [hook()], ifVersion: nil)
      let gate = Gate()
      let seen = Seen()
      async let blocked: Void = store.writer.perform { _ in gate.wait() }
      while !gate.isReached { await Task.yield() }
      // These queue up behind the closed gate; each says in which transaction it ran.
      let results = await withTaskGroup(of: (Int, Bool).self) { group in
        for index in 0..<6 {
          group.addTask {
            do {
              try await store.writer.perform { transaction in
                seen.add(transaction.now)
                _ = try transaction.ingest(arrivals(index * 10..<index * 10 + 10))
                if index == 2 { throw Refused() }
              }
              return (index, true)
            } catch {
              return (index, !(error is Refused))
            }
          }
        }
        while store.writer.waiting < 6 { await Task.yield() }
        gate.open()
        var results: [Int: Bool] = [:]
        for await (index, isStored) in group { results[index] = isStored }
        return results
      }
      try await blocked
      #expect(results == [0: true, 1: true, 2: false, 3: true, 4: true, 5: true])
      // Each ran at least once; all in the same transaction.
      #expect(seen.times.count >= 6)
      #expect(Set(seen.times).count == 1)
      for index in 0..<60 {
        #expect(try await store.event("event-\(index)", for: .everything) == nil ? index / 10 == 2 : index / 10 != 2)
      }
      // What the failed one had been given is given to others, without a gap.
      let sequences = try await store.pool.read { try Int64.fetchAll($0, sql: "SELECT seq FROM event ORDER BY seq") }
      #expect(sequences == Array(1...50))
      let deliveries = try await store.pool.read { try Int64.fetchAll($0, sql: "SELECT row FROM delivery ORDER BY row") }
      #expect(deliveries == Array(1...50))
      try await store.close()
    }
  }

  @Test func `what a failed command had looked up or made is forgotten`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      let novel = Event(
        id: "novel", type: EventType("NEW_TYPE"), occurredAt: Timestamp(seconds: 1), receivedAt: Timestamp(seconds: 1), username: "ada",
        audience: Audience(["dev"]),
        path: EventPath(inventory: InventoryPlace(project: "p", application: "a"), state: StatePlace(project: "s")))
      let origin = Origin(door: .amqp(exchange: "x", routingKey: "k"), raw: [])
      await #expect(throws: Refused.self) {
        try await store.writer.perform { transaction in
          _ = try transaction.ingest([.event(novel, origin)])
          var random = SystemRandomNumberGenerator()
          _ = try transaction.replace(shop, with: [hook()], ifVersion: nil, by: nil, using: &random)
          throw Refused()
        }
      }
      #expect(try await store.subscriptions(of: shop).version == 0)
      #expect(try await store.ingest([.event(novel, origin)]).fates == [.stored(sequence: 1)])
      for timeline in Timeline.all(of: novel) {
        let page = try await store.events(in: timeline, for: .everything, filter: EventFilter(), page: EventPageRequest())
        #expect(page.events.map(\.id) == ["novel"])
      }
      let member = Reader.member(groups: ["dev"], username: nil)
      #expect(try await store.event("novel", for: member)?.type == EventType("NEW_TYPE"))
      try await store.close()
    }
  }

  @Test func `when the commit fails every caller gets the error, nothing is stored, and the next one goes well`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.ingest(arrivals(0..<3))
      // A transaction that is gone when it should be committed, as after a full disk.
      let error = await #expect(throws: SQLiteStoreError.self) {
        try await store.writer.perform { transaction in
          _ = try transaction.ingest(arrivals(3..<6))
          try transaction.db.execute(sql: "ROLLBACK")
          throw DatabaseError(resultCode: .SQLITE_FULL)
        }
      }
      #expect(error?.shortage == .diskFull)
      #expect(
        store.writer.failure.withLock { $0?.reason }
          == "a commit failed, and none as large went well since: the store failed: database or disk is full")
      #expect(try await store.ingest(arrivals(6..<7)).fates == [.stored(sequence: 4)])
      #expect(await store.health().isReady)
      #expect(try await store.event("event-4", for: .everything) == nil)
      try await store.close()
    }
  }

  @Test func `a disk that is well again is noticed without anybody writing, and is looked at once a second`() async throws {
    try await withWorld { world in
      let clock = TestClock()
      let store = try await world.open(clock)
      func fail() async {
        await #expect(throws: SQLiteStoreError.self) {
          try await store.writer.perform { _ in throw DatabaseError(resultCode: .SQLITE_FULL) }
        }
        #expect(store.writer.failure.withLock { $0 } != nil)
      }
      await fail()
      #expect(await store.health().isReady)
      await fail()
      #expect(await store.health().isReady == false)
      clock.advance(by: .seconds(1))
      #expect(await store.health().isReady)
      try await store.close()
    }
  }

  @Test func `neither a smaller commit than the one that failed nor a probe without room makes the store ready again`() async throws {
    try await withWorld { world in
      let clock = TestClock()
      let store = try await world.open(clock)
      // More than any disk has.
      let bytes = 1 << 60
      await #expect(throws: SQLiteStoreError.self) {
        try await store.writer.perform(bytes: bytes) { _ in throw DatabaseError(resultCode: .SQLITE_FULL) }
      }
      for index in 0..<3 {
        #expect(try await store.ingest(arrivals(index..<index + 1)).fates == [.stored(sequence: Int64(index) + 1)])
        clock.advance(by: .seconds(1))
        #expect(await store.health().isReady == false)
      }
      // Of a smaller one that fails meanwhile neither.
      await #expect(throws: SQLiteStoreError.self) {
        try await store.writer.perform(bytes: 1) { _ in throw DatabaseError(resultCode: .SQLITE_FULL) }
      }
      clock.advance(by: .seconds(1))
      #expect(await store.health().isReady == false)
      try await store.writer.perform(bytes: bytes) { _ in }
      #expect(await store.health().isReady)
      #expect(!world.files.contains { $0.hasSuffix("-room") })
      try await store.close()
    }
  }

  @Test func `a command that the disk failed is no success of the others`() async throws {
    try await withWorld { world in
      let clock = TestClock()
      let store = try await world.open(clock)
      // Before it changes anything, and after.
      for changes in ["", "CREATE TABLE extra (a); INSERT INTO extra VALUES (1)"] {
        await #expect(throws: SQLiteStoreError.self) {
          try await store.writer.perform { transaction in
            try transaction.db.execute(sql: changes)
            throw DatabaseError(resultCode: .SQLITE_IOERR)
          }
        }
        #expect(store.writer.failure.withLock { $0 } != nil)
        clock.advance(by: .seconds(1))
        #expect(await store.health().isReady)
      }
      try await store.close()
    }
  }

  @Test(arguments: [false, true]) func `a page that is damaged ends the store's service with a sentence`(isWriting: Bool) async throws {
    try await withWorld { world in
      let first = try await world.open(TestClock())
      _ = try await first.ingest(arrivals(0..<2000))
      try await first.close()
      try world.damageEvents()
      let store = try await world.open(TestClock())
      let running = Task { try await store.run() }
      if isWriting {
        // To see whether they are the same, what is stored is read in the transaction.
        await #expect(throws: SQLiteStoreError.self) { _ = try await store.ingest(arrivals(0..<2000)) }
      } else {
        for number in stride(from: 0, to: 2000, by: 100) { _ = try? await store.event("event-\(number)", for: .everything) }
      }
      let error = await #expect(throws: SQLiteStoreError.self) { try await running.value }
      #expect(error?.code == .corrupt)
      #expect(error?.description.contains(world.path) == true)
      #expect(error?.description.contains("fanfare restore") == true)
      try await store.close()
    }
  }

  @Test func `past its bound the writer refuses at once`() async throws {
    try await withWorld { world in
      var configuration = world.configuration(TestClock())
      configuration.writerBound = 2
      let store = try SQLiteStore.open(configuration)
      let gate = Gate()
      async let blocked: Void = store.writer.perform { _ in gate.wait() }
      while !gate.isReached { await Task.yield() }
      async let first = store.ingest(arrivals(0..<1))
      async let second = store.ingest(arrivals(1..<2))
      while store.writer.waiting < 2 { await Task.yield() }
      let error = await #expect(throws: SQLiteStoreError.self) { _ = try await store.ingest(arrivals(2..<3)) }
      #expect(error?.code == .overloaded)
      #expect(error?.isRetriable == true)
      await #expect(throws: IntakeOverloaded.self) { _ = try await store.ingestAll([(event("x"), Origin(door: .http, raw: []))]) }
      gate.open()
      try await blocked
      _ = try await (first, second)
      #expect(try await store.statistics(at: Timestamp(seconds: 0)).events == 2)
      try await store.close()
    }
  }

  @Test func `what was answered is there in a copy of the files that is taken while the store works`() async throws {
    try await withWorld { world in
      let clock = TestClock()
      let store = try await world.open(clock)
      _ = try await store.replace(shop, with: [hook()], ifVersion: nil)
      for round in 0..<4 {
        let receipt = try await store.ingest(arrivals(round * 50..<round * 50 + 50))
        #expect(receipt.deliveries.count == 50)
        let copy = try await world.copied()
        let restored = try await copy.open(clock)
        #expect(try await restored.statistics(at: clock.now).events == Int64(round + 1) * 50)
        #expect(try await restored.statistics(at: clock.now).due == (round + 1) * 50)
        // The broker offers the last batch again.
        let again = try await restored.ingest(arrivals(round * 50..<round * 50 + 50))
        #expect(again.deliveries.isEmpty)
        #expect(again.fates.allSatisfy { if case .duplicate = $0 { true } else { false } })
        try await restored.close()
        try await copy.remove()
      }
      try await store.close()
    }
  }
}

/// When the transactions began that commands ran in.
final class Seen: Sendable {
  private let all = Mutex<[Timestamp]>([])

  var times: [Timestamp] { all.withLock { $0 } }
  func add(_ time: Timestamp) { all.withLock { $0.append(time) } }
}

/// Keeps the writer's thread until it is opened.
final class Gate: Sendable {
  private let state = Mutex((isReached: false, isOpen: false))

  var isReached: Bool { state.withLock { $0.isReached } }
  func open() { state.withLock { $0.isOpen = true } }
  func wait() {
    state.withLock { $0.isReached = true }
    while !state.withLock({ $0.isOpen }) { sched_yield() }
  }
}
