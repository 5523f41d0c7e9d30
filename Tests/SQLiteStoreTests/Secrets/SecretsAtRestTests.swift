import Fanfare
import GRDB
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct SecretsAtRestTests {
  /// What must be nowhere in the files.
  private static let marks = ["hush-header", "hush-query", "HUSHSLACK"]

  private let drafts = [
    Subscription(
      scope: shop, id: "hook", kind: .webhook, url: "https://receiver.example/path?key=hush-query",
      headers: [.init(name: "X-Key", value: "hush-header")]),
    Subscription(scope: shop, id: "chat", kind: .slack, url: "https://hooks.slack.com/services/T0/B0/HUSHSLACK"),
    Subscription(scope: shop, id: "goes", kind: .webhook, url: "https://receiver.example/gone?key=hush-query"),
  ]

  @Test func `no secret of a subscription is in the clear in the database or its log, whatever was done with it`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      var secrets = try await store.replace(shop, with: drafts, ifVersion: nil).subscriptions.flatMap(\.secrets)
      let receipt = try await store.ingest(arrivals(0..<3))
      try await store.record(receipt.deliveries.prefix(2).map { attempt($0, .dead(.exhausted)) })
      secrets += try await #require(
        store.rotateSecret(ofSubscription: "hook", of: shop, keepingOldUntil: TestClock().now + .seconds(60), at: TestClock().now)
      ).secrets
      _ = try await store.setPaused(true, subscription: "hook", of: shop)
      _ = try await store.replace(shop, with: Array(drafts.prefix(2)), ifVersion: nil)
      #expect(secrets.count == 4)
      let marks = Self.marks + secrets.map { String($0.dropFirst("whsec_".count)) }
      #expect(try world.marks(marks) == [])
      // So that it is known that it would have been found: this is not secret.
      #expect(try world.marks(["receiver.example"]) == ["receiver.example"])
      try await store.close()
      #expect(try world.marks(marks) == [])
    }
  }

  @Test func `secrets that stand in another row's place are refused, and nothing is told of them`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.replace(shop, with: drafts, ifVersion: nil)
      try await store.pool.write { db in
        try db.execute(sql: "UPDATE subscription SET secrets = (SELECT secrets FROM subscription WHERE id = 'chat') WHERE id = 'hook'")
      }
      try await store.close()
      let error = await #expect(throws: SQLiteStoreError.self) { _ = try await world.open(TestClock()) }
      #expect(error?.code == .corrupt)
      #expect(
        error?.description.contains("(subscription.secrets of row 1 cannot be decrypted: it was changed, or written for another row)")
          == true)
    }
  }

  @Test func `a store is not opened with another key, and stays as it is`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      let secrets = try await store.replace(shop, with: drafts, ifVersion: nil).subscriptions.map(\.secrets)
      try await store.close()
      var configuration = world.configuration(TestClock())
      configuration.secretKey = { _ in .sample(2) }
      let error = #expect(throws: SQLiteStoreError.self) { _ = try SQLiteStore.open(configuration) }
      #expect(error?.code == .wrongKey)
      #expect(error?.isRetriable == false)
      let again = try await world.open(TestClock())
      #expect(try await again.subscriptions(of: shop).subscriptions.map(\.secrets) == secrets)
      try await again.close()
    }
  }

  @Test func `a store of an earlier version is sealed when it is opened, and nothing is left of what it had in the clear`() async throws {
    try await withWorld { world in
      let old = try OldStore(at: world.path)
      let marks = Self.marks + old.secrets + [old.remains]
      #expect(try world.marks(marks) == marks)
      let store = try await world.open(TestClock())
      #expect(try await store.pool.read { try SecretBox.keyID(in: $0) } == SecretKey.sample(1).id)
      #expect(try world.marks(marks) == [])
      let subscriptions = try await store.subscriptions(of: shop).subscriptions
      #expect(subscriptions.map(\.url) == [old.hookURL, old.slackURL])
      #expect(subscriptions.map(\.headers) == [[.init(name: "X-Key", value: "hush-header")], []])
      #expect(subscriptions.map(\.secrets) == [["whsec_\(old.secrets[0])"], ["whsec_\(old.secrets[1])"]])
      #expect(subscriptions[0].retiredSecrets.map(\.secret) == ["whsec_\(old.secrets[2])"])
      // The same URL is the same endpoint as before, and a new row is not one that was there.
      _ = try await store.replace(shop, with: subscriptions + [hook("new")], ifVersion: nil)
      let rows = try await store.pool.read { try Int64.fetchAll($0, sql: "SELECT endpoint FROM subscription ORDER BY row") }
      #expect(rows == [1, 2, 3, 10])
      let newest = try await store.pool.read { try Int64.fetchOne($0, sql: "SELECT max(row) FROM subscription") }
      #expect(newest == 8)
      try await store.close()
      #expect(try world.marks(marks) == [])
      let again = try await world.open(TestClock())
      #expect(try await again.subscriptions(of: shop).subscriptions.count == 3)
      try await again.close()
    }
  }

  @Test func `a start that died between the sealing and the clearing of the log is made up for`() async throws {
    try await withWorld { world in
      _ = try OldStore(at: world.path)
      let store = try await world.open(TestClock())
      try await store.pool.write { try $0.execute(sql: "UPDATE secret_key SET is_scrubbed = 0") }
      _ = try await store.replace(shop, with: drafts, ifVersion: nil)
      let copy = try await world.copied()
      try await store.close()
      let size = try copy.size(of: "fanfare.db-wal")
      #expect(size > 8 << 10)
      let again = try await copy.open(TestClock())
      #expect(try await again.pool.read { try Bool.fetchOne($0, sql: "SELECT is_scrubbed FROM secret_key") } == true)
      #expect(try copy.size(of: "fanfare.db-wal") < size)
      #expect(try await again.subscriptions(of: shop).subscriptions.map(\.url) == drafts.map(\.url))
      try await again.close()
      try await copy.remove()
    }
  }

  // MARK: Another key

  private struct Stopped: Error {}

  @Test func `with another key all is sealed anew: secrets, endpoints and deliveries stay, and of the old nothing is left`() async throws {
    try await withWorld { world in
      let clock = TestClock()
      var store = try await world.open(clock)
      _ = try await store.replace(shop, with: drafts, ifVersion: nil)
      let set = try await store.replace(shop, with: Array(drafts.prefix(2)), ifVersion: nil).subscriptions
      _ = try await store.ingest(arrivals(0..<1))
      let lanes = try await store.dueLanes()
      let sealed = try await store.pool.read { try [UInt8].fetchSealed($0) }
      #expect(sealed.count == 6)
      try await store.close()
      var (configuration, isCommitted) = (world.configuration(clock), false)
      try SQLiteStore.changeKey(of: configuration, makeKey: { .sample(2) }, committed: { isCommitted = true })
      #expect(isCommitted)
      #expect(try world.holding(sealed) == 0)
      #expect(#expect(throws: SQLiteStoreError.self) { _ = try SQLiteStore.open(configuration) }?.code == .wrongKey)

      configuration.secretKey = { _ in .sample(2) }
      store = try SQLiteStore.open(configuration)
      let read = try await store.subscriptions(of: shop).subscriptions
      #expect(read.map(\.secrets) == set.map(\.secrets))
      #expect(read.map(\.url) == set.map(\.url))
      _ = try await store.replace(shop, with: Array(drafts.prefix(2)), ifVersion: nil)
      #expect(try await store.dueLanes() == lanes)
      try await store.close()
    }
  }

  @Test(arguments: [true, false]) func `a change of the key that stops is done or is not`(isCommitted: Bool) async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      let secrets = try await store.replace(shop, with: drafts, ifVersion: nil).subscriptions.map(\.secrets)
      try await store.close()
      var configuration = world.configuration(TestClock())
      #expect(throws: Stopped.self) {
        try SQLiteStore.changeKey(
          of: configuration, makeKey: { if isCommitted { .sample(2) } else { throw Stopped() } }, committed: { throw Stopped() })
      }
      configuration.secretKey = { id in
        #expect(id == (isCommitted ? SecretKey.sample(2) : .sample(1)).id)
        return isCommitted ? .sample(2) : .sample(1)
      }
      let again = try SQLiteStore.open(configuration)
      #expect(try await again.subscriptions(of: shop).subscriptions.map(\.secrets) == secrets)
      try await again.close()
    }
  }

  @Test func `the key of an open store is not changed`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      let error = #expect(throws: SQLiteStoreError.self) {
        try SQLiteStore.changeKey(of: world.configuration(TestClock()), makeKey: { .sample(2) }, committed: { throw Stopped() })
      }
      #expect(error?.code == .inUse)
      try await store.close()
    }
  }

  private func attempt(_ task: DeliveryTask, _ state: DeliveryState) -> AttemptRecord {
    AttemptRecord(
      result: AttemptResult(
        task: task, startedAt: Timestamp(seconds: 1_790_000_001), duration: .milliseconds(5),
        outcome: .response(status: 500, body: [], retryAfter: nil)), verdict: Verdict(state: state, countsAsTry: true, reason: "http_500"))
  }
}

extension [UInt8] {
  /// What is sealed of subscriptions.
  fileprivate static func fetchSealed(_ db: Database) throws -> [[UInt8]] {
    let select = try Statement("SELECT document, secrets FROM subscription", in: db)
    defer { select.reset() }
    var blobs: [[UInt8]] = []
    while try select.step() { blobs += [select.blob(0), select.blob(1)] }
    return blobs
  }
}
