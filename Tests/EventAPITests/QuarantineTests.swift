import Fanfare
import Testing

@Suite struct QuarantineTests {
  private static let root = "/api/v1/events/quarantine"

  private static func add(_ raw: [UInt8], to world: World) -> KSUID {
    world.store.change { state in
      let id = state.makeID()
      let origin = Origin(
        door: .amqp(exchange: "state.events", routingKey: "deploy"), raw: raw, contentType: "application/json", headers: ["x": 1])
      state.quarantine.append(
        QuarantineEntry(
          id: id, entry: Quarantined(reason: .malformedJSON, detail: "not JSON", origin: origin, receivedAt: MemoryStore.now)))
      return id
    }
  }

  @Test func `what could not be read is shown as it came`() async throws {
    try await World.run { (world) async throws in
      let text = Self.add(Array("{oops \u{E9}".utf8), to: world)
      let bytes = Self.add([0xFF, 0x00], to: world)
      let head =
        #""reason":"malformed_json","detail":"not JSON","exchange":"state.events","routing_key":"deploy","content_type":"application/json","received_time":"2023-11-14T22:13:20.000000000Z""#
      let first = #"{"id":"\#(text)",\#(head),"body":"{oops é","headers":{"x":1},"size":8}"#
      let second = #"{"id":"\#(bytes)",\#(head),"body_base64":"/wA=","headers":{"x":1},"size":2}"#
      #expect(try await world.get(Self.root + "/").text == #"{"elements":[\#(second),\#(first)]}"#)
      #expect(try await world.get("\(Self.root)/\(text)").text == first)
      #expect(try await world.get(Self.root + "/?size=1").json["next"]?["after"]?.stringValue == Base64.encode(bytes.description.utf8))
      #expect(try await world.get(Self.root + "/?reason=x").code == "invalid_query_parameter")
    }
  }

  @Test func `what can be read by now is stored and leaves the quarantine`() async throws {
    try await World.run { (world) async throws in
      let id = Self.add(Array(#"[{"id":"e1","type":"ADD_BUILD"},{"id":"e2","type":"ADD_BUILD"}]"#.utf8), to: world)
      let answer = try await world.send("POST", "\(Self.root)/\(id)/requeue/", "")
      #expect(answer.text == #"{"requeued":1,"events":["e1","e2"]}"#)
      #expect(try await world.get(Self.root).text == #"{"elements":[]}"#)
      #expect(try await world.get("/api/v1/events/event/e2").status == 200)
    }
  }

  @Test func `what can still not be read stays, and the reasons are named`() async throws {
    try await World.run { (world) async throws in
      let id = Self.add(Array("{".utf8), to: world)
      let answer = try await world.send("POST", "\(Self.root)/\(id)/requeue", "")
      #expect(answer.status == 409)
      #expect(answer.code == "still_quarantined")
      #expect(try answer.json["data"]?["validation_errors"]?.count == 1)
      #expect(try await world.get(Self.root).ids == [id.description])

      world.store("inventory:p")
      let conflicting = Self.add(Array(#"{"id":"e1","type":"USER_SIGNUP"}"#.utf8), to: world)
      #expect(try await world.send("POST", "\(Self.root)/\(conflicting)/requeue", "").code == "conflicting_event")
      #expect(try await world.get(Self.root).ids.count == 2)
    }
  }

  @Test func `an entry that there never was is unknown`() async throws {
    try await World.run { (world) async throws in
      for (method, suffix) in [("GET", ""), ("POST", "/requeue")] {
        let unknown = try await world.send(method, "\(Self.root)/23E0dGLAnH943qkNMvMEZeFsWya\(suffix)", "")
        #expect(unknown.status == 404)
        #expect(unknown.code == "unknown_quarantine_entry")
        #expect(try await world.send(method, "\(Self.root)/17\(suffix)", "").code == "unknown_quarantine_entry")
      }
    }
  }
}
