import Fanfare
import GRDB
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct SteppingClockTests {
  /// The wall clock is this far from the one that deliveries are due by.
  @Test(arguments: [Duration.seconds(-10_800), .seconds(10_800)])
  func `deliveries are due by the steady clock, and what people are told is of the wall clock`(step: Duration) async throws {
    try await withWorld { world in
      let (wall, steady) = (TestClock(), TestClock())
      var configuration = world.configuration(wall)
      configuration.steadyClock = { steady.now }
      let store = try SQLiteStore.open(configuration)
      let ordered = Subscription(scope: shop, id: "ordered", kind: .webhook, url: "https://receiver.example/o", ordering: .entity)
      _ = try await store.replace(shop, with: [hook(), ordered], ifVersion: nil)
      let before = try await store.ingest(arrivals(0..<2)).deliveries
      wall.advance(by: step)
      steady.advance(by: .seconds(1))
      let tasks = try await store.ingest(arrivals(2..<3)).deliveries
      #expect(tasks.allSatisfy { $0.dueAt == steady.now })
      for lane in try await store.dueLanes() {
        #expect(lane.dueAt <= steady.now)
        let claimed = try await store.claim(lane.lane, dueAt: steady.now, excluding: [], limit: 10)
        #expect(!claimed.isEmpty)
        #expect(try await store.nextDue(of: lane.lane, after: steady.now) == nil)
      }
      // What an ordered delivery lets go is due at once, too.
      let ended = before.filter { $0.subscription.id == "ordered" }.map { task in
        AttemptRecord(
          result: AttemptResult(
            task: task, startedAt: wall.now, duration: .zero, outcome: .response(status: 200, body: [], retryAfter: nil)),
          verdict: Verdict(state: .succeeded, reason: "http_200"))
      }
      #expect(!ended.isEmpty)
      #expect(try await store.record(ended, endpoints: []).deliveries.allSatisfy { $0.dueAt <= steady.now })
      let committedAt = try await store.pool.read { try Int64.fetchOne($0, sql: "SELECT committed_at FROM event WHERE seq = 3") }
      #expect(committedAt == wall.now.nanoseconds)
      // Names are of the wall clock, and never step back.
      let ids = (before + tasks).map(\.id.ksuid)
      #expect(ids == ids.sorted())
      try await store.close()
    }
  }
}
