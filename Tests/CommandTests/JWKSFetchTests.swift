import EventAPI
import Hummingbird
import Synchronization
import Testing

@testable import fanfare

/// `auth.jwt.jwksUrl` over a real connection.
@Suite struct JWKSFetchTests {
  /// A server on a port of its own that answers every path with what `answer` makes of it, for as long as `body` runs.
  private func serving(
    _ answer: @escaping @Sendable (Request) -> Response, _ body: (String) async throws -> Void
  ) async throws {
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let application = Application(
      responder: CallbackResponder { (request: Request, _: BasicRequestContext) in answer(request) },
      configuration: .init(address: .hostname("127.0.0.1", port: 0)), onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
      logger: .silent)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      for await number in ports {
        try await body("http://127.0.0.1:\(number)")
        break
      }
      group.cancelAll()
    }
  }

  private static func bytes(_ count: Int) -> ResponseBody { .init(byteBuffer: ByteBuffer(repeating: 0x20, count: count)) }

  @Test func `a whole answer of 200 is taken, with what it says of its age`() async throws {
    let agents = Mutex<[String]>([])
    try await serving { request in
      agents.withLock { $0.append(request.headers[.userAgent] ?? "") }
      return Response(status: .ok, headers: [.cacheControl: "public, max-age=300"], body: Self.bytes(JWKSEndpoint.maximumBytes))
    } _: { url in
      let response = try await JWKSFetch(url: "\(url)/keys", patience: .seconds(300)).response()
      #expect(response.body.count == JWKSEndpoint.maximumBytes)
      #expect(response.cacheControl == "public,max-age=300")
      #expect(agents.withLock { $0 } == ["Fanfare/\(FanfareCommand.version)"])
    }
  }

  @Test func `everything else is a sentence, and a redirect is not followed`() async throws {
    let paths = Mutex<[String]>([])
    try await serving { request in
      paths.withLock { $0.append(request.uri.path) }
      return switch request.uri.path {
      case "/moved": Response(status: .movedPermanently, headers: [.location: "/keys"])
      case "/long": Response(status: .ok, body: Self.bytes(JWKSEndpoint.maximumBytes + 1))
      default: Response(status: .notFound)
      }
    } _: { url in
      for (path, sentence) in [("/moved", "it answered 301"), ("/long", "its answer is longer than 1 MiB"), ("/none", "it answered 404")] {
        let fetch = JWKSFetch(url: url + path, patience: .seconds(300))
        let error = await #expect(throws: SentenceError.self) { _ = try await fetch.response() }
        #expect(error?.description == sentence)
      }
      #expect(paths.withLock { $0 } == ["/moved", "/long", "/none"])
    }
    let error = await #expect(throws: SentenceError.self) { _ = try await JWKSFetch(url: "http://127.0.0.1:1/").response() }
    #expect(error?.description.contains("refused") == true, "\(error?.description ?? "")")
  }

  @Test func `the URL is shown without what may be secret in it`() {
    #expect(JWKSFetch.publicName(of: "https://ann:geheim@id.example/keys?token=geheim#x") == "https://ann:***@id.example/keys")
  }
}
