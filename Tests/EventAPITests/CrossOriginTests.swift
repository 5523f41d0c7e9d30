import EventAPI
import Fanfare
import Testing

@Suite struct CrossOriginTests {
  private static let console = "https://console.example.com"
  private static let query = "/api/v1/events/query/"

  private func preflight(_ world: World, _ target: String, from origin: String, for method: String = "PUT") async throws -> Answer {
    try await world.api.send("OPTIONS", target, headers: [("Origin", origin), ("Access-Control-Request-Method", method)])
  }

  private func crossOriginHeaders(_ answer: Answer) -> [String] {
    answer.headers.map(\.name).filter { $0.hasPrefix("access-control") || $0 == "vary" }
  }

  @Test func `it is off unless it is asked for`() async throws {
    try await World.run { (world) async throws in
      let preflight = try await preflight(world, Self.query, from: Self.console)
      #expect(preflight.status == 405)
      #expect(preflight.code == "unhandled_method")
      #expect(preflight["allow"] == "GET, HEAD")
      let get = try await world.get("/health/live", headers: [("Origin", Self.console)])
      #expect(get.status == 200)
      for answer in [preflight, get] { #expect(!answer.headers.contains { $0.name.hasPrefix("access-control") }) }
    }
  }

  @Test func `a page of a named origin may use the API, and one of another may not`() async throws {
    try await World.run(listener: World.listener { $0.crossOrigin = CrossOrigin(origins: [Self.console]) }) { (world) async throws in
      let target = "/api/v1/events/subscriptions/project/p/"
      let preflight = try await preflight(world, target, from: Self.console)
      #expect(preflight.status == 204)
      #expect(preflight.body.isEmpty)
      #expect(preflight["access-control-allow-origin"] == Self.console)
      #expect(preflight["access-control-allow-credentials"] == "true")
      #expect(preflight["access-control-allow-methods"] == "GET, PUT, HEAD")
      #expect(preflight["access-control-allow-headers"]?.contains("Authorization, Content-Type, If-Match") == true)
      #expect(preflight["access-control-max-age"] == "600")
      #expect(preflight["vary"] == "Origin")

      let put = try await world.send("PUT", target, "[]", headers: [("Origin", Self.console)])
      #expect(put.status == 200)
      #expect(put["access-control-allow-origin"] == Self.console)
      #expect(
        put["access-control-expose-headers"] == "Link, X-Next-Page-From, X-Request-Id, X-Event-Id, ETag, Retry-After, Location")
      #expect(put["vary"] == "Accept-Encoding, Origin")

      let refused = try await world.api.send("GET", target, headers: [("Origin", Self.console)])
      #expect(refused.status == 401)
      #expect(refused["access-control-allow-origin"] == Self.console)

      for stranger in ["https://evil.example", "https://console.example.com.evil.example", "http://console.example.com", "null"] {
        let asked = try await self.preflight(world, target, from: stranger)
        #expect(asked.status == 405)
        let got = try await world.get(target, headers: [("Origin", stranger)])
        #expect(got["access-control-allow-origin"] == nil)
        #expect(got["vary"] == "Accept-Encoding, Origin")
      }
      #expect(try await world.get("/health/live")["vary"] == "Accept-Encoding, Origin")
    }
  }

  @Test func `a preflight for what is not there is 404, and a page may read that`() async throws {
    try await World.run(listener: World.listener { $0.crossOrigin = CrossOrigin(origins: [Self.console]) }) { (world) async throws in
      let answer = try await preflight(world, "/nowhere", from: Self.console)
      #expect(answer.status == 404)
      #expect(answer.code == "route_not_found")
      #expect(answer["access-control-allow-origin"] == Self.console)
      // Without the question for a method it is no preflight.
      let plain = try await world.api.send("OPTIONS", Self.query, headers: [("Origin", Self.console)])
      #expect(plain.status == 405)
    }
  }

  @Test func `all origins are let in without credentials`() async throws {
    try await World.run(listener: World.listener { $0.crossOrigin = CrossOrigin(origins: ["*"]) }) { (world) async throws in
      let asked = try await preflight(world, Self.query, from: "https://anybody.example", for: "GET")
      #expect(asked.status == 204)
      #expect(asked["access-control-allow-origin"] == "*")
      #expect(asked["access-control-allow-credentials"] == nil)
      let got = try await world.get(Self.query, headers: [("Origin", "https://anybody.example")])
      #expect(got["access-control-allow-origin"] == "*")
      #expect(got["access-control-allow-credentials"] == nil)
    }
  }

  @Test func `a page of a named origin may act with the browser's cookie, one of another may not`() async throws {
    try await World.run(listener: World.listener { $0.crossOrigin = CrossOrigin(origins: [Self.console, "*"]) }) { (world) async throws in
      func put(from origin: String) async throws -> Answer {
        try await world.api.send(
          "PUT", "/api/v1/events/subscriptions/project/p/",
          headers: [("Origin", origin), ("Cookie", "X-Escape-Token=\(World.adminToken)"), ("Content-Type", "application/json")],
          body: Array("[]".utf8))
      }
      #expect(try await put(from: Self.console).status == 200)
      let refused = try await put(from: "https://evil.example")
      #expect(refused.status == 403)
      #expect(refused.code == "permission_denied")
      #expect(world.nudges.changeCount == 1)
    }
  }
}
