import Fanfare
import GRDB
import StoreConformance
import Synchronization
import Testing

@testable import SQLiteStore

/// Snapshots have a commit before the writer hears of it; and a commit may fail at the very end.
@Suite struct AroundCommitTests {
  @Test func `who reads as soon as a commit can be seen, before the writer knows, sees all of it`() async throws {
    let world = try await CrashingWorld.make()
    let store = try await world.open(TestClock(), defaultVisibility: .restricted)
    let seen = Mutex<[Sight]>([])
    let watch = CommitWatch(didCommit: {
      guard let sight = try? store.pool.read({ try Sight(of: store, in: $0) }) else { return }
      seen.withLock { $0.append(sight) }
    })
    store.pool.add(transactionObserver: watch, extent: .databaseLifetime)
    var count = 0
    for round in 0..<60 {
      let new = count..<count + round % 4 + 1
      _ = try await store.ingest(new.map { Self.arrival("e\($0 + 1)", at: round % 3 == 0 ? -$0 : $0) })
      count = new.upperBound
      let sight = try #require(seen.withLock { $0.last })
      #expect(sight == Sight(stored: count, listed: count, own: count, known: count))
    }
    try await store.close()
    try await world.remove()
  }

  @Test func `what a commit that failed had in memory is taken out again`() async throws {
    let world = try await CrashingWorld.make()
    var store = try await world.open(TestClock(), defaultVisibility: .restricted)
    let mayCommit = Mutex(true)
    let watch = CommitWatch(willCommit: { if !mayCommit.withLock({ $0 }) { throw Refused() } })
    store.pool.add(transactionObserver: watch, extent: .databaseLifetime)
    var lost: [String] = []
    var count = 0
    for round in 0..<60 {
      if round % 3 == 1 {
        mayCommit.withLock { $0 = false }
        let ids = (0...round % 4).map { "lost-\(round)-\($0)" }
        await #expect(throws: (any Error).self) { _ = try await store.ingest(ids.map { Self.arrival($0, at: round) }) }
        mayCommit.withLock { $0 = true }
        lost += ids
      } else {
        count += 1
        #expect(try await store.ingest([Self.arrival("e\(count)", at: -round)]).fates == [.stored(sequence: Int64(count))])
      }
      // Everything, inventory and the project, each in the run of all and in that of the audience, and the user's.
      #expect(try await world.world.entryCount(store) == count * 7)
    }
    for id in lost {
      #expect(try await store.event(id, for: .everything) == nil)
      let key = store.identity.key(of: id)
      let found = store.writer.recent.ids.withLock { Self.sequences(of: key, $0) }
      #expect(found.isEmpty)
    }
    let sight = try await Sight.now(of: store)
    #expect(sight == Sight(stored: count, listed: count, own: count, known: count))
    #expect(try await store.ingest([Self.arrival(lost[0], at: 1)]).fates == [.stored(sequence: Int64(count + 1))])
    try await store.close()
    store = try await world.open(TestClock(), defaultVisibility: .restricted)
    #expect(try await world.world.entryCount(store) == (count + 1) * 7)
    try await store.close()
    try await world.remove()
  }

  private struct Refused: Error {}

  private static func arrival(_ id: String, at second: Int) -> Arrival {
    var event = event(id)
    (event.username, event.audience) = ("ann", Audience(["dev"]))
    event.occurredAt = Timestamp(seconds: 1_780_000_000 + Int64(second))
    return .event(event, Origin(door: .http, raw: []))
  }

  private static func sequences(of key: Int64, _ ids: RecentIDs) -> [Int64] {
    var found: [Int64] = []
    ids.find(key, into: &found)
    return found
  }
}

/// How many events are found on each way that there is, in one snapshot.
private struct Sight: Equatable {
  var stored: Int
  var listed: Int
  /// By who did them, and may see them for no other reason.
  var own: Int
  var known: Int

  init(stored: Int, listed: Int, own: Int, known: Int) { (self.stored, self.listed, self.own, self.known) = (stored, listed, own, known) }

  static func now(of store: SQLiteStore) async throws -> Sight { try await store.read { try Sight(of: store, in: $0) } }

  init(of store: SQLiteStore, in db: Database) throws {
    stored = try Int.fetchOne(db, sql: "SELECT count(*) FROM event") ?? 0
    let timelines = try TimelineReader(store.writer.recent, in: db)
    var listing = try EventListing(.everything, .everything, EventFilter(), from: .newest, size: 1_000, in: timelines)
    listed = try listing?.page().events.count ?? 0
    let ann = Reader.member(groups: [], username: "ann")
    own = try (0..<stored).filter { try store.event("e\($0 + 1)", for: ann, in: db) != nil }.count
    known = try (0..<stored).filter { try store.event("e\($0 + 1)", for: .everything, in: db)?.sequence == Int64($0 + 1) }.count
  }
}
