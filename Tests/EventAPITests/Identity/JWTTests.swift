import EventAPI
import Fanfare
import Testing

/// Tokens over a real socket, signed with real keys.
@Suite struct JWTTests {
  static let algorithms = ["HS256", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
  static let secret = "a secret of more than thirty-two characters"
  static let events = "/api/v1/events/query/"

  /// A server that trusts these keys, with one event for `payments` and one for `orders`.
  static func run(
    trusting keys: [SigningKey] = [], secret: String? = nil, rules: JWTRules = JWTRules(), _ body: @Sendable (World) async throws -> Void
  ) async throws {
    let document = keys.jwks
    let source: any KeySource =
      if let secret { try await SharedSecret(secret) } else {
        try await JWKSFile(path: "keys.json", read: { _ in document }, now: { MemoryStore.now })
      }
    let tokens = JWTAuthenticator(keys: source, rules: rules, now: { MemoryStore.now })
    let authenticator = CredentialAuthenticator(keys: World.TwoCallers(), tokens: tokens)
    try await World.run(authenticator: World.always(authenticator), admission: AdmissionRules(pause: { _ in })) { (world) async throws in
      world.store(event: "p1", for: ["payments"])
      world.store(event: "o1", for: ["orders"])
      try await body(world)
    }
  }

  static func refused(_ token: String, in world: World, _ comment: Comment? = nil, because reason: String? = nil) async throws {
    let answer = try await world.get(events, bearer: token)
    #expect(answer.status == 403, comment)
    #expect(answer.code == "unknown_api_key", comment)
    let sentence = reason.map { "the credential \($0)" } ?? "the credential is not one that is known here"
    #expect(try answer.json["error"]?.stringValue == sentence, comment)
  }

  @Test(arguments: algorithms) func `a token is as good as its signature`(algorithm: String) async throws {
    let isSecret = algorithm == "HS256"
    let key = isSecret ? try await SigningKey.secret(Self.secret) : try await SigningKey.make(algorithm)
    let stranger = isSecret ? try await SigningKey.secret(Self.secret + "!") : try await SigningKey.make(algorithm)
    try await Self.run(trusting: isSecret ? [] : [key], secret: isSecret ? Self.secret : nil) { (world) async throws in
      let token = try key.token()
      let good = try await world.get(Self.events, bearer: token)
      #expect(good.status == 200)
      #expect(try good.ids == ["p1"])
      #expect(try await world.get("/api/v1/events/event/o1", bearer: token).code == "unknown_event")

      try await Self.refused(try stranger.token(), in: world, "another key")
      let parts = token.split(separator: ".").map(String.init)
      let admin = try key.token(["groups": ["orders", "payments"]]).split(separator: ".").map(String.init)
      try await Self.refused("\(parts[0]).\(admin[1]).\(parts[2])", in: world, "another payload")
      try await Self.refused("\(parts[0]).\(parts[1]).", in: world, "no signature")
      try await Self.refused("\(parts[0]).\(parts[1]).\(parts[2].dropLast(4))", in: world, "a part of the signature")
      try await Self.refused("\(parts[0]).\(parts[1]).\(String(repeating: "A", count: parts[2].count))", in: world, "zeros")
    }
  }

  @Test func `a token may come in each of the places for credentials`() async throws {
    let key = try await SigningKey.make("ES256")
    try await Self.run(trusting: [key]) { (world) async throws in
      let token = try key.token()
      for (name, value) in [("Authorization", "Bearer \(token)"), ("X-Escape-Token", token), ("Cookie", "X-Escape-Token=\(token)")] {
        #expect(try await world.api.send("GET", Self.events, headers: [(name, value)]).status == 200, "\(name)")
      }
      #expect(try await world.get(Self.events, bearer: World.adminToken).status == 200)
      #expect(try await world.get("/metrics", bearer: token).code == "permission_denied")
    }
  }

  @Test func `a good signature does not make up for what a token says`() async throws {
    let key = try await SigningKey.make("ES256")
    let rules = JWTRules(issuer: "https://id.example", audience: "fanfare")
    let now = MemoryStore.now.seconds
    try await Self.run(trusting: [key], rules: rules) { (world) async throws in
      let fine: [String: JSONValue] = ["iss": "https://id.example", "aud": ["other", "fanfare"]]
      func token(_ claims: [String: JSONValue]) throws -> String { try key.token(fine.merging(claims) { $1 }) }
      for claims: [String: JSONValue] in [
        [:], ["aud": "fanfare"], ["exp": .integer(now - 59)], ["exp": .number("\(now - 59).5")], ["nbf": .integer(now + 60)],
        ["preferred_username": .null, "sub": "ann"],
      ] {
        #expect(try await world.get(Self.events, bearer: try token(claims)).status == 200, "\(claims)")
      }
      let cases: [([String: JSONValue], String)] = [
        (["exp": .integer(now - 60)], "has expired"), (["exp": 0], "has expired"), (["exp": .null], "has no time of expiry"),
        (["exp": "4102444800"], "has no time of expiry"), (["exp": .number("1e999")], "has no time of expiry"),
        (["nbf": .integer(now + 61)], "is not valid yet"), (["nbf": "soon"], "has no proper time of its start"),
        (["iss": "https://id.example/"], "was issued by somebody else than the one trusted here"),
        (["iss": .null], "was issued by somebody else than the one trusted here"),
        (["aud": "fanfare2"], "was issued for another audience"), (["aud": ["other"]], "was issued for another audience"),
        (["aud": .null], "was issued for another audience"), (["preferred_username": .null], "names no user"),
        (["preferred_username": ""], "names no user"), (["preferred_username": "a\nb", "sub": "ann"], "names no user"),
        (["preferred_username": 1, "sub": 2], "names no user"),
      ]
      for (claims, reason) in cases { try await Self.refused(try token(claims), in: world, "\(claims)", because: reason) }
      let twice = Array(#"{"exp":4102444800,"exp":4102444801,"sub":"ann"}"#.utf8)
      let header = SigningKey.document(["alg": "ES256", "kid": "k1"])
      for payload in [twice, Array("[]".utf8), Array("null".utf8), [0xFF], []] {
        try await Self.refused(try key.sign(header: header, payload: payload), in: world, "\(payload)")
      }
      #expect(world.metric(#"fanfare_http_authentication_failures_total{reason="refused"}"#) == cases.count)
      #expect(world.metric(#"fanfare_http_authentication_failures_total{reason="unknown"}"#) == 5)
    }
  }

  @Test func `an admin is who is in one of the admins' groups`() async throws {
    let key = try await SigningKey.make("EdDSA")
    try await Self.run(trusting: [key], rules: JWTRules(adminGroups: ["operators", "root"])) { (world) async throws in
      #expect(try await world.get("/metrics", bearer: try key.token(["groups": ["x", "root"]])).status == 200)
      #expect(try await world.get("/metrics", bearer: try key.token(["groups": ["x"], "roles": ["root"]])).status == 403)
      let member = try await world.get(Self.events, bearer: try key.token(["groups": .null, "roles": ["orders"]]))
      #expect(try member.ids == ["o1"], "a role sees what a group sees")
    }
  }
}
