import EventAPI
import Fanfare
import Testing

@Suite struct AccountRouteTests {
  private static let root = "/v0/accounts"
  private static let stranger = "23E0dGLAnH943qkNMvMEZeFsWya"

  @Test func `an account is made, shown, listed, replaced and removed`() async throws {
    try await World.run { (world) async throws in
      _ = try await world.store.addAccount(.init(name: "root", role: .admin))
      let body = #"{"name":"ann","email_address":"ann@example.com","groups":["payments"],"roles":["project:shop:global:write"]}"#
      let made = try await world.send("POST", Self.root + "/", body)
      #expect(made.status == 201, "\(made.text)")
      let id = try #require(try made.json["id"]?.stringValue)
      #expect(made["location"] == "\(Self.root)/id/\(id)")
      #expect(
        made.text
          == #"{"id":"\#(id)","name":"ann","email_address":"ann@example.com","role":"user","groups":["payments"],"roles":["project:shop:global:write"],"disabled":false,"creation_time":"2023-11-14T22:13:20.000000000Z"}"#
      )
      #expect(try await world.get("\(Self.root)/id/\(id)").body == made.body)
      #expect(try await world.get("\(Self.root)/id/\(id)/").body == made.body)
      #expect(try await world.get("\(Self.root)?name=ann").text == #"{"elements":[\#(made.text)]}"#)
      #expect(try await world.get("\(Self.root)?name=an").text == #"{"elements":[]}"#)

      // What was got may be put, changed in one place.
      let changed = try await world.send("PUT", "\(Self.root)/id/\(id)", made.text.replacing("[\"payments\"]", with: "[\"x\",\"y\"]"))
      #expect(changed.status == 200, "\(changed.text)")
      #expect(changed.text == made.text.replacing("[\"payments\"]", with: "[\"x\",\"y\"]"))
      let bare = try await world.send("PUT", "\(Self.root)/id/\(id)", #"{"name":"ann","disabled":true}"#)
      #expect(
        bare.text
          == #"{"id":"\#(id)","name":"ann","role":"user","groups":[],"roles":[],"disabled":true,"creation_time":"2023-11-14T22:13:20.000000000Z"}"#
      )

      let gone = try await world.send("DELETE", "\(Self.root)/id/\(id)", "")
      #expect(gone.status == 204)
      #expect(gone.body.isEmpty)
      #expect(try await world.get("\(Self.root)/id/\(id)").code == "unknown_account")
      #expect(try await world.get(Self.root).ids.count == 1)
    }
  }

  @Test func `accounts are pages with the seed's cursors`() async throws {
    try await World.run { (world) async throws in
      var ids: [String] = []
      for number in 1...5 { ids.append(try await world.store.addAccount(.init(name: "a\(number)")).id.description) }
      let first = try await world.get("\(Self.root)/?size=2&order=asc")
      #expect(try first.ids == Array(ids[..<2]))
      #expect(try first.json["previous"] == nil)
      let next = try #require(try first.json["next"])
      #expect(next["after"]?.stringValue == Base64.encode(Array(ids[1].utf8)))
      #expect(next["size"] == 2 && next["sort"] == "id" && next["order"] == "asc")
      let cursor = try #require(next["after"]?.stringValue)
      let second = try await world.get("\(Self.root)/?size=2&order=asc&after=\(cursor)")
      #expect(try second.ids == Array(ids[2..<4]))
      let back = try #require(try second.json["previous"]?["before"]?.stringValue)
      #expect(try await world.get("\(Self.root)/?size=2&order=asc&before=\(back)").ids == Array(ids[..<2]))
      #expect(try await world.get(Self.root).ids == ids.reversed())
      for query in ["size=101", "after=x", "sort=name", "order=up", "page_size=1", "name="] {
        #expect(try await world.get("\(Self.root)?\(query)").code == "invalid_query_parameter", "\(query)")
      }
    }
  }

  @Test func `everything that is wrong with a body is said at once, and nothing changes`() async throws {
    try await World.run { (world) async throws in
      let id = try await world.store.addAccount(.init(name: "root", role: .admin)).id
      for (method, target) in [("POST", Self.root), ("PUT", "\(Self.root)/id/\(id)")] {
        let answer = try await world.send(method, target, #"{"name":"","role":"king","groups":["a","a"],"colour":1}"#)
        #expect(answer.status == 400)
        #expect(answer.code == "invalid_request_body")
        guard case .array(let errors)? = try answer.json["data"]?["validation_errors"] else {
          Issue.record("\(answer.text)")
          continue
        }
        #expect(Set(errors.compactMap { $0["pointer"]?.stringValue }) == ["/name", "/role", "/groups/1", "/colour"])
        #expect(
          try await world.api.send(
            method, target, headers: [World.authorization, ("Content-Type", "text/plain")], body: Array("{}".utf8)
          ).status == 415)
      }
      #expect(world.store.change { $0.accounts.map(\.profile) } == [.init(name: "root", role: .admin)])
    }
  }

  @Test func `a name is taken once, the last admin stays, and what never was is unknown`() async throws {
    try await World.run { (world) async throws in
      let root = try await world.store.addAccount(.init(name: "root", role: .admin)).id
      let ann = try await world.store.addAccount(.init(name: "ann")).id
      let taken = try await world.send("POST", Self.root, #"{"name":"ann"}"#)
      #expect(taken.status == 409)
      #expect(taken.code == "account_name_taken")
      #expect(try taken.json["data"]?["name"] == "ann")
      #expect(try await world.send("PUT", "\(Self.root)/id/\(ann)", #"{"name":"root"}"#).code == "account_name_taken")
      for (method, body) in [
        ("DELETE", ""), ("PUT", #"{"name":"root"}"#), ("PUT", #"{"name":"root","role":"admin","disabled":true}"#),
      ] {
        let answer = try await world.send(method, "\(Self.root)/id/\(root)", body)
        #expect(answer.status == 409)
        #expect(answer.code == "last_admin")
      }
      for id in [Self.stranger, "17", "..", "%F0%9F%98%80"] {
        for (method, suffix) in [
          ("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/api_keys"), ("POST", "/api_keys"), ("DELETE", "/api_keys/id/\(root)"),
        ] {
          let answer = try await world.send(method, "\(Self.root)/id/\(id)\(suffix)", #"{"name":"x"}"#)
          #expect(answer.status == 404, "\(method) \(id) \(suffix)")
          #expect(answer.code == "unknown_account", "\(method) \(id) \(suffix)")
        }
      }
      let method = try await world.send("PATCH", "\(Self.root)/id/\(root)", "{}")
      #expect(method.status == 405)
      #expect(method["allow"] == "GET, PUT, DELETE, HEAD")
    }
  }

  @Test func `who comes without an account is told what is known of him`() async throws {
    try await World.run { (world) async throws in
      let member = ("Authorization", "Bearer \(World.TwoCallers.memberToken)")
      #expect(
        try await world.api.send("GET", "/v0/account", headers: [member]).text
          == #"{"name":"ann","role":"user","groups":["payments"],"roles":[],"disabled":false}"#)
      #expect(try await world.get("/v0/account/").text == #"{"name":"admin","role":"admin","groups":[],"roles":[],"disabled":false}"#)
      #expect(try await world.get("/v0/account?x=1").code == "invalid_query_parameter")
      #expect(try await world.api.send("GET", "/v0/account").code == "authentication_required")
    }
    let open: @Sendable (MemoryStore) -> any Authenticator = { _ in OpenDoor() }
    try await World.run(authenticator: open) { (world) async throws in
      #expect(try await world.api.send("GET", "/v0/account").code == "authentication_required")
    }
  }
}
