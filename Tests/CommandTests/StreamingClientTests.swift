import Fanfare
import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization
import Testing

@testable import fanfare

/// `tail` and `export` against a service that misbehaves.
@Suite struct StreamingClientTests {
  /// Answers the requests one after the other as it is told, and keeps what was asked.
  private final class Script: HTTPResponder {
    typealias Context = BasicRequestContext
    private let steps: Mutex<(asked: [Request], answers: [Response])>

    init(_ answers: [Response]) { steps = Mutex((asked: [], answers: answers)) }

    var asked: [Request] { steps.withLock { $0.asked } }

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
      steps.withLock { steps in
        steps.asked.append(request)
        return steps.answers.isEmpty ? Response(status: .forbidden) : steps.answers.removeFirst()
      }
    }
  }

  private struct Failure: Error {}

  /// A body that ends properly, or in the middle.
  private static func answer(_ text: String, isCutOff: Bool = false) -> Response {
    Response(
      status: .ok,
      body: ResponseBody { writer in
        try await writer.write(ByteBuffer(string: text))
        if isCutOff { throw Failure() }
        try await writer.finish(nil)
      })
  }

  private func withService(_ script: Script, _ body: @Sendable (ServiceClient) async throws -> Void) async throws {
    let (ports, signal) = AsyncStream.makeStream(of: Int.self)
    let application = Application(
      responder: script, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { signal.yield($0.localAddress?.port ?? 0) }, logger: .silent)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      for await port in ports {
        let client = try ServiceClient(base: "http://127.0.0.1:\(port)", token: "t")
        do {
          try await body(client)
        } catch {
          try? await client.close()
          group.cancelAll()
          throw error
        }
        try await client.close()
        break
      }
      group.cancelAll()
    }
  }

  @Test func `tail goes on after the last event that it got, until it is refused`() async throws {
    let script = Script([
      Self.answer("retry: 10\n\nid: a%2Fb\ndata: {\"id\":1}\n\nid: lost\ndata: {\"id\"", isCutOff: true),
      Response(status: .serviceUnavailable),
      Self.answer(": heartbeat\n\nid: c\ndata: {\"id\":2}\n\n"),
    ])
    try await withService(script) { client in
      let shown = Mutex<[String]>([])
      var run = TailRun(
        service: client, query: [("type", "A*")], show: { text in shown.withLock { $0.append(String(decoding: text, as: UTF8.self)) } },
        note: { _ in })
      let refusal = await #expect(throws: OpeningFailure.self) { try await run.run() }
      #expect(refusal?.isRetriable == false)
      #expect(shown.withLock { $0 } == ["{\"id\":1}", "{\"id\":2}"])
      #expect(script.asked.map { $0.head.path } == Array(repeating: "/api/v1/events/stream?type=A%2A", count: 4))
      let positions = script.asked.map { request in request.headers.first { $0.name.canonicalName == "last-event-id" }?.value }
      #expect(positions == [nil, "a%2Fb", "a%2Fb", "c"])
    }
  }

  @Test func `tail that has got nothing yet goes on from when it first was connected`() async throws {
    let script = Script([Self.answer("retry: 10\n\n"), Self.answer("")])
    try await withService(script) { client in
      var run = TailRun(service: client, query: [], show: { _ in }, note: { _ in })
      await #expect(throws: OpeningFailure.self) { try await run.run() }
      let paths = script.asked.map { $0.head.path ?? "" }
      #expect(paths.count == 3)
      #expect(paths[0] == "/api/v1/events/stream")
      #expect(paths[1].hasPrefix("/api/v1/events/stream?since=20"))
      #expect(paths[2] == paths[1])
    }
  }

  @Test func `tail does not wait for a service that was never there`() async throws {
    try await withService(Script([Response(status: .serviceUnavailable)])) { client in
      var run = TailRun(service: client, query: [], show: { _ in }, note: { _ in })
      await #expect(throws: OpeningFailure.self) { try await run.run() }
    }
  }

  @Test func `an export that is cut off says so, and leaves no file`() async throws {
    let directory = try TestDirectory()
    let path = "\(directory.path)/out"
    try await withService(Script([Self.answer("{}\n{}\n", isCutOff: true), Self.answer("{}\n{}\n{}\n")])) { client in
      let failure = await #expect(throws: SentenceError.self) {
        var file = try OutputFile(path: path)
        var run = ExportRun(format: .jsonl, progress: ProgressLine(total: nil, isShown: false))
        _ = try await run.copy(from: client, query: [], to: &file)
      }
      #expect(failure?.description.hasPrefix("the export was cut off after 2 events (") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)

      var file = try OutputFile(path: path)
      var run = ExportRun(format: .jsonl, progress: ProgressLine(total: nil, isShown: false))
      #expect(try await run.copy(from: client, query: [], to: &file).hasPrefix("3 events in "))
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["out"])
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "{}\n{}\n{}\n")
    }
  }

  @Test func `a pipe is written to where it stands, and not replaced by a file`() throws {
    let directory = try TestDirectory()
    let path = "\(directory.path)/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
    try #require(reader >= 0)
    defer { close(reader) }
    var file = try OutputFile(path: path)
    try file.write(Array("{}\n".utf8))
    try file.finish()
    var bytes = [UInt8](repeating: 0, count: 16)
    #expect(read(reader, &bytes, bytes.count) == 3)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["pipe"])
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
  }

  @Test(arguments: [
    ("{}\n{}\n", ExportCommand.Format.jsonl, 2), ("", .jsonl, 0), ("id,data\r\n", .csv, 0), ("", .csv, 0),
    ("id,data\r\na,\"{\n\"\"x\"\":\n1}\"\r\nb,\r\n", .csv, 2),
  ])
  func `events are counted as they go by`(text: String, format: ExportCommand.Format, count: Int) {
    for size in [1, 5, 100] {
      var counted = EventCount(format)
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        counted.take(rest.prefix(size))
        rest = rest.dropFirst(size)
      }
      #expect(counted.events == count)
    }
  }
}
