import Fanfare
import GRDB
import Glibc
import StoreConformance
import Synchronization
import Testing

@testable import SQLiteStore

@Suite struct CopyTests {
  private let id = SecretKey.sample(1).id

  private func backUp(_ world: SQLiteWorld, to file: String, replacing: Bool = false) async throws -> StoreSummary {
    try await SQLiteStore.backUp(world.path, to: file, replacing: replacing, sparing: ["\(world.directory)/other"]) { _ in }
  }

  @discardableResult
  private func restore(_ file: String, to world: SQLiteWorld, keepingOldAs old: String? = nil, key: UInt8 = 1) async throws -> StoreSummary
  {
    try await SQLiteStore.restore(
      file, to: world.path, keepingOldAs: old, secretKey: { _ in .sample(key) }, progress: { _ in })
  }

  private func code(_ body: () async throws -> some Any) async -> SQLiteStoreError.Code? {
    do {
      _ = try await body()
      return nil
    } catch {
      return (error as? SQLiteStoreError)?.code
    }
  }

  private func sequences(_ store: SQLiteStore) async throws -> [Int64] {
    try await store.pool.read { try Int64.fetchAll($0, sql: "SELECT seq FROM event ORDER BY seq") }
  }

  /// Counts what was answered.
  private final class Acknowledged: Sendable {
    let count = Atomic(0)
    let isDone = Atomic(false)
  }

  @Test func `backups of a store that is written to have all that was acknowledged before they began, and nothing half`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.replace(shop, with: [hook()], ifVersion: nil)
      let acknowledged = Acknowledged()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          var next = 0
          while !acknowledged.isDone.load(ordering: .acquiring) {
            _ = try await store.ingest(arrivals(next..<next + 50))
            next += 50
            acknowledged.count.store(next, ordering: .releasing)
            // The log is moved into the database between the backups, and during them as far as their snapshots let it.
            if next % 1000 == 0 { try await store.pool.writeWithoutTransaction { _ = try? $0.checkpoint(.passive) } }
          }
        }
        while acknowledged.count.load(ordering: .acquiring) == 0 { await Task.yield() }
        for number in 1...6 {
          let before = acknowledged.count.load(ordering: .acquiring)
          let file = "\(world.directory)/backup-\(number)"
          let summary = try await backUp(world, to: file)
          #expect(summary.events >= before)
          #expect(summary.events == Int(summary.lastSequence))
          #expect(summary.waitingDeliveries == summary.events)
          #expect(summary.secretKey == id)
          // Until the next one has something more to find.
          while acknowledged.count.load(ordering: .acquiring) < before + 200 { await Task.yield() }
        }
        acknowledged.isDone.store(true, ordering: .releasing)
        try await group.waitForAll()
      }
      try await store.close()
      for number in 1...6 {
        try await withWorld { other in
          let summary = try await restore("\(world.directory)/backup-\(number)", to: other)
          let again = try await other.open(TestClock())
          #expect(try await sequences(again) == Array(1...summary.lastSequence))
          // It goes on where the backup was, and knows what it has.
          let receipt = try await again.ingest(arrivals(summary.events - 1..<summary.events + 1))
          #expect(receipt.fates.count { if case .duplicate = $0 { true } else { false } } == 1)
          #expect(try await sequences(again).count == summary.events + 1)
          #expect(try await again.pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
          try await again.close()
        }
      }
    }
  }

  @Test func `a backup of a store whose process was killed has what is in its log`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.ingest(arrivals(0..<300))
      let killed = try await world.copied()
      try await store.close()
      #expect(killed.files.contains("fanfare.db-wal"))
      #expect(try await backUp(killed, to: "\(world.directory)/backup").events == 300)
      try await killed.remove()
    }
  }

  @Test func `a backup is whole, its owner's alone, and needs no other file`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.ingest(arrivals(0..<10))
      let file = "\(world.directory)/backup"
      // What a backup that was killed has left.
      fclose(fopen(file + ".part", "w"))
      let before = Set(world.files)
      let summary = try await backUp(world, to: file)
      #expect(Set(world.files) == before.subtracting(["backup.part"]).union(["backup"]))
      var status = stat()
      #expect(stat(file, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
      #expect(summary.bytes == Int(status.st_size))
      #expect(await code { try await backUp(world, to: file) } == .invalid)
      #expect(try await backUp(world, to: file, replacing: true).events == 10)
      for suffix in ["", "-wal", ".lock"] {
        #expect(await code { try await backUp(world, to: world.path + suffix, replacing: true) } == .invalid)
      }
      // Neither are files beside it that belong to it, under whatever name.
      fclose(fopen("\(world.directory)/other", "w"))
      #expect(link("\(world.directory)/other", "\(world.directory)/alias") == 0)
      for name in ["other", "alias"] {
        #expect(await code { try await backUp(world, to: "\(world.directory)/\(name)", replacing: true) } == .invalid)
      }
      #expect(await code { try await backUp(world, to: world.directory, replacing: true) } == .invalid)
      try await store.close()
    }
  }

  @Test func `a backup that is cancelled leaves nothing`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.ingest(arrivals(0..<5_000))
      let before = Set(world.files)
      let (path, directory) = (world.path, world.directory)
      let task = Mutex<Task<StoreSummary, any Error>?>(nil)
      let cancel: @Sendable () -> Void = { task.withLock { $0?.cancel() } }
      let started = task.withLock { slot in
        let started = Task {
          try await SQLiteStore.backUp(path, to: "\(directory)/backup", replacing: false, sparing: []) { _ in cancel() }
        }
        slot = started
        return started
      }
      await #expect(throws: CancellationError.self) { try await started.value }
      #expect(Set(world.files) == before)
      try await store.close()
    }
  }

  @Test func `two backups do not write into each other's file`() async throws {
    try await withWorld { world in
      let draft = try StoreDraft(for: "\(world.directory)/backup")
      #expect(throws: SQLiteStoreError.self) { _ = try StoreDraft(for: "\(world.directory)/backup") }
      #expect(access(draft.path, F_OK) == 0)
    }
  }

  @Test func `a store that is there is replaced only where that is asked for, and kept`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.ingest(arrivals(0..<10))
      let file = "\(world.directory)/backup"
      _ = try await backUp(world, to: file)
      _ = try await store.ingest(arrivals(10..<20))
      #expect(await code { try await restore(file, to: world, keepingOldAs: world.path + ".old") } == .inUse)
      try await store.close()
      #expect(await code { try await restore(file, to: world) } == .invalid)
      #expect(await code { try await restore(world.path, to: world, keepingOldAs: world.path + ".old") } == .invalid)
      try await restore(file, to: world, keepingOldAs: world.path + ".old")
      let again = try await world.open(TestClock())
      #expect(try await sequences(again).count == 10)
      try await again.close()
      #expect(try await StoreFile(path: world.path + ".old").summary().events == 20)
    }
  }

  @Test func `what the killed store had in its log is kept with it, and does not get into the one that takes its place`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.ingest(arrivals(0..<10))
      let file = "\(world.directory)/backup"
      _ = try await backUp(world, to: file)
      _ = try await store.ingest(arrivals(10..<500))
      let killed = try await world.copied()
      try await store.close()
      try await restore(file, to: killed, keepingOldAs: killed.path + ".old")
      #expect(try await StoreFile(path: killed.path + ".old").summary().events == 500)
      let again = try await killed.open(TestClock())
      #expect(try await sequences(again) == Array(1...10))
      try await again.close()
      try await killed.remove()
    }
  }

  @Test func `a log that was left behind by a store that was moved away is not thrown away`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.ingest(arrivals(0..<10))
      let file = "\(world.directory)/backup"
      _ = try await backUp(world, to: file)
      _ = try await store.ingest(arrivals(10..<500))
      let killed = try await world.copied()
      try await store.close()
      try #require(rename(killed.path, killed.path + ".broken") == 0)
      let log = try #require(FileIdentity(path: killed.path + "-wal"))
      for old in [nil, killed.path + ".old"] {
        #expect(await code { try await restore(file, to: killed, keepingOldAs: old) } == .invalid)
        #expect(FileIdentity(path: killed.path + "-wal") == log)
      }
      // Nothing of it is lost when both are put together again.
      try #require(rename(killed.path + ".broken", killed.path) == 0)
      try await restore(file, to: killed, keepingOldAs: killed.path + ".old")
      #expect(try await StoreFile(path: killed.path + ".old").summary().events == 500)
      try await killed.remove()
    }
  }

  @Test func `a backup of the name that the copy gets is refused, and stays`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.ingest(arrivals(0..<10))
      let other = try await SQLiteWorld.make()
      let file = other.path + ".part"
      _ = try await backUp(world, to: file)
      #expect(await code { try await restore(file, to: other) } == .invalid)
      #expect(try await StoreFile(path: file).summary().events == 10)
      try await store.close()
      try await other.remove()
    }
  }

  @Test func `what is no backup, is damaged, is newer or has another key is refused, and changes nothing`() async throws {
    try await withWorld { world in
      let store = try await world.open(TestClock())
      _ = try await store.replace(shop, with: [hook()], ifVersion: nil)
      _ = try await store.ingest(arrivals(0..<2_000))
      func copy(_ name: String, _ change: @escaping @Sendable (Database) throws -> Void) async throws -> String {
        let file = "\(world.directory)/\(name)"
        _ = try await backUp(world, to: file)
        let queue = try DatabaseQueue(path: file)
        try await queue.writeWithoutTransaction { try change($0) }
        try queue.close()
        return file
      }
      let fine = try await copy("fine") { _ in }
      let newer = try await copy("newer") { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999')") }
      let foreign = try await copy("foreign") { try $0.execute(sql: "DROP TABLE grdb_migrations") }
      let sealed = try await copy("sealed") { try $0.execute(sql: "UPDATE subscription SET secrets = zeroblob(60)") }
      let text = "\(world.directory)/text"
      let handle = fopen(text, "w")
      fputs(String(repeating: "no database ", count: 100), handle)
      fclose(handle)
      let torn = try await copy("torn") { _ in }
      truncate(torn, 40 * 4096)
      let touched = try await copy("touched") { _ in }
      try touchLeaf(of: "event", in: touched)
      try await withWorld { other in
        for (file, expected) in [
          (newer, SQLiteStoreError.Code.newerVersion), (foreign, .corrupt), (sealed, .corrupt), (text, .corrupt), (torn, .corrupt),
          (touched, .corrupt), ("\(world.directory)/nothing", .inputOutput),
        ] {
          #expect(await code { try await restore(file, to: other) } == expected, "\(file)")
          #expect(other.files == ["fanfare.db.lock"], "\(file)")
        }
        #expect(await code { try await restore(fine, to: other, key: 2) } == .wrongKey)
        #expect(other.files == ["fanfare.db.lock"])
        try await restore(fine, to: other)
      }
      try await store.close()
    }
  }
}

/// Overwrites the first bytes of a leaf in the middle of a table or an index.
func touchLeaf(of table: String, in file: String) throws {
  let queue = try DatabaseQueue(path: file)
  let page = try queue.read { db in
    let pages = try Int.fetchAll(db, sql: "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'", arguments: [table])
    return try #require(pages.isEmpty ? nil : pages[pages.count / 2])
  }
  try queue.close()
  let handle = try #require(fopen(file, "r+"))
  fseek(handle, (page - 1) * 4096, SEEK_SET)
  fwrite([UInt8](repeating: 0xA5, count: 64), 1, 64, handle)
  fclose(handle)
}
