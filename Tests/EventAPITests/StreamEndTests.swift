import EventAPI
import Fanfare
import Synchronization
import Testing

/// The ways in which a stream comes to its end.
@Suite struct StreamEndTests {
  /// Knows what the test lets it know.
  private final class Fickle: Authenticator {
    private let answer = Mutex<Result<Caller, AuthenticationFailure>>(
      .success(Caller(name: "ann", username: "ann", groups: ["payments", "search"])))
    private let signal: AsyncStream<Void>.Continuation
    private let questions: AsyncStream<Void>

    init() { (questions, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// Waits until somebody has been given the new answer.
    func change(to result: Result<Caller, AuthenticationFailure>) async {
      answer.withLock { $0 = result }
      // One question may have been asked before the change and not been waited for yet.
      var asked = 0
      for await _ in questions {
        asked += 1
        if asked == 2 { return }
      }
    }

    func revoke() { answer.withLock { $0 = .failure(.refused(reason: "was revoked")) } }

    func caller(holding credential: String?) async throws(AuthenticationFailure) -> Caller {
      defer { signal.yield() }
      return try answer.withLock { $0 }.get()
    }
  }

  @Test func `a stream ends when its credential is no longer good, and sees no more than its caller may by now`() async throws {
    var limits = StreamLimits()
    limits.heartbeat = .milliseconds(10)
    limits.authentication = .milliseconds(20)
    let authenticator = Fickle()
    try await World.run(stream: limits, authenticator: World.always(authenticator)) { (world) async throws in
      try await world.stream { (answer: inout OpenAnswer) async throws in
        world.publish(happening("e1", groups: ["search"]))
        #expect(try await answer.event()?.id == "e1")
        await authenticator.change(to: .success(Caller(name: "ann", username: "ann", groups: ["payments"])))
        world.publish(happening("e2", groups: ["search"]), happening("e3", groups: ["payments"]))
        #expect(try await answer.event()?.id == "e3")
        authenticator.revoke()
        var last: String?
        while let block = try await answer.block() { last = block }
        #expect(last == ": the credential is no longer good")
        #expect(answer.isWhole)
      }
    }
  }

  @Test(.timeLimit(.minutes(20))) func `a client that takes nothing is cut off, and loses nothing when he comes back`() async throws {
    var limits = StreamLimits()
    limits.patience = .seconds(10)
    limits.heartbeat = .milliseconds(100)
    let count = 400
    let filler = "{\"filler\":\"\(String(repeating: "x", count: 60_000))\"}"
    try await World.run(stream: limits) { (world) async throws in
      world.publish(happening("e0"))
      let received = try await world.stream(receiveBuffer: 32 << 10) { (slow: inout OpenAnswer) async throws in
        // More than any socket holds.
        for number in 1...count { world.publish(happening("e\(number)", data: filler)) }
        // Meanwhile others are served as if nothing were the matter, and events go on coming in.
        try await world.stream("?last_event_id=e0") { (brisk: inout OpenAnswer) async throws in
          #expect(try await brisk.events(count).map(\.id) == (1...count).map { "e\($0)" })
          world.publish(happening("late"))
          #expect(try await brisk.event()?.id == "late")
          // The heartbeats say when to ask.
          while try await !world.get("/metrics").text.contains("\nfanfare_stream_dropped_total 1\n") { _ = try await brisk.block() }
        }
        // What is in the sockets still comes, and then the line is found dead: not a proper end.
        var ids: [String] = []
        await #expect(throws: (any Error).self) {
          while let event = try await slow.event() { ids.append(event.id) }
        }
        #expect(!slow.isWhole)
        return ids
      }
      #expect(received.count < count)
      #expect(received == (1..<1 + received.count).map { "e\($0)" })
      let rest = count - received.count + 1
      try await world.stream(headers: [("Last-Event-ID", received.last ?? "e0")]) { (answer: inout OpenAnswer) async throws in
        let ids = try await answer.events(rest).map(\.id)
        #expect(received + ids == (1...count).map { "e\($0)" } + ["late"])
      }
      while try await !world.get("/metrics").text.contains("\nfanfare_stream_clients 0\n") {}
    }
  }

  @Test(.timeLimit(.minutes(10))) func `a server that stops does not wait for its streams`() async throws {
    let clients = Mutex<[Task<Void, any Error>]>([])
    try await World.run { (world) async throws in
      let (connected, signal) = AsyncStream.makeStream(of: Void.self)
      for _ in 0..<20 {
        let client = Task {
          try await world.stream { (answer: inout OpenAnswer) async throws in
            _ = try await answer.block()
            signal.yield()
            while try await answer.block() != nil {}
          }
        }
        clients.withLock { $0.append(client) }
      }
      var connections = connected.makeAsyncIterator()
      for _ in 0..<20 { await connections.next() }
    }
    // The server has stopped. Each of them was told, one way or the other.
    for client in clients.withLock({ $0 }) { _ = await client.result }
  }
}
