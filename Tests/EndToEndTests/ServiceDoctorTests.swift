import BrokerFixture
import Foundation
import ServiceFixture
import Testing

/// What `fanfare doctor` says of a service that does not answer as one, and of its files.
@Suite struct ServiceDoctorTests {
  private func withDirectory(_ body: @Sendable (URL) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-doctor-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory)
  }

  /// - Parameter url: the service's; where there is none by default.
  private func doctor(_ directory: URL, url: String? = nil) async throws -> DoctorRun {
    try await DoctorRun.of(directory, ["--quick"] + (url.map { ["--url", $0] } ?? ["--set", "http.listen=127.0.0.1:1"]))
  }

  private func fault(_ subject: String, _ run: DoctorRun) throws -> DoctorRun.Found {
    let found = try #require(run.findings[subject], "\(run.findings)")
    #expect(found.severity == "fault", "\(found)")
    #expect(run.status == 1)
    return found
  }

  @Test func `a service that hangs is told by its pid, and one that listens elsewhere too`() async throws {
    try await withDirectory { directory in
      let service = try await ServiceProcess.start(in: directory, settings: [:])
      let pid = service.processIdentifier
      kill(pid, SIGSTOP)
      defer { kill(pid, SIGCONT) }
      let hung = try fault("service", try await doctor(directory, url: service.url))
      #expect(hung.says == "the process \(pid) has the store and does not answer at \(service.url): it is stopped (SIGSTOP)")
      #expect(hung.advice == "Have it go on: kill -CONT \(pid)")
      kill(pid, SIGCONT)
      // It takes the connection, and answers no GET.
      let hostile = try await HostileReceiver()
      let silent = try fault("service", try await doctor(directory, url: hostile.url))
      #expect(silent.says == "the process \(pid) has the store and does not answer at \(hostile.url) within 5 s")
      #expect(silent.advice.contains("kill -KILL \(pid)"))
      try await hostile.close()
      let elsewhere = try await doctor(directory).findings["service"]
      #expect(elsewhere?.severity == "warning")
      #expect(elsewhere?.says.hasSuffix("the process \(pid) has the store") == true, "\(elsewhere?.says ?? "")")
      #expect(await service.stop() == 0)
      let stopped = try await doctor(directory).findings["service"]
      #expect(stopped?.advice == "Start the service, or name its URL with --url.")
    }
  }

  @Test func `what is wrong with an address is said in words`() async throws {
    let broker = try await PrivateBroker.own
    try await withDirectory { directory in
      let notURL = try fault("service", try await doctor(directory, url: "foo"))
      #expect(notURL.says == "\"foo\" is not the URL of a service")
      let notHTTP = try fault("service", try await doctor(directory, url: "http://127.0.0.1:\(broker.port)"))
      #expect(notHTTP.says == "what answers at http://127.0.0.1:\(broker.port) does not speak HTTP")
      let closing = try fault("service", try await doctor(directory, url: "http://127.0.0.1:\(broker.tlsPort)"))
      #expect(closing.advice.hasSuffix("is it https://?"), "\(closing)")
      let untrusted = try fault("service", try await doctor(directory, url: "https://localhost:\(broker.tlsPort)"))
      #expect(untrusted.says == "the certificate of https://localhost:\(broker.tlsPort) is not trusted here")
      #expect(untrusted.advice.contains("--ca"))
    }
  }

  @Test func `files that are lost, left over, replaced or open to others are told with what to do`() async throws {
    try await withDirectory { directory in
      let path = directory.path
      let none = try fault("store", try await doctor(directory))
      #expect(none.says.contains("there is no store at \(path)/fanfare.db"))
      #expect(try await ServiceProcess.start(in: directory, settings: [:]).stop() == 0)

      try Data(count: 4096).write(to: directory.appending(path: "fanfare.db.part"))
      chmod(path, 0o777)
      let exposed = try await doctor(directory)
      #expect(try fault("permissions", exposed).says == "others may write into \(path), and so replace or remove any file in it")
      #expect(exposed.findings["leftovers"]?.severity == "warning")
      #expect(exposed.findings["leftovers"]?.says == "\(path)/fanfare.db.part (4.0 KiB) is what a restore was making")
      chmod(path, 0o700)

      chmod("\(path)/secrets.key", 0o644)
      let open = try fault("secrets", try await doctor(directory))
      #expect(open.advice.contains("chmod 600 \(path)/secrets.key"))
      #expect(!open.advice.contains("Put"))
      rename("\(path)/secrets.key", "\(path)/kept")
      #expect(try fault("secrets", try await doctor(directory)).advice.hasPrefix("Put it back"))
      mkdir("\(path)/secrets.key", 0o700)
      #expect(try fault("secrets", try await doctor(directory)).advice.hasPrefix("Move \(path)/secrets.key away, which is no file"))

      for name in ["fanfare.db", "fanfare.db-wal", "fanfare.db-shm"] { unlink("\(path)/\(name)") }
      #expect(try fault("store", try await doctor(directory)).advice.contains("restore the last backup"))
      try Data().write(to: directory.appending(path: "fanfare.db"))
      let empty = try fault("version", try await doctor(directory))
      #expect(empty.says == "\(path)/fanfare.db is empty")
      #expect(empty.advice.contains("restore the last backup"))
      unlink("\(path)/fanfare.db")
      mkdir("\(path)/fanfare.db", 0o700)
      #expect(try fault("store", try await doctor(directory)).says == "\(path)/fanfare.db is no file, but a directory or the like")
    }
  }

  @Test(.enabled("a file system of its own cannot be mounted here") { await MountRights.areThere() })
  func `a directory that is read-only is a fault`() async throws {
    try await withDirectory { directory in
      #expect(try await ServiceProcess.start(in: directory, settings: [:]).stop() == 0)
      let script = """
        mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && \
        "$0" doctor --json --quick --set http.listen=127.0.0.1:1 --data-directory "$1"
        """
      let run = try await CommandRun.run(
        URL(filePath: "/usr/bin/unshare"), ["-m", "sh", "-c", script, ServiceProcess.executable.path, directory.path])
      let found = try fault("writable", try DoctorRun(run))
      #expect(found.says == "\(directory.path) cannot be written to: Read-only file system")
      #expect(found.advice.contains("mount -o remount,rw"))
    }
  }
}
