import Fanfare
import Foundation
import ServiceFixture
import Synchronization
import Testing

@Suite(.serialized) struct BackupTests {
  private func body(_ range: Range<Int>, data: String = "") -> String {
    let events = range.map { #"{"id":"e-\#($0)","type":"ADD_BUILD","state_project":"shop","data":{"n":\#($0),"text":"\#(data)"}}"# }
    return "[\(events.joined(separator: ","))]"
  }

  private func fanfare(_ arguments: String..., directory: URL) async throws -> CommandRun {
    // No service of another test's is asked.
    try await CommandRun.fanfare(arguments + ["--data-directory", directory.path, "--set", "http.listen=127.0.0.1:1"])
  }

  /// How many events were answered with 200.
  private final class Acknowledged: Sendable {
    private let value = Atomic(0)

    var count: Int { value.load(ordering: .acquiring) }
    func add(_ more: Int) { value.add(more, ordering: .releasing) }
  }

  private func number(of summary: String) -> Int? {
    summary.split(separator: ",").first { $0.hasSuffix(" events") }.flatMap { Int($0.split(separator: " ")[0]) }
  }

  @Test
  func `backups under load, and one while the service is killed, hold all that was acknowledged before, and a service starts on each`()
    async throws
  {
    try await World.with { world in
      let receiver = Receiver()
      try await receiver.serving { receiverURL in
        let service = try await world.start()
        let client = try world.client(of: service)
        let document = #"[{"id":"hook","type":"webhook","url":"\#(receiverURL)/"}]"#
        try #require(try await client.send("PUT", "/api/v1/events/subscriptions/project/shop/", body: document).status == 200)
        let acknowledged = Acknowledged()
        var backups: [(path: String, before: Int)] = []
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            // Until the service is killed.
            while let answer = try? await client.send(
              "POST", "/internal/create-event",
              body: body(acknowledged.count..<acknowledged.count + 40),
              base: service.internalURL), answer.status == 200
            {
              acknowledged.add(40)
            }
          }
          for round in 1...4 {
            let target = acknowledged.count + 400
            try await poll { acknowledged.count >= target }
            let before = acknowledged.count
            let path = "\(world.directory.path)/backup-\(round)"
            async let backup = fanfare("backup", path, directory: world.directory)
            if round == 4 { await service.kill() }
            let run = try await backup
            #expect(run.status == 0, "\(run.errors)")
            #expect(number(of: run.output) ?? 0 >= before, "\(run.output)")
            #expect(run.errors.contains("secrets.key"))
            backups.append((path, before))
          }
          try await group.waitForAll()
        }
        for (path, before) in backups {
          let directory = URL(filePath: path + "-restored")
          let keyless = try await fanfare("restore", path, directory: directory)
          #expect(keyless.status == 1)
          #expect(keyless.errors.contains("secrets.key is missing"))
          try FileManager.default.copyItem(
            at: world.directory.appending(path: "secrets.key"), to: directory.appending(path: "secrets.key"))
          let restored = try await fanfare("restore", path, directory: directory)
          #expect(restored.status == 0, "\(restored.errors)")
          #expect(restored.errors.contains("'fanfare keys create admin --offline' makes a key"))
          let health = try await fanfare("doctor", directory: directory)
          #expect(health.status == 0, "\(health.output)")
          try FileManager.default.copyItem(
            at: world.directory.appending(path: "admin.token"), to: directory.appending(path: "admin.token"))
          let again = try await ServiceProcess.start(in: directory, settings: [:])
          let ids = try await Set(Client(url: again.url, token: again.token).allEventIDs())
          #expect(ids.count == number(of: restored.output))
          #expect(ids.isSuperset(of: (0..<before).map { "e-\($0)" }))
          // What waited is delivered: at the latest by this service.
          await receiver.wait { Set($0.map(\.event)).isSuperset(of: ids) }
          #expect(await again.stop() == 0)
        }
      }
    }
  }

  /// On a thread of its own, which looks without a pause: a copy takes some tens of milliseconds, and other tests have the pool's threads.
  private static func kill(_ process: CommandProcess, onceThereIs files: [String]) async {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        let end = ContinuousClock.now + .seconds(600)
        while files.allSatisfy({ access($0, F_OK) != 0 }), ContinuousClock.now < end { sched_yield() }
        process.signal(SIGKILL)
        continuation.resume()
      }
    }
  }

  @Test func `a backup does not take the place of the key or the token, and says so if the key is missing`() async throws {
    try await World.with { world in
      let service = try await world.start()
      #expect(await service.stop() == 0)
      for name in ["secrets.key", "admin.token"] {
        let path = world.directory.appending(path: name)
        let before = try Data(contentsOf: path)
        let refused = try await fanfare("backup", path.path, "--force", directory: world.directory)
        #expect(refused.status == 1 && refused.errors.contains("belongs to the store itself"))
        #expect(try Data(contentsOf: path) == before)
      }
      let key = world.directory.appending(path: "secrets.key")
      try FileManager.default.moveItem(at: key, to: key.appendingPathExtension("away"))
      let keyless = try await fanfare("backup", "\(world.directory.path)/backup", directory: world.directory)
      #expect(keyless.status == 0 && keyless.errors.contains("secrets.key is missing"))
      try FileManager.default.moveItem(at: key.appendingPathExtension("away"), to: key)
    }
  }

  @Test func `a backup that is killed leaves no file of its name, and the next one clears up`() async throws {
    try await World.with { world in
      let service = try await world.start()
      let client = try world.client(of: service)
      let text = String(repeating: "many words. ", count: 1_500)
      for start in stride(from: 0, to: 2_000, by: 40) {
        try #require(
          try await client.send(
            "POST", "/internal/create-event", body: body(start..<start + 40, data: text), base: service.internalURL
          ).status == 200)
      }
      let file = "\(world.directory.path)/backup"
      let part = file + ".part"
      var killed = 0
      // One that was faster than the kill proves nothing.
      for _ in 1...50 where killed < 3 {
        let backup = try CommandProcess(["backup", file, "--data-directory", world.directory.path], of: service, isClient: false)
        await Self.kill(backup, onceThereIs: [part, file])
        if await backup.exited() == SIGKILL {
          killed += 1
          #expect(!FileManager.default.fileExists(atPath: file))
          #expect(FileManager.default.fileExists(atPath: part))
        }
        try? FileManager.default.removeItem(atPath: file)
      }
      #expect(killed >= 1)
      #expect(try await fanfare("backup", file, directory: world.directory).status == 0)
      #expect(!FileManager.default.fileExists(atPath: part))
      // One that is asked to stop clears up itself.
      let stopped = "\(world.directory.path)/stopped"
      let backup = try CommandProcess(["backup", stopped, "--data-directory", world.directory.path], of: service, isClient: false)
      try await poll { FileManager.default.fileExists(atPath: stopped + ".part") || FileManager.default.fileExists(atPath: stopped) }
      backup.signal(SIGTERM)
      let status = await backup.exited()
      #expect(FileManager.default.fileExists(atPath: stopped) == (status == 0))
      #expect(!FileManager.default.fileExists(atPath: stopped + ".part"))
      #expect(await service.stop() == 0)
    }
  }

  @Test(.enabled("a file system of its own cannot be mounted here") { await MountRights.areThere() })
  func `a backup that the disk has no room for says so and leaves nothing`() async throws {
    try await World.with { world in
      let service = try await world.start()
      let client = try world.client(of: service)
      try #require(try await client.send("POST", "/internal/create-event", body: body(0..<40), base: service.internalURL).status == 200)
      let script = """
        mount -t tmpfs -o size=100k tmpfs /mnt && "$0" backup /mnt/backup --data-directory "$1" 2>&1; echo "status $?"; echo "left:$(ls -A /mnt)"
        """
      let run = try await CommandRun.run(
        URL(filePath: "/usr/bin/unshare"), ["-m", "sh", "-c", script, ServiceProcess.executable.path, world.directory.path])
      #expect(run.output.contains("there is no room left on the disk for /mnt/backup"), "\(run.output)")
      #expect(run.output.hasSuffix("status 1\nleft:\n"), "\(run.output)")
      #expect(await service.stop() == 0)
    }
  }
}
