import Foundation
import ServiceFixture
import Testing

/// SIGHUP and the configuration of a real service. No broker is needed.
@Suite(.timeLimit(.minutes(20))) struct ReloadTests {
  /// A service that reads a configuration file, in a directory that is removed with the test.
  private final class Place: Sendable {
    let url = FileManager.default.temporaryDirectory.appending(path: "fanfare-reload-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    var file: URL { url.appending(path: "fanfare.yaml") }

    func start(_ configuration: String) async throws -> ServiceProcess {
      try write(configuration)
      return try await ServiceProcess.start(in: url, settings: [:], environment: ["FANFARE_CONFIG": file.path])
    }

    func write(_ configuration: String) throws { try Data(configuration.utf8).write(to: file) }
  }

  @Test func `the level of the log changes at SIGHUP, and keys that wait for a restart are named`() async throws {
    let place = try Place()
    let service = try await place.start("log:\n  level: info\nevents:\n  maxBytes: 2048\n")
    try place.write("log:\n  level: error\nevents:\n  maxBytes: 4096\nretention:\n  events: 30d\n")
    service.hangUp()
    let sentence = "Keys of the configuration have changed that only a restart takes"
    #expect(await service.waitForLog(sentence))
    // What is less than an error is silent from here on, its own last word among it; an error is not.
    try place.write("log:\n  level: loud\n")
    service.hangUp()
    #expect(await service.waitForLog("Not read again: what there was stays"))
    let lines = service.wholeLog.split(separator: "\n")
    #expect(lines.first { $0.contains(sentence) }?.contains(#""keys":"events.maxBytes, retention.events""#) == true)
    #expect(lines.last?.contains(#"log.level is \"loud\""#) == true, "\(lines.last ?? "")")
    #expect(!lines.contains { $0.contains("Read again") })
    #expect(await service.stop() == 0)
    #expect(!service.wholeLog.contains("The service has stopped"))
  }

  @Test func `SIGHUP does a service without files no harm`() async throws {
    let place = try Place()
    let service = try await ServiceProcess.start(in: place.url, settings: [:])
    service.hangUp()
    #expect(await service.waitForLog("Read again"))
    #expect(try await Client(url: service.url, token: service.token).get("/health/live").status == 200)
    #expect(await service.stop() == 0)
  }
}
