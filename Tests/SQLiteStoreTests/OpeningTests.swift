import Fanfare
import GRDB
import Glibc
import Logging
import StoreConformance
import Synchronization
import Testing

@testable import SQLiteStore

@Suite struct OpeningTests {
  @Test func `the writer waits for the disk at each commit, and the file is in WAL mode`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      let (synchronous, mode) = try await store.pool.writeWithoutTransaction { db in
        (try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"))
      }
      #expect(synchronous == 2)
      #expect(mode == "wal")
      try await store.close()
    }
  }

  @Test func `a second opening is refused with the file and the pid of who has it, until the first is closed`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      let error = await #expect(throws: SQLiteStoreError.self) { _ = try await world.open(TestClock()) }
      #expect(error?.code == .inUse)
      #expect(error?.isRetriable == false)
      #expect(error?.description.contains("\(getpid())") == true)
      #expect(error?.description.contains(world.path + ".lock") == true)
      try await store.close()
      let again = try await world.open(TestClock())
      try await again.close()
    }
  }

  @Test(.timeLimit(.minutes(10))) func `another process that holds the lock keeps this one out`() async throws {
    try await withWorld { world in
      let pipeEnds = UnsafeMutablePointer<Int32>.allocate(capacity: 2)
      defer { pipeEnds.deallocate() }
      pipe(pipeEnds)
      defer { close(pipeEnds[0]) }
      // flock(1) keeps the lock while its child lives; the child says when it is there, and waits to be ended.
      var pid = pid_t()
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], 9)
      posix_spawn_file_actions_addclose(&actions, pipeEnds[1])
      posix_spawn_file_actions_addclose(&actions, pipeEnds[0])
      defer { posix_spawn_file_actions_destroy(&actions) }
      let arguments = ["flock", "-n", world.path + ".lock", "sh", "-c", "echo held >&9; exec sleep 600"]
      let pointers = arguments.map { strdup($0) } + [nil]
      defer { for pointer in pointers { free(pointer) } }
      var attributes = posix_spawnattr_t()
      posix_spawnattr_init(&attributes)
      posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
      defer { posix_spawnattr_destroy(&attributes) }
      #expect(posix_spawnp(&pid, "flock", &actions, &attributes, pointers, environ) == 0)
      close(pipeEnds[1])
      var said = [UInt8](repeating: 0, count: 5)
      #expect(read(pipeEnds[0], &said, 5) == 5)
      let error = await #expect(throws: SQLiteStoreError.self) { _ = try await world.open(TestClock()) }
      #expect(error?.code == .inUse)
      kill(-pid, SIGKILL)
      waitpid(pid, nil, 0)
      // The kernel gives the lock up when the last of them is quite gone, which nobody is told of.
      var store: SQLiteStore?
      while store == nil { store = try? await world.open(TestClock()) }
      try await store?.close()
    }
  }

  @Test func `a database of a newer version is refused with a sentence and left as it is`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      try await store.pool.write { try $0.execute(sql: "INSERT INTO grdb_migrations(identifier) VALUES ('9999')") }
      try await store.close()
      let error = await #expect(throws: SQLiteStoreError.self) { _ = try await world.open(TestClock()) }
      #expect(error?.code == .newerVersion)
      #expect(error?.description.contains("newer version") == true)
    }
  }

  @Test func `deliveries from before they had readers are shown to whom their events are`() async throws {
    try await withWorld { world in
      var store = try await world.open(TestClock())
      _ = try await store.replace(shop, with: [hook()], ifVersion: nil)
      let audiences = [["a"], ["b"], [], ["a", "b"]]
      for (index, groups) in audiences.enumerated() {
        var event = event("e\(index)")
        (event.audience, event.username) = (Audience(groups), index == 2 ? "ann" : nil)
        _ = try await store.ingest([.event(event, Origin(door: .http, raw: []))])
      }
      let secrets = try await store.subscriptions(of: shop).subscriptions.map(\.secrets)
      // Back to the schema of the first release.
      try await store.pool.write { db in
        try db.execute(
          sql: """
            DROP TABLE reader_delivery;
            ALTER TABLE subscription DROP COLUMN created_after;
            DELETE FROM grdb_migrations WHERE identifier = '0003';
            """)
      }
      try await world.downgrade(store)
      store = try await world.open(TestClock())
      func events(_ groups: Set<String>, _ username: String?) async throws -> [String] {
        try await store.deliveries(matching: DeliveryFilter(), for: .member(groups: groups, username: username), page: CursorPage())
          .elements.map(\.eventID)
      }
      #expect(try await events(["a"], nil) == ["e3", "e0"])
      #expect(try await events(["b"], "ann") == ["e3", "e2", "e1"])
      #expect(try await events([], "bob") == [])
      // Nobody knows when the entry was made, so it is not taken for a later one.
      _ = try await store.replace(shop, with: [hook(), hook("new")], ifVersion: nil)
      let explanation = try await store.explanation(of: "e0", for: .everything)
      #expect(explanation?.subscriptions.map(\.verdict) == [.matched, .later])
      #expect(try await store.subscriptions(of: shop).subscriptions.map(\.secrets).first == secrets.first)
      try await store.close()
    }
  }

  @Test func `a store with a row for each entry of a timeline answers as before, and still knows its ids`() async throws {
    try await withWorld { world in
      var store = try await world.open(TestClock())
      let events = (0..<700).map { index in
        var event = event("e\(index)")
        event.occurredAt = Timestamp(seconds: Int64(index * 7 % 100))
        (event.audience, event.username) = (Audience(index % 3 == 0 ? ["a"] : ["b", "c"]), index % 5 == 0 ? "ann" : nil)
        return Arrival.event(event, Origin(door: .http, raw: []))
      }
      _ = try await store.ingest(events)
      func pages(_ store: SQLiteStore) async throws -> [[String]] {
        var pages: [[String]] = []
        for reader in [Reader.everything, .member(groups: ["a"], username: nil), .member(groups: [], username: "ann")] {
          for timeline in [Timeline.everything, .inventoryProject("shop"), .user("ann")] {
            let page = try await store.events(in: timeline, for: reader, filter: EventFilter(), page: EventPageRequest(size: 1_000))
            pages.append(page.events.map(\.id))
          }
        }
        return pages
      }
      let before = try await pages(store)
      #expect(before[0].count == 700 && before[8].count == 140)
      try await world.downgrade(store)
      let log = InfoLog()
      var configuration = world.configuration(TestClock())
      configuration.logger = log.logger
      store = try SQLiteStore.open(configuration)
      // It may take minutes, so it is said. What is removed later is overwritten all the same.
      #expect(log.lines.map { $0.contains("brought to this version") } == [true])
      #expect(try await store.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA secure_delete") } == 1)
      #expect(try await pages(store) == before)
      #expect(try await store.ingest(events).fates == (1...700).map { .duplicate(sequence: $0) })
      #expect(try await store.ingest(arrivals(0..<1)).fates == [.stored(sequence: 701)])
      #expect(try await store.event("e5", for: .everything)?.sequence == 6)
      try await store.close()
      try await SQLiteStore.open(configuration).close()
      #expect(log.lines.count == 1)
    }
  }

  @Test func `a file that is no database is refused with a sentence`() async throws {
    try await withWorld { world in
      let file = fopen(world.path, "w")
      fputs(String(repeating: "this is not a database. ", count: 500), file)
      fclose(file)
      let error = await #expect(throws: SQLiteStoreError.self) { _ = try await world.open(TestClock()) }
      #expect(error?.code == .corrupt)
    }
  }

  @Test func `a database of somebody else's is refused with a sentence and left as it is`() async throws {
    try await withWorld { world in
      let other = try DatabaseQueue(path: world.path)
      try await other.write { try $0.execute(sql: "CREATE TABLE customer (name TEXT)") }
      try other.close()
      let error = await #expect(throws: SQLiteStoreError.self) { _ = try await world.open(TestClock()) }
      #expect(error?.description.contains("is no store of Fanfare's") == true)
      let again = try DatabaseQueue(path: world.path)
      #expect(try await again.read { try String.fetchAll($0, sql: "SELECT name FROM sqlite_master") } == ["customer"])
      try again.close()
      // What a first start that was killed may have left is no reason to refuse it.
      unlink(world.path)
      fclose(fopen(world.path, "w"))
      try await world.open(TestClock()).close()
    }
  }

  @Test func `a store that was closed says so`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      try await store.close()
      let writing = await #expect(throws: SQLiteStoreError.self) { _ = try await store.ingest(arrivals(0..<1)) }
      #expect(writing?.code == .closed)
      let reading = await #expect(throws: SQLiteStoreError.self) { _ = try await store.dueLanes() }
      #expect(reading?.code == .closed)
      #expect(await store.health().isReady == false)
    }
  }
}

/// Keeps what is said at info.
private final class InfoLog: Sendable {
  private let kept = Mutex<[String]>([])

  var lines: [String] { kept.withLock { $0 } }
  var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

  private struct Handler: LogHandler {
    let log: InfoLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { log.kept.withLock { $0.append("\(event.message)") } }
  }
}
