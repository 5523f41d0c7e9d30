import Testing

@Suite struct AuthenticationTests {
  private static let guarded: [(String, String)] = [
    ("GET", "/api/v1/events/query/"), ("GET", "/api/v1/events/query/inventory/p/a/1"), ("GET", "/api/v1/events/query/project/p/e/d"),
    ("GET", "/api/v1/events/event/e1"), ("GET", "/api/v1/events/subscriptions/project/p/"),
    ("PUT", "/api/v1/events/subscriptions/project/p/"), ("GET", "/api/v1/events/subscriptions/state/p/s/secret"),
    ("GET", "/api/v1/events/deliveries/"), ("GET", "/api/v1/events/deliveries/x"), ("POST", "/api/v1/events/deliveries/x/retry"),
    ("GET", "/api/v1/events/dead-letters/"), ("POST", "/api/v1/events/dead-letters/requeue"), ("GET", "/api/v1/events/quarantine/"),
    ("GET", "/api/v1/events/quarantine/x"), ("POST", "/api/v1/events/quarantine/x/requeue"), ("GET", "/metrics"),
    ("GET", "/v0/accounts"), ("POST", "/v0/accounts"), ("GET", "/v0/accounts/id/x"), ("PUT", "/v0/accounts/id/x"),
    ("DELETE", "/v0/accounts/id/x"), ("GET", "/v0/accounts/id/x/api_keys"), ("POST", "/v0/accounts/id/x/api_keys"),
    ("DELETE", "/v0/accounts/id/x/api_keys/id/y"),
  ]

  @Test(arguments: guarded) func `a route that shows or changes something needs a credential`(method: String, target: String) async throws {
    try await World.run { (world) async throws in
      let missing = try await world.api.send(method, target)
      #expect(missing.status == 401)
      #expect(missing.code == "authentication_required")
      #expect(missing["www-authenticate"] == "Bearer")
      let wrong = try await world.api.send(method, target, headers: [("Authorization", "Bearer \(World.adminToken)x")])
      #expect(wrong.status == 403)
      #expect(wrong.code == "unknown_api_key")
    }
  }

  @Test(arguments: guarded.filter { $0.1.contains("/subscriptions/") || $0.1.contains("/quarantine/") || $0.1 == "/metrics" })
  func `what is a project's or the service's own is not for a member without a role`(method: String, target: String) async throws {
    try await World.run { (world) async throws in
      let answer = try await world.api.send(method, target, headers: [("Authorization", "Bearer \(World.TwoCallers.memberToken)")])
      #expect(answer.status == 403)
      #expect(answer.code == "permission_denied")
    }
  }

  @Test(arguments: ["/", "/health", "/health/", "/health/live", "/health/ready"])
  func `health and the front page are open`(target: String) async throws {
    try await World.run { (world) async throws in
      #expect(try await world.api.send("GET", target).status == 200)
      #expect(try await world.api.send("GET", target, headers: [("Authorization", "Bearer wrong")]).status == 200)
    }
  }

  @Test(arguments: [
    ("Authorization", "Bearer \(World.adminToken)"), ("authorization", "bearer  \(World.adminToken) "),
    ("X-Escape-Token", World.adminToken), ("x-escape-token", " \(World.adminToken)"), ("Cookie", "X-Escape-Token=\(World.adminToken)"),
    ("Cookie", "theme=dark; X-Escape-Token=\(World.adminToken); a=b"),
  ])
  func `the token may come in each of three places`(name: String, value: String) async throws {
    try await World.run { (world) async throws in
      #expect(try await world.api.send("GET", "/api/v1/events/query/", headers: [(name, value)]).status == 200)
    }
  }

  @Test(arguments: [
    ("Authorization", "Basic \(World.adminToken)"), ("Authorization", World.adminToken), ("Authorization", "Bearer "),
    ("X-Escape-Token", ""),
    ("Cookie", "X-Escape-Token="), ("Cookie", "Other=\(World.adminToken)"),
  ])
  func `what is no credential counts as none`(name: String, value: String) async throws {
    try await World.run { (world) async throws in
      #expect(try await world.api.send("GET", "/api/v1/events/query/", headers: [(name, value)]).status == 401)
    }
  }

  @Test func `a cookie changes nothing for a page of another site`() async throws {
    try await World.run { (world) async throws in
      let cookie = ("Cookie", "X-Escape-Token=\(World.adminToken)")
      let target = "/api/v1/events/dead-letters/requeue"
      let body = Array(#"{"all":true}"#.utf8)
      let foreign = try await world.api.send("POST", target, headers: [cookie, ("Origin", "https://evil.example")], body: body)
      #expect(foreign.status == 403)
      #expect(foreign.code == "permission_denied")
      let opaque = try await world.api.send("POST", target, headers: [cookie, ("Origin", "null")], body: body)
      #expect(opaque.status == 403)
      let own = [cookie, ("Origin", "http://127.0.0.1:\(world.api.port)")]
      #expect(try await world.api.send("POST", target, headers: own, body: body).status == 200)
      let header = [World.authorization, ("Origin", "https://evil.example")]
      #expect(try await world.api.send("POST", target, headers: header, body: body).status == 200)
    }
  }
}
