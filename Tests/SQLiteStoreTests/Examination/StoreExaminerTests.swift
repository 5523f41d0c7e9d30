import Fanfare
import GRDB
import Glibc
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct StoreExaminerTests {
  /// Events with deliveries, attempts, users, audiences and deployments, most of them in the timelines' tables.
  private func fill(_ world: SQLiteWorld, events: Int, _ clock: TestClock = TestClock()) async throws -> SQLiteStore {
    let store = try await world.open(clock)
    let ordered = Subscription(scope: shop, id: "ordered", kind: .webhook, url: "https://receiver.example/ordered", ordering: .entity)
    _ = try await store.replace(shop, with: [hook(), ordered], ifVersion: nil)
    for start in stride(from: 0, to: events, by: 500) {
      let some = (start..<min(start + 500, events)).map { index in
        var event = event("e\(index)")
        // Not in the order of storing.
        event.occurredAt = event.occurredAt + .seconds(index * 7919 % 1_000)
        event.username = index % 3 == 0 ? "user-\(index % 50)" : nil
        event.audience = Audience(index % 2 == 0 ? ["a", "b-\(index % 5)"] : [])
        event.path.state = StatePlace(project: "shop", environment: "live", deployment: "web/\(index % 70)")
        return Arrival.event(event, Origin(door: .http, raw: []))
      }
      let tasks = try await store.ingest(some).deliveries
      try await store.record(
        tasks.filter { $0.id.row % 3 == 0 }.map { task in
          AttemptRecord(
            result: AttemptResult(
              task: task, startedAt: clock.now, duration: .zero, outcome: .response(status: 200, body: [], retryAfter: nil)),
            verdict: Verdict(state: .succeeded, reason: "http_200"))
        }, endpoints: [])
    }
    return store
  }

  private func examine(_ world: SQLiteWorld, at now: Timestamp = TestClock().now, key: UInt8 = 1) async throws -> [Finding] {
    let examiner = try StoreExaminer(.init(path: world.path, secretKey: { _ in .sample(key) }, clock: { now }))
    var findings: [Finding] = []
    for check in StoreCheck.allCases { findings += try await examiner.examine(check) }
    try examiner.close()
    return findings
  }

  private func bad(_ findings: [Finding]) -> [Finding] { findings.filter { $0.severity > .ok } }

  @Test(arguments: [FoldBounds(), CrashingWorld.foldBounds])
  func `a store that is written to and removed from meanwhile gives no finding`(_ bounds: FoldBounds) async throws {
    try await withWorld { world in
      var world = world
      world.foldBounds = bounds
      let clock = TestClock()
      let store = try await fill(world, events: 3_000, clock)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { _ = try await store.ingest(arrivals(0..<600)) }
        group.addTask {
          var position: Int64 = 0
          while true {
            let step = try await store.removeExpired(.events, before: clock.now + .seconds(1), after: position)
            position = step.position
            if step.isAtEnd { break }
          }
        }
        for _ in 1...4 { #expect(try await bad(examine(world)) == []) }
        try await group.waitForAll()
      }
      #expect(try await bad(examine(world)) == [])
      let killed = try await world.copied()
      #expect(try await bad(examine(killed)) == [])
      try await killed.remove()
      try await store.close()
      let findings = try await examine(world)
      #expect(bad(findings) == [])
      #expect(Set(findings.map(\.subject)).count == findings.count)
    }
  }

  @Test func `a store of tens of thousands of events gives no finding, whole, emptied in part and forgotten in part`() async throws {
    try await withWorld { world in
      let clock = TestClock()
      let store = try await world.open(clock)
      for start in stride(from: 0, to: 30_000, by: 1_000) { _ = try await store.ingest(arrivals(start..<start + 1_000)) }
      #expect(try await bad(examine(world)) == [])
      // Half of them go; one that a delivery waits for would stay, and others after it go.
      var position: Int64 = 0
      while position < 15_000 {
        position = try await store.removeExpired(.events, before: clock.now + .seconds(1), after: position).position
      }
      _ = try await store.writer.perform { try $0.removeEvents([29_990, 30_000]) }
      #expect(try await bad(examine(world)) == [])
      #expect(try await store.removeExpired(.idempotency, before: clock.now + .seconds(1), after: 0).removed > 0)
      let findings = try await examine(world)
      #expect(bad(findings) == [])
      #expect(findings.contains { $0.subject == "sequence" && $0.observation.contains("have been removed") })
      try await store.close()
    }
  }

  /// What is done to a store, and what has to be found then.
  struct Damage: Sendable, CustomStringConvertible {
    let subject: String
    let severity: Finding.Severity
    let sql: String
    let says: String

    init(_ subject: String, _ severity: Finding.Severity = .fault, sql: String, says: String) {
      (self.subject, self.severity, self.sql, self.says) = (subject, severity, sql, says)
    }

    var description: String { sql }

    static let all = [
      Damage(
        "sequence", sql: "DELETE FROM event WHERE seq IN (100, 200, 201)",
        says: "3 events are missing that nobody has removed, by number: 100, 200–201"),
      Damage("sequence", sql: "INSERT INTO meta VALUES ('last_sequence', 1203), ('last_forgotten', 0)", says: "1201–1203"),
      Damage("event_deliveries", sql: "DELETE FROM delivery WHERE event = 7 AND subscription = 1", says: "1 events, by number: 7"),
      Damage("deliveries", sql: "UPDATE delivery SET event = 5000 WHERE row = 11", says: "11 (no event)"),
      Damage("deliveries", sql: "UPDATE delivery SET subscription = 99 WHERE row = 12", says: "12 (no subscription)"),
      Damage("deliveries", sql: "UPDATE delivery SET endpoint = 99 WHERE row = 13", says: "13 (no endpoint)"),
      Damage(
        "deliveries",
        sql: """
          INSERT INTO delivery(row, event, subscription, endpoint, state, urgency, due_at, tries, attempts, throttles, created_at)
          VALUES (9000, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0)
          """, says: "9000 (no event names it)"),
      Damage("deliveries", sql: "UPDATE delivery SET state = 9 WHERE row = 14", says: "14 (9)"),
      Damage("waiting_deliveries", sql: "UPDATE delivery SET state = 4 WHERE row = 15", says: "15 (parked)"),
      Damage(
        "waiting_deliveries",
        sql: "UPDATE delivery SET state = 1 WHERE subscription = 2 AND state = 0 AND entity = (SELECT entity FROM delivery WHERE row = 2)",
        says: "(held)"),
      Damage("waiting_deliveries", .warning, sql: "UPDATE delivery SET due_at = 2000000000000000000 WHERE row = 1", says: "1 (2033"),
      Damage(
        "attempts", sql: "INSERT INTO attempt(delivery, number, started_at, duration, reason) VALUES (9001, 1, 0, 0, '')", says: "9001"),
      Damage("delivery_readers", sql: "DELETE FROM reader_delivery WHERE reader > 0 AND first_delivery = 21", says: "by number: 11"),
      Damage("shown_deliveries", sql: "INSERT INTO reader_delivery VALUES (1, 9002, 1)", says: "9002"),
      Damage("replayed_deliveries", sql: "INSERT INTO replay_delivery(delivery, event, replay) VALUES (9003, 1, 1)", says: "9003"),
      Damage("timelines", sql: "DELETE FROM timeline_head WHERE timeline = 1 AND audience = 0", says: "are missing of the events"),
      Damage(
        "timelines", sql: "UPDATE timeline_fold SET folded_to = folded_to + 1, folding_to = folding_to + 1 WHERE folded_to < 1200",
        says: "missing"),
      Damage(
        "timelines", sql: "UPDATE event SET audience = 1 WHERE seq = (SELECT min(seq) FROM event WHERE audience <> 1)",
        says: "no such event"),
      Damage("clock", sql: "UPDATE event SET received_at = 2000000000000000000 WHERE seq = 31", says: "31 (2033"),
      Damage(
        "clock", .warning, sql: "UPDATE event SET committed_at = committed_at - 61000000000 WHERE seq = 31",
        says: "stepped back: 61 s before the event 31"),
      Damage("secrets", sql: "UPDATE subscription SET secrets = zeroblob(80)", says: "subscription.secrets of row 1"),
      Damage("secrets", .warning, sql: "DELETE FROM secret_key", says: "not encrypted"),
      Damage("version", sql: "INSERT INTO grdb_migrations VALUES ('9999')", says: "newer version"),
      Damage(
        "version", sql: "DELETE FROM grdb_migrations WHERE identifier = (SELECT max(identifier) FROM grdb_migrations)",
        says: "and this program's is"),
      Damage("version", sql: "DELETE FROM grdb_migrations", says: "no store of Fanfare's"),
    ]
  }

  @Test(arguments: Damage.all)
  func `what was done to a store is found and named`(_ damage: Damage) async throws {
    try await withWorld { world in
      var world = world
      world.foldBounds.events = 500
      let store = try await fill(world, events: 1_200)
      let clean = bad(try await examine(world))
      try #require(clean == [])
      // As a killed process leaves it, so that not all is folded.
      let copy = try await world.copied()
      try await store.close()
      let queue = try DatabaseQueue(path: copy.path)
      try await queue.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA foreign_keys = OFF")
        try db.execute(sql: damage.sql)
        #expect(db.totalChangesCount > 0)
      }
      try queue.close()
      let all = try await bad(examine(copy))
      let found = all.filter { $0.subject == damage.subject && $0.severity == damage.severity }
      #expect(found.first?.observation.contains(damage.says) == true, "\(all)")
      #expect(found.allSatisfy { $0.advice != nil })
      try await copy.remove()
    }
  }

  @Test func `touched bytes are found, whatever they belong to`() async throws {
    try await withWorld { world in
      let store = try await fill(world, events: 1_200)
      try await store.close()
      for table in ["event", "delivery", "timeline_slice_by_first"] {
        try await withWorld { copy in
          _ = try await SQLiteStore.backUp(world.path, to: copy.path, replacing: false, sparing: []) { _ in }
          try touchLeaf(of: table, in: copy.path)
          #expect(try await examine(copy).contains { $0.severity == .fault }, "\(table)")
        }
      }
    }
  }

  @Test func `a key that is another, or missing, is named`() async throws {
    try await withWorld { world in
      try await fill(world, events: 10).close()
      #expect(try await bad(examine(world, key: 2)).map(\.subject) == ["secrets"])
      struct Missing: Error, CustomStringConvertible { let description = "secrets.key is missing" }
      let examiner = try StoreExaminer(.init(path: world.path, secretKey: { _ in throw Missing() }, clock: { TestClock().now }))
      #expect(try await examiner.examine(.secrets).map(\.observation) == ["secrets.key is missing"])
    }
  }

  @Test func `what waits for long in the outbox is told, with its age`() async throws {
    try await withWorld { world in
      let clock = TestClock()
      let store = try await fill(world, events: 10, clock)
      let poison = Quarantined(
        reason: .malformedJSON, detail: "no", origin: Origin(door: .http, raw: Array("{".utf8)), receivedAt: clock.now)
      _ = try await store.ingest([.quarantined(poison)])
      func outbox(_ age: Duration) async throws -> Finding? {
        try await examine(world, at: clock.now + age).first { $0.subject == "outbox" }
      }
      #expect(try await outbox(.seconds(900))?.severity == .ok)
      let late = try await outbox(.seconds(901))
      #expect(late?.severity == .warning)
      #expect(late?.observation == "1 message waits to be published to fanfare.dead, since \(clock.now.rfc3339)")
      try await store.pool.write { try $0.execute(sql: "UPDATE outbox SET created_at = 0") }
      #expect(try await outbox(.zero)?.observation.contains("since before the store came to this version") == true)
      try await store.close()
    }
  }

  @Test func `deliveries that are dead and subscriptions that are paused are told, with who paused them and what to do`() async throws {
    try await withWorld { world in
      let store = try await fill(world, events: 10)
      let well = try await examine(world)
      for subject in ["dead_letters", "paused"] { #expect(well.filter { $0.subject == subject }.map(\.severity) == [.ok]) }
      try await store.close()
      let queue = try DatabaseQueue(path: world.path)
      func found(_ subject: String, after sql: String) async throws -> Finding? {
        try await queue.write { try $0.execute(sql: sql) }
        return try await bad(examine(world)).first { $0.subject == subject }
      }
      let one = try await found("dead_letters", after: "UPDATE delivery SET state = 2 WHERE row = 1")
      #expect(one?.observation == "1 delivery is dead: nobody tries again")
      #expect(one?.severity == .warning)
      #expect(one?.advice?.contains("'fanfare requeue'") == true)
      let two = try await found("dead_letters", after: "UPDATE delivery SET state = 2 WHERE row = 2")
      #expect(two?.observation == "2 deliveries are dead: nobody tries again")

      for (reason, words) in [
        ("'by_hand'", "by hand"), ("'failing'", "its endpoint failed for too long"), ("'http_410'", "its endpoint answered 410"),
      ] {
        let pause = "UPDATE subscription SET is_paused = 1, paused_reason = \(reason) WHERE id = 'ordered'"
        let paused = try await found("paused", after: pause)
        #expect(paused?.severity == .warning)
        #expect(paused?.observation == "1 subscription is paused: shop/ordered (\(words))")
        #expect(paused?.advice?.hasSuffix("fanfare subscriptions resume shop ordered") == true)
      }
      let sided = try await found("paused", after: "UPDATE subscription_set SET side = 'state'")
      #expect(sided?.advice?.hasSuffix("fanfare subscriptions resume shop ordered --side state") == true)
      try queue.close()
    }
  }

  @Test func `a database without a store is another directory's, unless the service's keys lie beside it`() async throws {
    try await withWorld { world in
      Glibc.close(Glibc.open(world.path, O_WRONLY | O_CREAT, 0o600))
      func version(_ isServicesDirectory: Bool) async throws -> Finding? {
        var configuration = StoreExaminer.Configuration(path: world.path, secretKey: { _ in .sample(1) }, clock: { TestClock().now })
        configuration.isServicesDirectory = isServicesDirectory
        let examiner = try StoreExaminer(configuration)
        defer { try? examiner.close() }
        return try await examiner.examine(.version).first
      }
      #expect(try await version(false)?.advice == "Name the service's directory with --data-directory.")
      let lost = try await version(true)
      #expect(lost?.severity == .fault)
      #expect(lost?.observation == "\(world.path) is empty")
      #expect(lost?.advice?.contains("restore the last backup") == true)
    }
  }

  @Test func `whoever has a store is told by his pid, and nobody is once it is closed`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      #expect(StoreHolder(ofStoreAt: world.path)?.pid == getpid())
      #expect(StoreHolder(ofStoreAt: world.path)?.isStopped == false)
      try await store.close()
      #expect(StoreHolder(ofStoreAt: world.path) == nil)
      #expect(StoreHolder(ofStoreAt: world.path + ".nothing") == nil)
    }
  }

  @Test func `what is due for long is told, unless its endpoint asked to be left alone`() async throws {
    try await withWorld { world in
      let store = try await fill(world, events: 10)
      let later = TestClock().now + .seconds(3_600)
      #expect(try await examine(world, at: later).filter { $0.subject == "backlog" }.map(\.severity) == [.warning])
      #expect(try await examine(world, at: later + .seconds(86_400)).filter { $0.subject == "backlog" }.map(\.severity) == [.fault])
      try await store.pool.write { try $0.execute(sql: "INSERT INTO endpoint_pause SELECT row, 2000000000000000000 FROM endpoint") }
      #expect(try await bad(examine(world, at: later)) == [])
      try await store.close()
    }
  }
}
