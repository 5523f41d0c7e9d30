import EventAPI
import Fanfare
import Logging
import Synchronization
import Testing

/// Keys that come from a URL: a real server, and a clock that the test sets.
@Suite struct JWKSEndpointTests {
  private let clock = TestClock()

  private func run(
    _ server: KeyServer, _ body: @escaping @Sendable (World, JWKSEndpoint) async throws -> Void
  ) async throws {
    let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    let endpoint = JWKSEndpoint(name: "http://keys.example", now: clock.now, logger: quiet, timeout: .seconds(600), fetch: server.fetch)
    let tokens = JWTAuthenticator(keys: endpoint, rules: JWTRules(), now: { MemoryStore.now })
    try await World.run(
      authenticator: World.always(CredentialAuthenticator(keys: World.TwoCallers(), tokens: tokens)), services: [endpoint]
    ) {
      (world) async throws in try await body(world, endpoint)
    }
  }

  @Test func `a key that is rotated in is fetched when its first token comes, and one that is out is out`() async throws {
    let old = try await SigningKey.make("ES256", id: "old")
    let new = try await SigningKey.make("RS256", id: "new")
    try await KeyServer.run([old]) { server in
      try await run(server) { [clock] world, endpoint in
        #expect(try await world.get(JWTTests.events, bearer: try old.token()).status == 200)
        #expect(server.requests == 1)
        #expect(await endpoint.health() == Health(part: "jwt", isReady: true, reason: "1 key of http://keys.example"))

        server.serve([new])
        try await JWTTests.refused(try new.token(), in: world, "too soon after the last fetch")
        #expect(server.requests == 1)
        clock.advance(by: .seconds(10))
        #expect(try await world.get(JWTTests.events, bearer: try new.token()).status == 200)
        #expect(server.requests == 2)
        try await JWTTests.refused(try old.token(), in: world, "rotated out")
        try await JWTTests.refused(try new.token(header: ["kid": "made up"]), in: world)
        #expect(server.requests == 2, "nobody can have it fetched more often than every ten seconds")
      }
    }
  }

  @Test func `while the URL does not answer, the last keys stay, and health says so`() async throws {
    let key = try await SigningKey.make("ES256")
    try await KeyServer.run([key]) { server in
      try await run(server) { [clock] world, endpoint in
        #expect(try await world.get(JWTTests.events, bearer: try key.token()).status == 200)
        server.answer(500)
        clock.advance(by: .seconds(10))
        try await JWTTests.refused(try key.token(header: ["kid": "other"]), in: world)
        #expect(server.requests == 2)
        #expect(try await world.get(JWTTests.events, bearer: try key.token()).status == 200)
        let health = await endpoint.health()
        #expect(health.isReady)
        #expect(health.reason == "1 key of http://keys.example; the last fetch failed: answered 500")
      }
    }
  }

  @Test func `until there are keys, nobody can tell whether a token is good`() async throws {
    let key = try await SigningKey.make("ES256")
    try await KeyServer.run([key]) { server in
      server.answer(503)
      try await run(server) { [clock] world, endpoint in
        let answer = try await world.get(JWTTests.events, bearer: try key.token())
        #expect(answer.status == 503)
        #expect(answer.code == "overloaded")
        #expect(answer["retry-after"] == "10")
        #expect(await endpoint.health().isReady == false)
        #expect(try await world.get(JWTTests.events, bearer: World.adminToken).status == 200, "keys need no JWKS")
        server.answer(200)
        clock.advance(by: .seconds(10))
        #expect(try await world.get(JWTTests.events, bearer: try key.token()).status == 200)
        #expect(await endpoint.health().isReady)
        #expect(world.metric(#"fanfare_http_authentication_failures_total{reason="unknown"}"#) == 0)
      }
    }
  }

  /// Says that somebody asks for a key.
  private struct Doorbell: KeySource {
    let source: any KeySource
    let ring: @Sendable () -> Void

    func keys(for query: KeyQuery) async throws(AuthenticationFailure) -> FittingKeys {
      ring()
      return try await source.keys(for: query)
    }
  }

  @Test func `tokens that come during a fetch wait for it, and it is one`() async throws {
    let key = try await SigningKey.make("ES256")
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let fetches = Mutex(0)
    let endpoint = JWKSEndpoint(name: "x", now: clock.now, timeout: .seconds(600)) {
      fetches.withLock { $0 += 1 }
      for await _ in gate { break }
      return JWKSResponse(body: [key].jwks)
    }
    let (arrivals, arrive) = AsyncStream.makeStream(of: Void.self)
    let doorbell = Doorbell(source: endpoint) { arrive.yield() }
    let tokens = JWTAuthenticator(keys: doorbell, rules: JWTRules(), now: { MemoryStore.now })
    try await World.run(authenticator: World.always(tokens), services: [endpoint]) { (world) async throws in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<5 { group.addTask { try await world.get(JWTTests.events, bearer: try key.token()).status } }
        var count = 0
        for await _ in arrivals {
          count += 1
          if count == 5 { break }
        }
        open.yield()
        for try await status in group { #expect(status == 200) }
      }
    }
    #expect(fetches.withLock { $0 } == 1)
  }
}
