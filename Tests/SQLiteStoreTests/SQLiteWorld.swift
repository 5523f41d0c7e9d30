import Fanfare
import FoundationEssentials
import GRDB
import Glibc
import RandomFixture
import StoreConformance

@testable import SQLiteStore

/// A directory of its own with a database in it.
struct SQLiteWorld: StoreWorld {
  let directory: String
  /// Unlike the service's, if that is what a test is about.
  var foldBounds = FoldBounds()

  static func make() async throws -> SQLiteWorld {
    var template = Array("/tmp/fanfare-store-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else { throw DirectoryError(code: errno) }
    return SQLiteWorld(directory: String(cString: path))
  }

  struct DirectoryError: Error {
    let code: Int32
  }

  var path: String { directory + "/fanfare.db" }

  func configuration(_ clock: TestClock, defaultVisibility: DefaultVisibility = .restricted) -> SQLiteStoreConfiguration {
    var configuration = SQLiteStoreConfiguration(
      directory: directory, secretKey: { _ in .sample(1) }, defaultVisibility: defaultVisibility, clock: { clock.now })
    configuration.foldBounds = foldBounds
    return configuration
  }

  func open(_ clock: TestClock, defaultVisibility: DefaultVisibility = .restricted) async throws -> SQLiteStore {
    try SQLiteStore.open(configuration(clock, defaultVisibility: defaultVisibility))
  }

  func close(_ store: SQLiteStore) async throws { try await store.close() }

  func remove() async throws {
    try await clear()
    rmdir(directory)
  }

  /// How many entries timelines have in all, in the table and in memory.
  func entryCount(_ store: SQLiteStore) async throws -> Int {
    try await store.pool.read { db in
      let reader = try TimelineReader(store.writer.recent, in: db)
      var count = 0
      for timeline in try Int64.fetchAll(db, sql: "SELECT id FROM timeline") {
        for audience in try Int64.fetchAll(db, sql: "SELECT 0 UNION SELECT id FROM audience") {
          let run = RunKey(timeline: timeline, audience: audience)
          count += try reader.entries(of: run, newerThan: EntryPosition(occurredAt: .min, sequence: 0), limit: .max).count
        }
      }
      return count
    }
  }

  /// What the table of ids has.
  func ids(_ store: SQLiteStore) async throws -> [IDEntry] {
    try await store.pool.read { db in
      try Row.fetchAll(db, sql: "SELECT first_key, entries FROM id_slice ORDER BY first_key").flatMap { row in
        try (row["entries"] as Data).withUnsafeBytes { try IDSlice.decode($0, from: row["first_key"]) }
      }
    }
  }

  /// Overwrites the pages of events, but for the first and the newest, which the opening reads. The store is closed.
  func damageEvents() throws {
    let database = try DatabaseQueue(path: path)
    let leaves = try database.read {
      try Int64.fetchAll($0, sql: "SELECT pageno FROM dbstat WHERE name = 'event' AND pagetype = 'leaf' ORDER BY path")
    }
    let size = try database.read { try Int.fetchOne($0, sql: "PRAGMA page_size") ?? 0 }
    try database.close()
    let descriptor = Glibc.open(path, O_WRONLY)
    defer { Glibc.close(descriptor) }
    for page in leaves.dropFirst().dropLast() {
      pwrite(descriptor, [UInt8](repeating: 0xFF, count: size), size, off_t(page - 1) * off_t(size))
    }
  }

  var files: [String] {
    guard let listing = opendir(directory) else { return [] }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Copies the files as they are now, as a machine that loses its power would leave them.
  func copied() async throws -> SQLiteWorld {
    let copy = try await SQLiteWorld.make()
    // The log first: what is moved into the database meanwhile is in the log that was copied.
    for name in ["fanfare.db-wal", "fanfare.db"] {
      guard let bytes = contents(of: directory + "/" + name) else { continue }
      let file = fopen(copy.directory + "/" + name, "w")
      fwrite(bytes, 1, bytes.count, file)
      fclose(file)
    }
    return copy
  }

  /// Puts its files where those of another are, whose store is closed.
  func replaceFiles(of other: SQLiteWorld) async throws {
    try await other.clear()
    for name in files { rename(directory + "/" + name, other.directory + "/" + name) }
    rmdir(directory)
  }

  private func clear() async throws {
    for name in files { unlink(directory + "/" + name) }
  }

  private func contents(of path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: ftell(file))
    rewind(file)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes.prefix(count))
  }
}

extension SecretKey {
  /// The same for the same number.
  static func sample(_ number: UInt8) -> SecretKey {
    var random = SeededGenerator(seed: UInt64(number))
    return SecretKey(using: &random)
  }
}

/// Runs `body` with a directory that is removed afterwards.
func withWorld(_ body: (SQLiteWorld) async throws -> Void) async throws {
  let world = try await SQLiteWorld.make()
  do {
    try await body(world)
  } catch {
    try await world.remove()
    throw error
  }
  try await world.remove()
}

func event(_ id: String, project: String = "shop", data: String? = nil) -> Event {
  Event(
    id: id, type: EventType("ADD_BUILD"), occurredAt: Timestamp(seconds: 1_780_000_000), receivedAt: Timestamp(seconds: 1_790_000_000),
    path: EventPath(inventory: InventoryPlace(project: project)), data: data.map { Array($0.utf8) })
}

func arrivals(_ ids: Range<Int>) -> [Arrival] {
  ids.map { .event(event("event-\($0)"), Origin(door: .http, raw: Array("raw".utf8))) }
}

let shop = SubscriptionScope(side: .project, project: "shop")

func hook(_ id: String = "hook") -> Subscription {
  Subscription(scope: shop, id: id, kind: .webhook, url: "https://receiver.example/\(id)")
}
