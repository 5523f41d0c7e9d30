import Fanfare
import Testing

@Suite struct CreateEventTests {
  private static let json = [("Content-Type", "application/json")]

  private func post(
    _ body: String, headers: [(String, String)] = json, target: String = "/internal/create-event", to world: World
  ) async throws -> Answer {
    try await world.door.send("POST", target, headers: headers, body: Array(body.utf8))
  }

  @Test(arguments: [
    "/internal/create-event", "/internal/create-event/", "/api/v1/internal/create-event", "/api/v1/internal/create-event/",
  ])
  func `an event is answered with an empty body and its id once it is stored`(target: String) async throws {
    try await World.run { (world) async throws in
      let answer = try await post(#"{"id":"e1","type":"ADD_BUILD"}"#, target: target, to: world)
      #expect(answer.status == 200, "\(answer.text)")
      #expect(answer.body.isEmpty)
      #expect(answer["content-length"] == "0")
      #expect(answer["x-event-id"] == "e1")
      #expect(try await world.get("/api/v1/events/event/e1").status == 200)
    }
  }

  @Test func `the public listener has no such door`() async throws {
    try await World.run { (world) async throws in
      for target in ["/internal/create-event", "/api/v1/internal/create-event"] {
        let answer = try await world.send("POST", target, #"{"id":"e1","type":"ADD_BUILD"}"#)
        #expect(answer.status == 404)
        #expect(answer.code == "route_not_found")
      }
      #expect(world.store.documents.isEmpty)
    }
  }

  @Test func `an event without an id is given one`() async throws {
    try await World.run { (world) async throws in
      let id = try #require(try await post(#"{"type":"ADD_BUILD"}"#, to: world)["x-event-id"])
      #expect(KSUID(id) != nil)
    }
  }

  @Test func `an array is stored whole, its ids in order, with commas inside of ids encoded`() async throws {
    try await World.run { (world) async throws in
      let answer = try await post(
        #"[{"id":"b","type":"ADD_BUILD"},{"id":"a,1","type":"ADD_BUILD"},{"id":"50%","type":"ADD_BUILD"}]"#, to: world)
      #expect(answer["x-event-id"] == "b,a%2C1,50%25")
      #expect(try await world.get("/api/v1/events/query/").ids.count == 3)
    }
  }

  @Test func `a client that prefers it gets the event back`() async throws {
    try await World.run { (world) async throws in
      let prefer = Self.json + [("Prefer", "respond-async, return=representation")]
      let one = try await post(#"{"id":"e1","type":"ADD_BUILD","timestamp":"2021-10-15T17:07:39+02:00"}"#, headers: prefer, to: world)
      #expect(one["preference-applied"] == "return=representation")
      #expect(one["content-type"] == "application/json")
      #expect(try one.json["event_time"] == "2021-10-15T15:07:39.000000000Z")
      let list = try await post(#" [{"id":"e2","type":"ADD_BUILD"}]"#, headers: prefer, to: world)
      #expect(try list.ids == ["e2"])
      #expect(list["x-event-id"] == "e2")
      let minimal = try await post(#"{"id":"e3","type":"ADD_BUILD"}"#, headers: Self.json + [("Prefer", "return=minimal")], to: world)
      #expect(minimal.body.isEmpty && minimal["preference-applied"] == nil)
    }
  }

  @Test func `everything that is wrong is named at once, and nothing is stored`() async throws {
    try await World.run { (world) async throws in
      let answer = try await post(
        #"[{"id":"ok","type":"ADD_BUILD"},{"id":7,"type":""},{"type":"ADD_BUILD","data":[]}]"#, to: world)
      #expect(answer.status == 400)
      #expect(answer.code == "invalid_request_body")
      guard case .array(let errors)? = try answer.json["data"]?["validation_errors"] else {
        return #expect(Bool(false), "no validation errors in \(answer.text)")
      }
      #expect(Set(errors.compactMap { $0["pointer"]?.stringValue }) == ["/1/id", "/1/type", "/2/data"])
      #expect(errors.allSatisfy { $0["code"]?.stringValue != nil && $0["message"]?.stringValue != nil })
      #expect(try await world.get("/api/v1/events/query/").ids == [])
    }
  }

  @Test(arguments: ["", "{", "null", "[1]", "\u{FEFF}{}"])
  func `a body that is no event is named`(body: String) async throws {
    try await World.run { (world) async throws in
      let answer = try await post(body, to: world)
      #expect(answer.status == 400)
      #expect(answer.code == "invalid_request_body")
    }
  }

  @Test func `the same event twice is one, and another under its id is a conflict`() async throws {
    try await World.run { (world) async throws in
      for _ in 0..<2 { #expect(try await post(#"{"id":"e1","type":"ADD_BUILD"}"#, to: world)["x-event-id"] == "e1") }
      let conflict = try await post(#"{"id":"e1","type":"USER_SIGNUP"}"#, to: world)
      #expect(conflict.status == 409)
      #expect(conflict.code == "conflicting_event")
      #expect(try conflict.json["data"] == ["id": "e1"])
      #expect(try await world.get("/api/v1/events/query/").ids == ["e1"])
    }
  }

  @Test(arguments: [
    nil, "application/json", "Application/JSON; charset=utf-8", "application/json;charset=\"UTF-8\"", "application/cloudevents+json",
    "application/cloudevents-batch+json",
  ])
  func `JSON and CloudEvents are taken, and a body without a type is taken for JSON`(type: String?) async throws {
    try await World.run { (world) async throws in
      let event = #"{"specversion":"1.0","id":"e1","source":"/state/p","type":"ADD_BUILD"}"#
      let answer = try await post(
        type == "application/cloudevents-batch+json" ? "[\(event)]" : event, headers: type.map { [("Content-Type", $0)] } ?? [], to: world)
      #expect(answer.status == 200, "\(answer.text)")
      #expect(world.store.documents.first?.contentType == type)
    }
  }

  @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/json; charset=latin1", ""])
  func `another content type is refused with the ones that are taken`(type: String) async throws {
    try await World.run { (world) async throws in
      let answer = try await post(#"{"id":"e1","type":"ADD_BUILD"}"#, headers: [("Content-Type", type)], to: world)
      #expect(answer.status == 415)
      #expect(answer.code == "unsupported_media_type")
      #expect(answer["accept"] == "application/json, application/cloudevents+json, application/cloudevents-batch+json")
      #expect(world.store.documents.isEmpty)
    }
  }

  @Test func `CloudEvents in binary mode reach the intake with their headers`() async throws {
    try await World.run { (world) async throws in
      let answer = try await post(
        #"{"status":"failed"}"#,
        headers: Self.json + [
          ("ce-specversion", "1.0"), ("CE-Id", "e1"), ("ce-source", "/state/p/e"), ("ce-type", "CREATE_STATE_DEPLOYMENT"),
          ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("Content-Encoding", "identity"),
        ], to: world)
      #expect(answer.status == 200, "\(answer.text)")
      let document = try #require(world.store.documents.first)
      #expect(document.contentEncoding == "identity")
      #expect(document.headers.contains { $0 == ("ce-id", "e1") })
      #expect(document.headers.contains { $0.name == "traceparent" })
      #expect(try await world.get("/api/v1/events/query/state/p/e").ids == ["e1"])
    }
  }

  @Test func `a body beyond the limit is refused, however it is sent`() async throws {
    try await World.run(maxBodyBytes: 100) { (world) async throws in
      let fits = #"{"id":"e1","type":"ADD_BUILD","x":""# + String(repeating: "x", count: 62) + "\"}"
      #expect(fits.utf8.count == 99)
      #expect(try await post(fits, to: world).status == 200)
      let long = Array(String(repeating: " ", count: 101).utf8)
      let declared = try await world.door.send("POST", "/internal/create-event", headers: Self.json, body: long)
      #expect(declared.status == 413)
      #expect(declared.code == "payload_too_large")
      #expect(try declared.json["data"] == ["limit": 100])
      let chunk = "40\r\n" + String(repeating: " ", count: 64) + "\r\n"
      let raw =
        "POST /internal/create-event HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)\(chunk)0\r\n\r\n"
      #expect(try Answer(try await world.door.exchange(Array(raw.utf8))).status == 413)
      #expect(world.store.documents.count == 1)
    }
  }

  @Test func `a store that has too much to do already asks for patience`() async throws {
    try await World.run { (world) async throws in
      world.store.change { $0.failure = IntakeOverloaded() }
      let answer = try await post(#"{"type":"ADD_BUILD"}"#, to: world)
      #expect(answer.status == 503)
      #expect(answer.code == "overloaded")
      #expect(answer["retry-after"] == "1")
    }
  }

  @Test func `with a token the door opens for nobody else`() async throws {
    try await World.run(internalToken: "s3cret") { (world) async throws in
      let body = #"{"id":"e1","type":"ADD_BUILD"}"#
      let missing = try await post(body, to: world)
      #expect(missing.status == 401)
      #expect(missing["www-authenticate"] == "Bearer")
      #expect(try await post(body, headers: [("Authorization", "Bearer wrong")], to: world).status == 403)
      #expect(try await post(body, headers: [World.authorization], to: world).code == "unknown_api_key")
      #expect(world.store.documents.isEmpty)
      #expect(try await post(body, headers: [("Authorization", "Bearer s3cret")], to: world).status == 200)
      #expect(try await post(body, headers: [("X-Escape-Token", "s3cret")], to: world).status == 200)
      #expect(try await world.door.send("GET", "/health/live").status == 200)
    }
  }

  @Test func `a web page of another site cannot post through a browser on this machine`() async throws {
    try await World.run { (world) async throws in
      let answer = try await post(#"{"type":"ADD_BUILD"}"#, headers: [("Origin", "https://evil.example")], to: world)
      #expect(answer.status == 403)
      #expect(answer.code == "permission_denied")
      // Nor one whose name the browser was told to look for on this machine.
      let rebound = [("Origin", "http://evil.example:8081"), ("Host", "evil.example:8081")]
      #expect(try await post(#"{"type":"ADD_BUILD"}"#, headers: rebound, to: world).status == 403)
      #expect(world.store.documents.isEmpty)
    }
  }

  @Test func `a content coding that nobody undoes is refused before the body is read`() async throws {
    try await World.run { (world) async throws in
      let created = try await post(#"{"type":"ADD_BUILD"}"#, headers: [("Content-Encoding", "deflate")], to: world)
      let put = try await world.send("PUT", "/api/v1/events/subscriptions/project/p", "[]", headers: [("Content-Encoding", "gzip")])
      for (answer, accepted) in [(created, ["gzip", "x-gzip", "identity"]), (put, ["identity"])] {
        #expect(answer.status == 415)
        #expect(answer.code == "unsupported_media_type")
        #expect(try answer.json["data"]?["accepted"] == .strings(accepted))
      }
      #expect(world.store.documents.isEmpty)
      #expect(world.nudges.changeCount == 0)
    }
  }
}
