import Fanfare
import GRDB
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct RetentionTests {
  private let tables = ["event", "delivery", "attempt", "reader_delivery"]

  private func rows(_ store: SQLiteStore) async throws -> [Int] {
    try await store.pool.read { [tables] db in try tables.map { try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)") ?? 0 } }
  }

  @Test(arguments: [FoldBounds(), CrashingWorld.foldBounds])
  func `of a removed event no row is left, and its id is remembered`(_ bounds: FoldBounds) async throws {
    try await withWorld { world in
      var world = world
      world.foldBounds = bounds
      let store = try await world.open(TestClock())
      _ = try await store.replace(shop, with: [hook(), hook("second")], ifVersion: nil)
      let events = (0..<500).map { index in
        var event = event("e\(index)")
        event.username = index % 3 == 0 ? "ann" : nil
        event.audience = Audience(index % 2 == 0 ? ["a", "b"] : [])
        event.path.state = StatePlace(project: "shop", environment: "live", deployment: "web/\(index % 7)")
        return Arrival.event(event, Origin(door: .http, raw: []))
      }
      let deliveries = try await store.ingest(events).deliveries
      try await store.record(
        deliveries.map { task in
          AttemptRecord(
            result: AttemptResult(
              task: task, startedAt: TestClock().now, duration: .zero, outcome: .response(status: 200, body: [], retryAfter: nil)),
            verdict: Verdict(state: .succeeded, reason: "http_200"))
        })
      #expect(try await rows(store).allSatisfy { $0 >= 500 })
      #expect(try await world.entryCount(store) > 5_000)
      var position: Int64 = 0
      var steps = 0
      while true {
        let step = try await store.removeExpired(.events, before: TestClock().now + .seconds(1), after: position)
        #expect(step.removed <= ExpiredRows.reach)
        (position, steps) = (step.position, steps + 1)
        if step.isAtEnd { break }
      }
      #expect(steps >= 4)
      #expect(try await rows(store) == [0, 0, 0, 0])
      #expect(try await world.entryCount(store) == 0)
      #expect(try await world.ids(store).isEmpty)
      #expect(try await store.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM removed_event") } == 500)
      #expect(try await store.pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
      try await store.close()
    }
  }

  @Test func `a delivery that is to be made again meanwhile keeps its event`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.replace(shop, with: [hook()], ifVersion: nil)
      _ = try await store.ingest(arrivals(0..<3))
      // Found before they were requeued, removed after.
      #expect(try await store.writer.perform { try $0.removeEvents([1, 2, 3, 77]) } == 0)
      #expect(try await rows(store)[0] == 3)
      try await store.close()
    }
  }

  @Test func `a crash in the middle of removing leaves whole events`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.ingest(arrivals(0..<300))
      _ = try await store.removeExpired(.events, before: TestClock().now + .seconds(1), after: 0)
      let copy = try await world.copied()
      try await store.close()
      let again = try await copy.open(TestClock())
      let events = try await rows(again)[0]
      #expect(events == 300 - ExpiredRows.reach)
      // Everything, inventory and the project, each in the run of all and in that of the audience.
      #expect(try await copy.entryCount(again) == events * 6)
      #expect(try await again.ingest(arrivals(0..<1)).fates == [.duplicate(sequence: 1)])
      #expect(try await again.lastSequence() == 300)
      try await again.close()
      try await copy.remove()
    }
  }

  /// Where many are old and must stay, a step costs no more than where none is.
  @Test func `what to remove is found in the order of the rows`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      let plan = try await store.pool.read { db in
        try Row.fetchAll(
          db,
          sql: """
            EXPLAIN QUERY PLAN SELECT attempt.delivery, delivery.created_at, min(attempt.started_at)
            FROM attempt CROSS JOIN delivery ON delivery.row = attempt.delivery
            WHERE attempt.delivery > 7 GROUP BY attempt.delivery ORDER BY attempt.delivery LIMIT 9
            """
        ).map { $0["detail"] as String }
      }
      #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
      #expect(plan.count == 2)
      try await store.close()
    }
  }
}
