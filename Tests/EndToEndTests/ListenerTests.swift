import Foundation
import ServiceFixture
import Testing

/// The public listener of a real service: TLS and its reload, and a port that is taken. No broker is needed.
@Suite struct ListenerTests {
  /// A directory for the service's data and the certificates, removed with the test.
  private final class Place: Sendable {
    let url = FileManager.default.temporaryDirectory.appending(path: "fanfare-listener-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    /// Writes a certificate for 127.0.0.1 that is its own authority, and its key.
    func makeCertificate(_ name: String) throws {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/openssl")
      process.arguments = [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-addext",
        "subjectAltName=IP:127.0.0.1", "-keyout", path("\(name).key"), "-out", path("\(name).pem"),
      ]
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
    }

    func put(_ name: String, inPlaceOf other: String) throws {
      try Data(contentsOf: url.appending(path: name)).write(to: url.appending(path: other))
    }
  }

  @Test func `the certificate is read again at SIGHUP, and the command line trusts a private authority`() async throws {
    let place = try Place()
    try place.makeCertificate("server")
    try place.makeCertificate("new")
    try place.put("server.pem", inPlaceOf: "old-ca.pem")
    let service = try await ServiceProcess.start(
      in: place.url, settings: ["http.tls.certificate": place.path("server.pem"), "http.tls.key": place.path("server.key")])
    #expect(service.url.hasPrefix("https://127.0.0.1:"))

    func ask(_ ca: String?) async throws -> CommandRun {
      let environment = ["FANFARE_URL": service.url, "FANFARE_TOKEN": try service.token]
      return try await .fanfare(["events", "--json"] + (ca.map { ["--ca", place.path($0)] } ?? []), environment: environment)
    }
    let trusting = try await ask("old-ca.pem")
    #expect(trusting.status == 0, "\(trusting.errors)")
    let distrusting = try await ask(nil)
    #expect(distrusting.status == 1)
    #expect(distrusting.errors.contains("its certificate is not trusted here; name its authority's with --ca"), "\(distrusting.errors)")
    let missing = try await ask("nothing.pem")
    #expect(missing.errors.contains("nothing.pem cannot be read: No such file or directory"), "\(missing.errors)")

    // Half of the new pair only: the old one stays.
    try place.put("new.pem", inPlaceOf: "server.pem")
    service.hangUp()
    #expect(await service.waitForLog("Not read again: what there was stays", part: "certificate"))
    #expect(try await ask("old-ca.pem").status == 0)

    try place.put("new.key", inPlaceOf: "server.key")
    service.hangUp()
    #expect(await service.waitForLog("Read again", part: "certificate"))
    #expect(try await ask("new.pem").status == 0)
    #expect(try await ask("old-ca.pem").status == 1)
    #expect(await service.stop() == 0)
  }

  @Test func `a port that is taken, and a certificate that is not there, end serve with one line`() async throws {
    let place = try Place()
    let service = try await ServiceProcess.start(in: place.url, settings: [:])
    let address = try #require(service.url.split(separator: "/").last)
    let second = try Place()
    func serve(_ settings: [String]) async throws -> CommandRun {
      let arguments = ["serve", "--data-directory", second.path("data"), "--internal-listen", "127.0.0.1:0", "--set", "log.format=json"]
      return try await .fanfare(arguments + settings.flatMap { ["--set", $0] })
    }
    func complaints(_ run: CommandRun) -> [Substring] {
      let usual = ["\"level\":\"info\"", "admin was made", "A key was made", "amqp.url is not set"]
      return run.errors.split(separator: "\n").filter { line in !usual.contains { line.contains($0) } }
    }
    let taken = try await serve(["http.listen=\(address)"])
    #expect(taken.status == 1)
    #expect(complaints(taken).count == 1, "\(taken.errors)")
    #expect(complaints(taken).first?.contains("\"error\":\"cannot listen on \(address): address already in use\"") == true)

    let blind = try await serve(["http.listen=127.0.0.1:0", "http.tls.certificate=/nowhere.pem", "http.tls.key=/nowhere.key"])
    #expect(blind.status == 1)
    #expect(complaints(blind).count == 1, "\(blind.errors)")
    #expect(blind.errors.contains("http.tls.certificate, http.tls.key: /nowhere.pem cannot be read: No such file or directory"))
    #expect(await service.stop() == 0)
  }
}
