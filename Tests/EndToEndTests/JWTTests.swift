import Fanfare
import Foundation
import ServiceFixture
import Testing

/// The real executable with JWTs: what the configuration says is what is done.
@Suite struct JWTTests {
  /// `{"sub":"ann","groups":["payments"],"exp":4102444800}`, signed with the secret below.
  private static let shared =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4iLCJncm91cHMiOlsicGF5bWVudHMiXSwiZXhwIjo0MTAyNDQ0ODAwfQ.QNtary-OSZoi61QFBEz-L0nC4RIppdjCcmkcLctTwCA"
  private static let secret = "0123456789abcdef0123456789abcdef"
  /// The same claims, signed with the key whose public half is in ``keys``.
  private static let signed =
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUyZSJ9.eyJzdWIiOiJhbm4iLCJncm91cHMiOlsicGF5bWVudHMiXSwiZXhwIjo0MTAyNDQ0ODAwfQ.4NOfn4SNvfQMRGJiRC4iuo8Phf_H3pr5LID4swWrhVUn0x2NRaqSf_AP7o2trK3pQ7Cxgj-pNGXFWVF6R_CNxA"
  private static let keys =
    #"{"keys":[{"kty":"EC","crv":"P-256","kid":"e2e","x":"gDHNKfG0qvj6CbnCOHrgJ3nHc0iayyioj5sk5_lh5Sc","y":"__UjgyLIkyFMBQKXyns9oivHe8YqI6omA-D2769wrP8"}]}"#
  private static let events = "/api/v1/events/query/"

  /// A service of its own without a broker, with one event for each of three sets of groups.
  private func serving(_ settings: [String: String], _ body: (ServiceProcess) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-jwt-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let service = try await ServiceProcess.start(in: directory, settings: settings)
    let admin = Client(url: service.url, token: try service.token)
    for (id, group) in [("e-payments", "payments"), ("e-orders", "orders"), ("e-all", "*")] {
      let document = #"{"id":"\#(id)","type":"ADD_BUILD","inventory_project":"shop","allowed_groups":["\#(group)"]}"#
      try #require(try await admin.send("POST", "/internal/create-event", body: document, base: service.internalURL).status == 200)
    }
    try await body(service)
    #expect(await service.stop() == 0)
  }

  /// Waits for the keys of the URL: a fetch that a busy machine holds up is given up, and made again.
  private func waitForKeys(of service: ServiceProcess) async throws {
    let admin = Client(url: service.url, token: try service.token)
    try await poll { try await admin.metric("fanfare_jwks_keys") == 1 }
  }

  private func ids(_ client: Client) async throws -> Set<String> { Set(try await client.allEventIDs()) }

  @Test func `a token signed with the shared secret sees what its groups see`() async throws {
    try await serving(["auth.jwt.secret": Self.secret, "auth.anonymous": "public"]) { service in
      #expect(try await ids(Client(url: service.url, token: Self.shared)) == ["e-payments", "e-all"])
      #expect(try await Client(url: service.url, token: Self.signed).get(Self.events).status == 403)
      let anonymous = try await Client(url: service.url, token: "").get(Self.events)
      #expect(anonymous.status == 200 && anonymous.text.contains("e-all") && !anonymous.text.contains("e-payments"))
      #expect(try await ids(Client(url: service.url, token: service.token)) == ["e-payments", "e-orders", "e-all"])
    }
  }

  @Test func `keys come from a URL, and the rules and the rate are obeyed`() async throws {
    let server = Receiver { _, _ in (200, Self.keys) }
    try await server.serving { url in
      try await serving(["auth.jwt.jwksUrl": "\(url)/keys?token=geheim", "auth.jwt.adminGroups": "payments"]) { service in
        try await waitForKeys(of: service)
        let client = Client(url: service.url, token: Self.signed)
        #expect(try await ids(client) == ["e-payments", "e-orders", "e-all"], "an admin by his group")
        #expect(try await client.metric("fanfare_jwks_keys") == 1)
        #expect(try await Client(url: service.url, token: Self.shared).get(Self.events).status == 403)
        #expect(try await Client(url: service.url, token: "").get(Self.events).status == 401)
        let health = try await client.get("/health").text
        #expect(health.contains("1 key of \(url)/keys") && !health.contains("geheim"))
      }
      // Once, but for fetches that were given up.
      #expect((1...3).contains(server.arrivals.count))
      try await serving(["auth.jwt.jwksUrl": "\(url)/keys", "auth.jwt.issuer": "https://id.example"]) { service in
        try await waitForKeys(of: service)
        let answer = try await Client(url: service.url, token: Self.signed).get(Self.events)
        #expect(answer.status == 403 && answer.text.contains("was issued by somebody else"))
      }
    }
  }

  @Test func `a file of keys that cannot be used stops the start with a sentence that names it`() async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-jwt-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let file = directory.appending(path: "keys.json")
    try Data(Self.keys.utf8).write(to: file)
    let service = try await ServiceProcess.start(in: directory, settings: ["auth.jwt.jwksFile": file.path, "http.requestsPerSecond": "1"])
    let client = Client(url: service.url, token: Self.signed)
    #expect(try await client.get(Self.events).status == 200)
    var next = try await client.get(Self.events)
    // On a slow machine, one or another comes when a second has passed.
    for _ in 0..<50 where next.status == 200 { next = try await client.get(Self.events) }
    #expect(next.status == 429 && next.header("Retry-After") == "1")
    #expect(await service.stop() == 0)

    try Data("{}".utf8).write(to: file)
    let error = await #expect(throws: ServiceFailure.self) {
      _ = try await ServiceProcess.start(in: directory, settings: ["auth.jwt.jwksFile": file.path])
    }
    #expect(error?.description.contains("keys.json is not a JWKS: it has no array") == true, "\(error?.description ?? "")")
  }
}
