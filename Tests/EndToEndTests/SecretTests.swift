import Fanfare
import Foundation
import ServiceFixture
import Testing

/// Secrets at rest: the real service, the real files, the real command.
@Suite(.timeLimit(.minutes(20))) struct SecretTests {
  private func withDirectory(_ body: (URL) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-secrets-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory)
  }

  /// The files in the directory that hold one of the texts.
  private func files(in directory: URL, holding texts: [String]) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { name in
      let bytes = try Data(contentsOf: directory.appending(path: name))
      return texts.contains { bytes.range(of: Data($0.utf8)) != nil }
    }
  }

  private func rekey(_ directory: URL) async throws -> CommandRun {
    try await .fanfare(["secrets", "rekey", "--set", "data.directory=\(directory.path)"])
  }

  private func post(_ id: String, _ client: Client, _ service: ServiceProcess) async throws {
    let event = #"{"id":"\#(id)","type":"ADD_BUILD","inventory_project":"shop"}"#
    #expect(try await client.send("POST", "/internal/create-event", body: event, base: service.internalURL).status == 200)
  }

  @Test func `secrets are in no file and no line of the log, and sign the same after a kill and another key`() async throws {
    try await withDirectory { directory in
      let receiver = Receiver()
      try await receiver.serving { receiverURL in
        var service = try await ServiceProcess.start(in: directory, settings: ["log.level": "debug", "delivery.retrySchedule": "10ms"])
        var client = Client(url: service.url, token: try service.token)
        let document = """
          [{"id":"hook","type":"webhook","url":"\(receiverURL)/hook?key=hush-query","headers":{"X-Key":"hush-header"}},
           {"id":"dead","type":"slack","url":"http://127.0.0.1:9/services/HUSHSLACK"}]
          """
        #expect(try await client.send("PUT", "/api/v1/events/subscriptions/project/shop/", body: document).status == 200)
        let base = "/api/v1/events/subscriptions/project/shop/hook/secret"
        let first = try #require(try await client.get(base).json["secret"]?.stringValue)
        let rotated = try await client.send("POST", "\(base)/rotate")
        let second = try #require(rotated.json["secret"]?.stringValue)
        try await post("e1", client, service)
        try await poll { try await client.get("/api/v1/events/dead-letters/").json["elements"] != [] }
        await receiver.wait(forArrivals: 1)
        #expect(receiver.arrivals[0].headers["x-key"] == "hush-header")
        #expect(try await client.get("/api/v1/events/deliveries/").text.contains("hush") == false)

        let marks = ["hush-", "HUSHSLACK", String(first.dropFirst(6)), String(second.dropFirst(6))]
        #expect(try files(in: directory, holding: marks) == [])
        #expect(try files(in: directory, holding: ["SQLite format 3"]) == ["fanfare.db"])
        let running = try await rekey(directory)
        #expect(running.status == 1)
        #expect(running.errors.contains("stop the service first"))
        await service.kill()
        #expect(try files(in: directory, holding: marks) == [])

        let former = try Data(contentsOf: directory.appending(path: "secrets.key"))
        let done = try await rekey(directory)
        #expect(done.status == 0, "\(done.errors)")
        #expect(try Data(contentsOf: directory.appending(path: "secrets.key")) != former)
        #expect(!marks.contains { done.output.contains($0) || done.errors.contains($0) || service.wholeLog.contains($0) })

        service = try await ServiceProcess.start(in: directory, settings: [:])
        client = Client(url: service.url, token: try service.token)
        #expect(try await client.get(base).json["secret"] == .string(second))
        try await post("e2", client, service)
        await receiver.wait { $0.contains { $0.event == "e2" } }
        for arrival in receiver.arrivals {
          let expected = [try arrival.signature(with: second), try arrival.signature(with: first)]
          #expect(arrival.headers["webhook-signature"]?.split(separator: " ").map(String.init) == expected)
        }
        #expect(await service.stop() == 0)
        #expect(try files(in: directory, holding: marks) == [])
        #expect(!marks.contains { service.wholeLog.contains($0) })
      }
    }
  }

  @Test func `without the store's own key the service does not start, and says what is wrong`() async throws {
    try await withDirectory { directory in
      let service = try await ServiceProcess.start(in: directory, settings: [:])
      #expect(await service.waitForLog("A key was made that secrets in the store are encrypted with; a backup is of no use without it"))
      #expect(await service.stop() == 0)
      let (path, kept) = (directory.appending(path: "secrets.key"), directory.appending(path: "kept"))
      try FileManager.default.moveItem(at: path, to: kept)
      let missing = await #expect(throws: ServiceFailure.self) { _ = try await ServiceProcess.start(in: directory, settings: [:]) }
      #expect(missing?.description.contains("secrets.key is missing, and the secrets in the store are encrypted with it") == true)
      #expect(!FileManager.default.fileExists(atPath: path.path))

      try Data("fanfare-secrets-key-1:\(Data(repeating: 7, count: 32).base64EncodedString())\n".utf8).write(to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path.path)
      let other = await #expect(throws: ServiceFailure.self) { _ = try await ServiceProcess.start(in: directory, settings: [:]) }
      #expect(other?.description.contains("put the store's own key back") == true)
      try FileManager.default.removeItem(at: path)
      try FileManager.default.moveItem(at: kept, to: path)
      let again = try await ServiceProcess.start(in: directory, settings: [:])
      #expect(await again.stop() == 0)
    }
  }
}
