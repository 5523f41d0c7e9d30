import Foundation
import GRDB
import Glibc
import ServiceFixture
import Testing

/// A store that cannot be served from: the service says why, and ends.
@Suite struct DamageTests {
  private func withDirectory(_ body: (URL) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-damage-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory)
  }

  private func database(in directory: URL) -> String { directory.appending(path: "fanfare.db").path }

  /// Starts a service that is to end by itself.
  ///
  /// - Returns: what it said.
  private func refusal(in directory: URL) async throws -> String {
    let service = try ServiceProcess.launch(in: directory, settings: [:])
    #expect(await service.ended() == .exited(code: 1))
    return service.wholeLog
  }

  @Test func `pages of events that are damaged end the service with a sentence as soon as they are read, each time`() async throws {
    try await withDirectory { directory in
      let first = try await ServiceProcess.start(in: directory, settings: [:])
      let events = (0..<2000).map { #"{"id":"e-\#($0)","type":"ADD_BUILD","data":{"n":\#($0)}}"# }.joined(separator: ",")
      let made = try await Client(url: first.url, token: first.token)
        .send("POST", "/internal/create-event", body: "[\(events)]", base: first.internalURL)
      try #require(made.status == 200)
      #expect(await first.stop() == 0)
      try damageEvents(database(in: directory))
      for _ in 0..<2 {
        let service = try await ServiceProcess.start(in: directory, settings: [:])
        let client = Client(url: service.url, token: try service.token)
        // The newest is whole; one from the middle is not, and the service may be gone before it has said so.
        #expect(try await client.get("/api/v1/events/event/e-1999").status == 200)
        if let answer = try? await client.get("/api/v1/events/event/e-1000") { #expect(answer.status == 500, "\(answer.text)") }
        #expect(await service.ended() == .exited(code: 1))
        #expect(service.wholeLog.contains("the database \(database(in: directory)) is damaged"))
        #expect(service.wholeLog.contains("'fanfare restore' puts a backup in its place"))
      }
    }
  }

  @Test func `a store of a newer version, one whose first page is damaged, and one in use are each refused with a sentence`() async throws {
    try await withDirectory { directory in
      let path = database(in: directory)
      let service = try await ServiceProcess.start(in: directory, settings: [:])
      #expect(try await refusal(in: directory).contains("in use by the process \(service.processIdentifier)"))
      #expect(try await Client(url: service.url, token: service.token).get("/v0/account").status == 200)
      #expect(await service.stop() == 0)

      let queue = try DatabaseQueue(path: path)
      try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations(identifier) VALUES ('9999')") }
      try queue.close()
      #expect(try await refusal(in: directory).contains("was written by a newer version of Fanfare"))

      overwrite(path, page: 1, of: 4096)
      #expect(try await refusal(in: directory).contains("the database \(path) is damaged"))
    }
  }

  @Test func `a store that is empty beside the token and the key of one before it is not passed over in silence`() async throws {
    try await withDirectory { directory in
      let new = try await ServiceProcess.start(in: directory, settings: [:])
      #expect(await new.stop() == 0)
      #expect(!new.wholeLog.contains("The store is empty"))
      let path = database(in: directory)
      for file in [path, path + "-wal", path + "-shm"] { unlink(file) }
      fclose(fopen(path, "w"))
      let emptied = try await ServiceProcess.start(in: directory, settings: [:])
      #expect(await emptied.stop() == 0)
      #expect(emptied.wholeLog.contains("The store is empty, though admin.token and the key of its secrets were there"))
    }
  }

  @Test(
    .enabled("a file system of its own cannot be mounted here") { await MountRights.areThere() },
    arguments: [
      (#"cp -a "$1/." /mnt && mount -o remount,ro /mnt"#, "cannot open /mnt/fanfare.db.lock: Read-only file system"),
      ("! cat /dev/zero >/mnt/filler", "the database /mnt/fanfare.db cannot be used: the store failed: database or disk is full"),
    ])
  func `a store on a file system that is read-only, or a first one on one that is full, is refused with a sentence`(
    preparation: String, sentence: String
  ) async throws {
    try await withDirectory { directory in
      let service = try await ServiceProcess.start(in: directory, settings: [:])
      #expect(await service.stop() == 0)
      let script = #"mount -t tmpfs -o size=8m tmpfs /mnt && \#(preparation) && "$0" serve --data-directory /mnt 2>&1"#
      let run = try await CommandRun.run(
        URL(filePath: "/usr/bin/unshare"), ["-m", "sh", "-c", script, ServiceProcess.executable.path, directory.path])
      #expect(run.status == 1)
      #expect(run.output.contains(sentence), "\(run.output)")
    }
  }

  // MARK: Damage

  /// Overwrites the pages of events, but for the first and the newest, which the opening reads. The store is closed.
  private func damageEvents(_ path: String) throws {
    let queue = try DatabaseQueue(path: path)
    let (leaves, size) = try queue.read { db in
      (
        try Int64.fetchAll(db, sql: "SELECT pageno FROM dbstat WHERE name = 'event' AND pagetype = 'leaf' ORDER BY path"),
        try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
      )
    }
    try queue.close()
    #expect(leaves.count > 10)
    for page in leaves.dropFirst().dropLast() { overwrite(path, page: page, of: size) }
  }

  private func overwrite(_ path: String, page: Int64, of size: Int) {
    let descriptor = open(path, O_WRONLY)
    defer { close(descriptor) }
    pwrite(descriptor, [UInt8](repeating: 0xFF, count: size), size, off_t(page - 1) * off_t(size))
  }
}
