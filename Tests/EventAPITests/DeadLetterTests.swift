import Fanfare
import Testing

@Suite struct DeadLetterTests {
  private static let root = "/api/v1/events/dead-letters"

  @Test func `only what is dead is listed, with the reason`() async throws {
    try await World.run { (world) async throws in
      let ids = world.deliver(6)
      let answer = try await world.get(Self.root + "/")
      #expect(try answer.ids == [ids[5], ids[3], ids[1]].map(\.description))
      #expect(try answer.json["elements"]?[0]?["reason"] == "exhausted")
      #expect(try await world.get(Self.root + "/?project=q").ids == [ids[5].description])
      #expect(try await world.get(Self.root + "/?size=1").json["next"] != nil)
      #expect(try await world.get(Self.root + "/?state=dead").code == "invalid_query_parameter")
    }
  }

  @Test func `one, many, some and all of them get another chance`() async throws {
    try await World.run { (world) async throws in
      let ids = world.deliver(12)
      func requeue(_ body: String) async throws -> String { try await world.send("POST", Self.root + "/requeue/", body).text }
      #expect(try await requeue(#"{"id":"\#(ids[1])"}"#) == #"{"requeued":1}"#)
      #expect(try await requeue(#"{"ids":["\#(ids[3])","\#(ids[5])"]}"#) == #"{"requeued":2}"#)
      #expect(try await requeue(#"{"event":"e7","subscription":"s1"}"#) == #"{"requeued":1}"#)
      #expect(try await requeue(#"{"project":"q","since":"2023-11-14T22:13:30Z","until":"2024-01-01T00:00:00Z"}"#) == #"{"requeued":1}"#)
      #expect(try await requeue(#"{"all":true}"#) == #"{"requeued":1}"#)
      #expect(try await requeue(#"{"all":true}"#) == #"{"requeued":0}"#)
      #expect(try await world.get(Self.root).text == #"{"elements":[]}"#)
      #expect(world.nudges.requeueCount == 6)
    }
  }

  @Test(arguments: [
    ("", [""]), ("[]", [""]), ("{}", [""]), (#"{"id":7}"#, ["/id"]), (#"{"ids":[]}"#, ["/ids"]),
    (#"{"ids":["23E0dGLAnH943qkNMvMEZeFsWya","x",1]}"#, ["/ids/1", "/ids/2"]), (#"{"all":false}"#, ["/all"]),
    (#"{"project":"","since":"now","pro/ject":1}"#, ["/project", "/since", "/pro~1ject"]), (#"{"all":true,"project":"p"}"#, [""]),
    (#"{"id":"23E0dGLAnH943qkNMvMEZeFsWya","all":true}"#, [""]),
  ])
  func `an order that is not clear is refused, and nothing is requeued`(body: String, pointers: [String]) async throws {
    try await World.run { (world) async throws in
      world.deliver(4)
      let answer = try await world.send("POST", Self.root + "/requeue", body)
      #expect(answer.status == 400)
      #expect(answer.code == "invalid_request_body")
      guard case .array(let errors)? = try answer.json["data"]?["validation_errors"] else {
        return #expect(Bool(false), "no validation errors in \(answer.text)")
      }
      #expect(errors.compactMap { $0["pointer"]?.stringValue } == pointers)
      #expect(try await world.get(Self.root).ids.count == 2)
      #expect(world.nudges.requeueCount == 0)
    }
  }

  @Test func `one unknown id spoils the order`() async throws {
    try await World.run { (world) async throws in
      let ids = world.deliver(2)
      let answer = try await world.send("POST", Self.root + "/requeue", #"{"ids":["\#(ids[1])","23E0dGLAnH943qkNMvMEZeFsWya"]}"#)
      #expect(answer.status == 404)
      #expect(answer.code == "unknown_delivery")
      #expect(try await world.get(Self.root).ids.count == 1)
      let plain = try await world.api.send(
        "POST", Self.root + "/requeue", headers: [World.authorization, ("Content-Type", "text/plain")], body: Array(#"{"all":true}"#.utf8))
      #expect(plain.status == 415)
    }
  }
}
