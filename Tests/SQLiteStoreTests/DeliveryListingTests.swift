import Fanfare
import GRDB
import StoreConformance
import Testing

@testable import SQLiteStore

/// What a page of deliveries costs somebody who does not see all.
@Suite struct DeliveryListingTests {
  /// Instructions of all statements that a reader's first page runs.
  private func cost(_ groups: Set<String>, state: String? = nil, of count: Int, in store: SQLiteStore) async throws -> Int {
    var filter = DeliveryFilter()
    filter.state = state
    return try await store.pool.read { [filter] db in
      let unsent = DeliverySelection.sql(from: "INDEXED BY delivery_unsent", where: "AND state = 2 AND state IN (2, 3) ")
      let statements = try [VisibleDeliveries.audienceSQL, ReaderRun.olderSQL, DeliverySelection.sql(), unsent].map {
        try Statement($0, in: db)
      }
      let before = statements.map(\.instructions)
      let selection = try #require(
        try DeliverySelection(filter, for: .member(groups: groups, username: nil), store, in: db))
      #expect(try selection.rows(in: selection.span, isDescending: true, limit: 20).count == count)
      return zip(statements, before).reduce(0) { $0 + $1.0.instructions - $1.1 }
    }
  }

  @Test func `a page costs what it has on it, however many deliveries of others there are`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.replace(shop, with: [hook("a"), hook("b")], ifVersion: nil)
      var costs: [[Int]] = []
      for numbers in [0..<8_000, 8_000..<24_000] {
        let events = numbers.map { number in
          var event = event("e\(number)")
          event.audience = Audience(number % 200 == 0 ? ["few"] : ["many", "set-\(number % 300)"])
          return Arrival.event(event, Origin(door: .http, raw: []))
        }
        let tasks = try await store.ingest(events).deliveries
        try await store.record(
          tasks.enumerated().map { index, task in
            AttemptRecord(
              result: AttemptResult(
                task: task, startedAt: task.dueAt, duration: .zero, outcome: .response(status: 200, body: [], retryAfter: nil)),
              verdict: Verdict(state: index % 100 == 0 ? .dead(.refused) : .succeeded, reason: "r"))
          })
        costs.append([
          try await cost(["few"], of: 20, in: store), try await cost(["many"], of: 20, in: store),
          try await cost(["few"], state: "dead", of: 20, in: store), try await cost(["nobody"], of: 0, in: store),
          try await cost(Set((0..<150).map { "set-\($0 * 2)" }), of: 20, in: store),
        ])
      }
      for (small, large) in zip(costs[0], costs[1]) { #expect(small > 0 && large <= small * 11 / 10, "\(costs)") }
      try await store.close()
    }
  }
}
