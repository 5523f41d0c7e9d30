import EventAPI
import Fanfare
import NIOCore
import NIOPosix
import Synchronization

/// An HTTP server with one document, which a test can change.
final class KeyServer: Sendable {
  struct State {
    var document: [UInt8]
    var status = 200
    var cacheControl: String?
    var requests = 0
  }

  let state: Mutex<State>
  private let client: RawClient

  private init(_ document: [UInt8], port: Int) {
    state = Mutex(State(document: document))
    client = RawClient(port: port)
  }

  var requests: Int { state.withLock { $0.requests } }

  func serve(_ keys: [SigningKey]) { state.withLock { $0.document = keys.jwks } }

  func answer(_ status: Int) { state.withLock { $0.status = status } }

  static func run(_ keys: [SigningKey], _ body: @Sendable (KeyServer) async throws -> Void) async throws {
    let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(host: "127.0.0.1", port: 0) { channel in
        channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
      }
    let server = KeyServer(keys.jwks, port: listener.channel.localAddress?.port ?? 0)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await listener.executeThenClose { connections in
          for try await connection in connections { try? await server.answer(connection) }
        }
      }
      try await body(server)
      group.cancelAll()
    }
  }

  /// As `auth.jwt.jwksUrl` is fetched.
  @Sendable func fetch() async throws -> JWKSResponse {
    let answer = try await client.send("GET", "/keys")
    if answer.status != 200 { throw KeySetError("answered \(answer.status)") }
    return JWKSResponse(body: answer.body, cacheControl: answer["cache-control"])
  }

  private func answer(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
    try await connection.executeThenClose { inbound, outbound in
      var request: [UInt8] = []
      for try await buffer in inbound {
        request.append(contentsOf: buffer.readableBytesView)
        if request.suffix(4).elementsEqual("\r\n\r\n".utf8) { break }
      }
      let response = state.withLock { state in
        state.requests += 1
        let cache = state.cacheControl.map { "Cache-Control: \($0)\r\n" } ?? ""
        return Array("HTTP/1.1 \(state.status) X\r\n\(cache)Content-Length: \(state.document.count)\r\n\r\n".utf8) + state.document
      }
      try await outbound.write(ByteBuffer(bytes: response))
    }
  }
}

/// A clock that a test sets.
final class TestClock: Sendable {
  private let instant = Mutex(MemoryStore.now)

  @Sendable func now() -> Timestamp { instant.withLock { $0 } }

  func advance(by duration: Duration) { instant.withLock { $0 = $0 + duration } }
}
