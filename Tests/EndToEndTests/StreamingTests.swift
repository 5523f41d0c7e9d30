import Fanfare
import Foundation
import ServiceFixture
import Testing

/// The live stream and the export with the real executables on both ends.
@Suite struct StreamingTests {
  private func withDirectory(_ body: (URL) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-streaming-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory)
  }

  private func create(_ range: Range<Int>, at service: ServiceProcess) async throws {
    let filler = String(repeating: "x", count: 200)
    let events = range.map {
      #"{"id":"e-\#($0)","type":"ADD_BUILD","timestamp":\#(1_700_000_000_000_000_000 + $0),"state_project":"shop","data":{"n":\#($0),"filler":"\#(filler)"}}"#
    }
    let client = Client(url: service.url, token: try service.token)
    let answer = try await client.send(
      "POST", "/internal/create-event", body: "[\(events.joined(separator: ","))]", base: service.internalURL)
    try #require(answer.status == 200, "\(answer.text)")
  }

  @Test func `tail shows each event once, also over a restart of the service, and ends well with Ctrl-C`() async throws {
    try await withDirectory { directory in
      var service = try await ServiceProcess.start(in: directory, settings: [:])
      let address = String(service.url.dropFirst("http://".count))
      try await create(0..<3, at: service)
      let tail = try CommandProcess(["tail", "--json", "--since", "1h", "--project", "shop"], of: service)
      #expect(await tail.lines(3).count == 3)
      try await create(3..<500, at: service)
      #expect(await tail.lines(500).count == 500)

      // The service does not wait for those who follow.
      #expect(await service.stop() == 0)
      service = try await ServiceProcess.start(in: directory, settings: ["http.listen": address])
      try await create(500..<1_000, at: service)
      let ids = await tail.lines(1_000).map { (try? JSONValue(parsing: Array($0.utf8)))?["id"]?.stringValue }
      #expect(ids == (0..<1_000).map { "e-\($0)" })
      tail.signal(SIGINT)
      #expect(await tail.exited() == 0)
      #expect(tail.notes.contains("Connected again."))
      await service.stop()
    }
  }

  @Test func `a hundred thousand events are exported whole, in memory that stays flat`() async throws {
    let count = 100_000
    try await withDirectory { directory in
      let service = try await ServiceProcess.start(in: directory, settings: ["stream.heartbeat": "1s"])
      for start in stride(from: 0, to: count, by: 2_000) { try await create(start..<start + 2_000, at: service) }
      let file = directory.appending(path: "all.jsonl")
      // One before, so that what is made once is there.
      let first = try CommandProcess(["export", "--type", "NOTHING_LIKE_IT"], of: service)
      #expect(await first.exited() == 0)
      #expect(await first.lines(1) == [])

      try service.forgetPeakMemory()
      let before = try service.peakMemory
      let export = try CommandProcess(["events", "export", "--state", "shop", "--output", file.path], of: service)
      #expect(await export.exited() == 0, "\(export.notes)")
      #expect(export.notes.hasPrefix("100000 events in "))
      let text = try String(contentsOf: file, encoding: .utf8)
      let grown = try service.peakMemory - before
      print("exporting \(text.utf8.count >> 20) MiB took \(grown >> 10) KiB")
      #expect(text.utf8.count > 30 << 20)
      #expect(grown < 12 << 20 || ServiceProcess.isSanitized)
      let lines = text.split(separator: "\n")
      #expect(lines.count == count)
      for (index, line) in lines.enumerated() where index % 997 == 0 || index == count - 1 {
        #expect(line.hasPrefix("{\"id\":\"e-\(count - 1 - index)\","))
      }
      #expect(await service.stop() == 0)
    }
  }
}
