import EventAPI
import Fanfare
import Synchronization
import Testing

/// The door over a real socket.
@Suite struct AdmissionTests {
  private static let events = "/api/v1/events/query/"

  @Test func `bad credentials are slowed down, and good ones are not`() async throws {
    let pauses = Mutex<[Duration]>([])
    let rules = AdmissionRules(pause: { duration in pauses.withLock { $0.append(duration) } })
    try await World.run(admission: rules) { (world) async throws in
      for _ in 0..<10 { #expect(try await world.get(Self.events, bearer: "guess").status == 403) }
      #expect(pauses.withLock { $0 } == [])
      for _ in 0..<3 { #expect(try await world.get(Self.events, bearer: "guess").code == "unknown_api_key") }
      #expect(pauses.withLock { $0 } == [.milliseconds(50), .milliseconds(100), .milliseconds(200)])
      #expect(try await world.get(Self.events, bearer: World.adminToken).status == 200)
      #expect(try await world.get(Self.events, bearer: nil).status == 401)
      #expect(try await world.get("/health", bearer: "guess").status == 200)
      #expect(try await world.get("/nowhere", bearer: "guess").status == 404)
      #expect(pauses.withLock { $0 }.count == 3)
      #expect(world.metric(#"fanfare_http_authentication_failures_total{reason="unknown"}"#) == 13)
      #expect(world.metric(#"fanfare_http_authentication_failures_total{reason="refused"}"#) == 0)
    }
  }

  @Test func `more held back answers than there is room for are sent away at once`() async throws {
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let (arrivals, arrive) = AsyncStream.makeStream(of: Void.self)
    let opened = Opened(gate)
    let rules = AdmissionRules(pause: { _ in
      arrive.yield()
      await opened.wait()
    })
    try await World.run(admission: rules) { (world) async throws in
      for _ in 0..<10 { _ = try await world.get(Self.events, bearer: "guess") }
      try await withThrowingTaskGroup(of: Answer.self) { group in
        for _ in 0..<256 { group.addTask { try await world.get(Self.events, bearer: "guess") } }
        var held = 0
        for await _ in arrivals {
          held += 1
          if held == 256 { break }
        }
        let answer = try await world.get(Self.events, bearer: "guess")
        #expect(answer.status == 429)
        #expect(answer.code == "too_many_requests")
        #expect(answer["retry-after"] == "1")
        #expect(try await world.get(Self.events, bearer: World.adminToken).status == 200)
        open.finish()
        for try await answer in group { #expect(answer.code == "unknown_api_key") }
      }
    }
  }

  /// Lets everybody through once the stream has ended.
  private final class Opened: Sendable {
    private let task: Task<Void, Never>

    init(_ gate: AsyncStream<Void>) { task = Task { for await _ in gate {} } }

    func wait() async { await task.value }
  }

  @Test func `a caller who asks for too much is told when to come again`() async throws {
    let rules = AdmissionRules(allowsAnonymous: true, requestLimit: RequestLimit(perSecond: 1, burst: 2))
    try await World.run(admission: rules) { (world) async throws in
      for _ in 0..<2 { #expect(try await world.get(Self.events).status == 200) }
      let answer = try await world.get(Self.events)
      #expect(answer.status == 429)
      #expect(answer.code == "too_many_requests")
      #expect(answer["retry-after"] == "1")
      #expect(try await world.get("/metrics").status == 429, "every route that needs a credential")
      #expect(world.metric("fanfare_http_rate_limited_total") == 2)

      let member = World.TwoCallers.memberToken
      #expect(try await world.get(Self.events, bearer: member).status == 200, "another caller")
      for _ in 0..<2 { #expect(try await world.get(Self.events, bearer: nil).status == 200) }
      #expect(try await world.get(Self.events, bearer: nil).status == 429, "an address without a credential is a caller too")
      for _ in 0..<5 { #expect(try await world.get("/health").status == 200) }
      for _ in 0..<5 { #expect(try await world.door.send("POST", "/internal/create-event", body: Array("{}".utf8)).status == 400) }
    }
  }

  @Test func `without a limit nobody is told to wait`() async throws {
    try await World.run { (world) async throws in
      for _ in 0..<50 { #expect(try await world.get(Self.events).status == 200) }
      #expect(world.metric("fanfare_http_rate_limited_total") == 0)
    }
  }

  // MARK: Anonymous callers

  private static let queries = [
    events, "/api/v1/events/query/inventory/", "/api/v1/events/query/inventory/p", "/api/v1/events/event/everybody",
    "/api/v1/events/query/project/", "/api/v1/events/query/state/p/e/d",
  ]

  @Test func `who shows no credential sees what is for everybody, if that is allowed`() async throws {
    try await World.run(admission: AdmissionRules(allowsAnonymous: true)) { (world) async throws in
      world.store(event: "everybody", for: ["*"])
      world.store(event: "payments", for: ["payments"])
      world.store(event: "nobody", for: [])
      for target in Self.queries { #expect(try await world.get(target, bearer: nil).status == 200, "\(target)") }
      #expect(try await world.get(Self.events, bearer: nil).ids == ["everybody"])
      #expect(try await world.get("/api/v1/events/event/payments", bearer: nil).code == "unknown_event")
      for target in Self.queries {
        let bad = try await world.get(target, bearer: "guess")
        #expect(bad.status == 403 && bad.code == "unknown_api_key", "a bad credential is not as good as none: \(target)")
      }
      for target in [
        "/metrics", "/api/v1/events/subscriptions/project/p/", "/api/v1/events/deliveries/", "/api/v1/events/dead-letters/",
        "/api/v1/events/quarantine/",
      ] { #expect(try await world.get(target, bearer: nil).status == 401, "\(target)") }
      #expect(try await world.get(Self.events, bearer: World.TwoCallers.memberToken).ids == ["payments", "everybody"])
    }
  }

  @Test func `else there is nothing without a credential`() async throws {
    try await World.run { (world) async throws in
      world.store(event: "everybody", for: ["*"])
      for target in Self.queries {
        let answer = try await world.get(target, bearer: nil)
        #expect(answer.status == 401 && answer.code == "authentication_required", "\(target)")
      }
    }
  }
}
