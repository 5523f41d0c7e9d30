import EventAPI
import Fanfare
import Testing

/// Keys over the wire, from being made to being refused, with nothing but keys to get in.
@Suite struct KeyRouteTests {
  /// A world of accounts: `root` is an admin, `ann` and `bob` are users, and each has a key named like him.
  private struct Society: Sendable {
    let world: World
    let root: Account
    let ann: Account
    let bob: Account

    @Sendable private static func keys(in store: MemoryStore) -> any Authenticator {
      KeyAuthenticator(accounts: store, now: { MemoryStore.now })
    }

    static func run(_ body: @Sendable (Society) async throws -> Void) async throws {
      try await World.run(authenticator: keys) { (world) async throws in
        func settle(_ profile: Account.Profile) async throws -> Account {
          let account = try await world.store.addAccount(profile)
          _ = try await world.store.addKey(APIKey.Draft(name: "k"), digest: APIKey.digest(of: profile.name), to: account.id)
          return account
        }
        try await body(
          Society(
            world: world, root: settle(.init(name: "root", role: .admin)), ann: settle(.init(name: "ann", groups: ["g"])),
            bob: settle(.init(name: "bob"))))
      }
    }

    func send(_ method: String, _ target: String, as secret: String, _ body: String? = nil) async throws -> Answer {
      try await world.api.send(method, target, headers: [("Authorization", "Bearer \(secret)")], body: body.map { Array($0.utf8) })
    }
  }

  private static func keys(of account: Account) -> String { "/v0/accounts/id/\(account.id)/api_keys" }

  @Test func `a key that ends makes no key that goes on after it`() async throws {
    try await Society.run { (society) async throws in
      let keys = Self.keys(of: society.ann)
      let made = try await society.send("POST", keys, as: "ann", #"{"name":"short","expiration_time":"2023-11-15T00:00:00Z"}"#)
      let short = try #require(try made.json["key"]?.stringValue)
      for end in ["", #","expiration_time":"2023-11-15T00:00:00.000000001Z""#] {
        let refused = try await society.send("POST", keys, as: short, #"{"name":"long"\#(end)}"#)
        #expect(refused.status == 400)
        #expect(try refused.json["data"]?["validation_errors"]?.elements.first?["pointer"] == "/expiration_time")
      }
      let equal = try await society.send("POST", keys, as: short, #"{"name":"equal","expiration_time":"2023-11-15T00:00:00Z"}"#)
      #expect(equal.status == 201)
    }
  }

  @Test(arguments: ["root", "ann"]) func `a key is made by an admin or its owner, shown once, good at once, and refused when revoked`(
    maker: String
  ) async throws {
    try await Society.run { (society) async throws in
      let keys = Self.keys(of: society.ann)
      let made = try await society.send("POST", keys + "/", as: maker, #"{"name":"ci","expiration_time":"2023-11-15T00:00:00+01:00"}"#)
      #expect(made.status == 201, "\(made.text)")
      #expect(made["cache-control"] == "no-store")
      #expect(made["location"] == keys)
      let secret = try #require(try made.json["key"]?.stringValue)
      let id = try #require(try made.json["id"]?.stringValue)
      #expect(secret.hasPrefix("fanfare_"))
      let shown =
        #"{"id":"\#(id)","name":"ci","creation_time":"2023-11-14T22:13:20.000000000Z","expiration_time":"2023-11-14T23:00:00.000000000Z"}"#
      #expect(made.text == shown.dropLast() + #","key":"\#(secret)"}"#)
      #expect(try await society.send("GET", keys + "?size=1", as: maker).text.hasPrefix(#"{"elements":[\#(shown)],"next":"#))
      #expect(society.world.store.change { $0.keys.last?.digest } == APIKey.digest(of: secret))

      let own = try await society.send("GET", "/v0/account", as: secret)
      #expect(own.status == 200)
      #expect(try own.json["id"]?.stringValue == society.ann.id.description)
      #expect(try own.json["groups"] == ["g"])
      #expect(try await society.send("DELETE", "\(keys)/id/\(id)", as: maker).status == 204)
      let refused = try await society.send("GET", "/v0/account", as: secret)
      let stranger = try await society.send("GET", "/v0/account", as: "never-was")
      #expect(refused.status == 403 && refused.code == "unknown_api_key")
      #expect(refused.body == stranger.body)
      #expect(try await society.send("DELETE", "\(keys)/id/\(id)", as: maker).code == "unknown_key")
      #expect(try await society.send("DELETE", "\(keys)/id/17", as: maker).code == "unknown_key")
    }
  }

  @Test func `a user sees to no keys but his own, and learns nothing of who else there is`() async throws {
    try await Society.run { (society) async throws in
      let stranger = "/v0/accounts/id/23E0dGLAnH943qkNMvMEZeFsWya/api_keys"
      for (method, suffix) in [("GET", ""), ("POST", ""), ("DELETE", "/id/\(society.bob.id)")] {
        let others = try await society.send(method, Self.keys(of: society.bob) + suffix, as: "ann", #"{"name":"x"}"#)
        let nobodys = try await society.send(method, stranger + suffix, as: "ann", #"{"name":"x"}"#)
        let nonsense = try await society.send(method, "/v0/accounts/id/17/api_keys" + suffix, as: "ann", #"{"name":"x"}"#)
        #expect(others.status == 403 && others.code == "permission_denied")
        #expect(others.body == nobodys.body && others.body == nonsense.body)
      }
      #expect(society.world.store.change { $0.keys.count } == 3)
      for (method, target) in [("GET", "/v0/accounts"), ("GET", "/v0/accounts/id/\(society.ann.id)")] {
        #expect(try await society.send(method, target, as: "ann").code == "permission_denied")
      }
      // What he may do is not his to say.
      let promotion = try await society.send("PUT", "/v0/accounts/id/\(society.ann.id)", as: "ann", #"{"name":"ann","role":"admin"}"#)
      #expect(promotion.code == "permission_denied")
    }
  }

  @Test func `a key of a disabled account is refused until the account is enabled`() async throws {
    try await Society.run { (society) async throws in
      let account = "/v0/accounts/id/\(society.ann.id)"
      #expect(try await society.send("GET", "/v0/account", as: "ann").status == 200)
      #expect(try await society.send("PUT", account, as: "root", #"{"name":"ann","disabled":true}"#).status == 200)
      let refused = try await society.send("GET", "/v0/account", as: "ann")
      #expect(refused.status == 403 && refused.code == "unknown_api_key")
      #expect(try await society.send("PUT", account, as: "root", #"{"name":"ann"}"#).status == 200)
      #expect(try await society.send("GET", "/v0/account", as: "ann").status == 200)
      #expect(try await society.send("DELETE", account, as: "root").status == 204)
      #expect(try await society.send("GET", "/v0/account", as: "ann").code == "unknown_api_key")
      #expect(try await society.send("GET", "/v0/account", as: "bob").status == 200)
    }
  }

  @Test func `an expired key says that it has expired`() async throws {
    try await Society.run { (society) async throws in
      let draft = APIKey.Draft(name: "old", expiresAt: MemoryStore.now)
      _ = try await society.world.store.addKey(draft, digest: APIKey.digest(of: "old"), to: society.ann.id)
      let answer = try await society.send("GET", "/v0/account", as: "old")
      #expect(answer.status == 403 && answer.code == "unknown_api_key")
      #expect(try answer.json["error"] == "the credential has expired")
    }
  }

  @Test func `a key has a name and an end to come, and an account has so many and no more`() async throws {
    try await Society.run { (society) async throws in
      let keys = Self.keys(of: society.ann)
      let answer = try await society.send("POST", keys, as: "root", #"{"expiration_time":"2023-11-14T22:13:20Z","scope":"all"}"#)
      #expect(answer.status == 400 && answer.code == "invalid_request_body")
      guard case .array(let errors)? = try answer.json["data"]?["validation_errors"] else { return #expect(Bool(false), "\(answer.text)") }
      #expect(Set(errors.compactMap { $0["pointer"]?.stringValue }) == ["/scope", "/name", "/expiration_time"])
      for number in 1..<APIKey.maximumPerAccount {
        _ = try await society.world.store.addKey(APIKey.Draft(name: "k"), digest: [UInt8(number)], to: society.ann.id)
      }
      let full = try await society.send("POST", keys, as: "root", #"{"name":"one more"}"#)
      #expect(full.status == 409 && full.code == "too_many_keys")
      #expect(try full.json["data"]?["limit"] == .integer(APIKey.maximumPerAccount))
    }
  }

  @Test func `a key may come in each of the three places, and the wrong scheme is none`() async throws {
    try await Society.run { (society) async throws in
      for header in [("Authorization", "Bearer ann"), ("X-Escape-Token", "ann"), ("Cookie", "X-Escape-Token=ann")] {
        #expect(try await society.world.api.send("GET", "/v0/account", headers: [header]).status == 200)
      }
      #expect(try await society.world.api.send("GET", "/v0/account", headers: [("Authorization", "Basic ann")]).status == 401)
    }
  }
}
