import Fanfare
import GRDB
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct StatementTests {
  /// The first vectors of the reference implementation (`vectors_sip64`): key 00…0f, input 00, 00 01, …
  @Test func `SipHash agrees with the reference`() {
    let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
    let expected: [Int: UInt64] = [
      0: 0x726f_db47_dd0e_0e31, 1: 0x74f8_39c5_93dc_67fd, 7: 0xab02_00f5_8b01_d137, 8: 0x93f5_f579_9a93_2462, 15: 0xa129_ca61_49be_45e5,
    ]
    for (length, hash) in expected {
      let input = (0..<length).map { UInt8($0) }
      #expect(input.withUnsafeBytes { SipHash.hash($0, key: key) } == hash)
    }
  }

  @Test(arguments: [
    ("https://u:p@host.example:8080/a/b?x=1#f", Subscription.Kind.webhook, "https://host.example:8080/a/b"),
    ("https://host.example?x=/secret", .webhook, "https://host.example"), ("http://host.example", .slack, "http://host.example"),
    ("https://hooks.slack.example/services/T/B/secret", .slack, "https://hooks.slack.example/…"), ("nonsense", .webhook, ""),
  ])
  func `a URL is shown without what may be secret`(_ url: String, _ kind: Subscription.Kind, _ shown: String) {
    #expect(kind.publicURL(url) == shown)
  }

  @Test func `what is read on the hot path and for listings is found by an index, never by a scan`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      let queries = [
        (
          "SELECT subscription, urgency, due_at, endpoint FROM delivery INDEXED BY delivery_due WHERE state = 0 AND (subscription, urgency, due_at) > (1, 0, 9) ORDER BY subscription, urgency, due_at LIMIT 1",
          "SEARCH delivery USING INDEX delivery_due (state=? AND (subscription,urgency,due_at)>(?,?,?))"
        ),
        (
          "SELECT row FROM delivery INDEXED BY delivery_due WHERE state = 0 AND subscription = 1 AND urgency = 0 AND due_at <= 5 ORDER BY due_at, row",
          "SEARCH delivery USING COVERING INDEX delivery_due (state=? AND subscription=? AND urgency=? AND due_at<?)"
        ),
        (
          "SELECT row FROM delivery INDEXED BY delivery_by_entity WHERE subscription = 1 AND entity = 2 AND entity IS NOT NULL AND state = 5 AND state IN (0, 4, 5) ORDER BY row LIMIT 1",
          "SEARCH delivery USING COVERING INDEX delivery_by_entity (subscription=? AND entity=? AND state=?)"
        ),
        (
          "SELECT row FROM delivery INDEXED BY delivery_parked WHERE state = 5 AND state IN (4, 5) AND subscription = 1",
          "SEARCH delivery USING COVERING INDEX delivery_parked (state=? AND subscription=?)"
        ),
        (
          "SELECT occurred_at, seq, entries, row FROM timeline_slice WHERE timeline = 1 AND audience = 0 AND (occurred_at, seq) <= (1, 2) ORDER BY occurred_at DESC, seq DESC LIMIT 1",
          "SEARCH timeline_slice USING INDEX timeline_slice_by_first (timeline=? AND audience=? AND (occurred_at,seq)<(?,?))"
        ),
        (
          "SELECT first_key, entries FROM id_slice WHERE first_key <= 1 ORDER BY first_key DESC LIMIT 1",
          "SEARCH id_slice USING INTEGER PRIMARY KEY (rowid<?)"
        ),
        (
          "SELECT row FROM delivery INDEXED BY delivery_by_subscription WHERE row >= 1 AND row < 9 AND subscription = 3 ORDER BY row DESC LIMIT 2",
          "SEARCH delivery USING COVERING INDEX delivery_by_subscription (subscription=? AND rowid>? AND rowid<?)"
        ),
        (
          "SELECT row FROM delivery INDEXED BY delivery_unsent WHERE row >= 1 AND row < 9 AND state = 2 AND state IN (2, 3) ORDER BY row LIMIT 2",
          "SEARCH delivery USING COVERING INDEX delivery_unsent (state=? AND rowid>? AND rowid<?)"
        ),
      ]
      for (sql, plan) in queries {
        let details = try await store.pool.read { try Row.fetchAll($0, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String } }
        #expect(details == [plan])
      }
      try await store.close()
    }
  }

  @Test func `lanes cost the same, however long the backlog is`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.replace(shop, with: [hook("a"), hook("b")], ifVersion: nil)
      var costs: [Int] = []
      for backlog in [0..<10, 10..<2_000] {
        _ = try await store.ingest(arrivals(backlog))
        costs.append(
          try await store.pool.read { db in
            let statement = try Statement(SQLiteStore.nextLane, in: db)
            let before = statement.instructions
            #expect(try SQLiteStore.dueLanes(db).count == 2)
            return statement.instructions - before
          })
      }
      #expect(costs[0] == costs[1])
      #expect(costs[0] > 0)
      try await store.close()
    }
  }

  @Test func `a page costs about the same, whatever share of the events the caller may see`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      let events = (0..<20_000).map { index in
        Arrival.event(
          Event(
            id: "e\(index)", type: EventType("ADD_BUILD"), occurredAt: Timestamp(seconds: Int64(index / 3)),
            receivedAt: Timestamp(seconds: 1), audience: Audience(index % 1_000 == 0 ? ["few"] : ["many", "sets", "set-\(index % 900)"])),
          Origin(door: .http, raw: []))
      }
      _ = try await store.ingest(events)
      func cost(_ reader: Reader) async throws -> Int {
        try await store.pool.read { db in
          let readership = try Readership(reader, .restricted, store.knownAudiences, in: db)
          let statement = try Statement(TimelineSlices.sql, in: db)
          let before = statement.instructions
          let timelines = try TimelineReader(store.writer.recent, in: db)
          var listing = try EventListing(.everything, readership, EventFilter(), from: .newest, size: 20, in: timelines)
          #expect(try listing?.page().events.count == 20)
          return statement.instructions - before
        }
      }
      let all = try await cost(.everything)
      let few = try await cost(.member(groups: ["few"], username: nil))
      // He may see nearly all, by hundreds of audiences.
      let sets = try await cost(.member(groups: ["sets"], username: nil))
      #expect(all > 0 && few > 0 && few <= 2 * all && sets <= 2 * all)
      try await store.close()
    }
  }
}
