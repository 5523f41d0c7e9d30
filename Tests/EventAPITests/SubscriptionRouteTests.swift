import EventAPI
import Fanfare
import Testing

@Suite struct SubscriptionRouteTests {
  private static let root = "/api/v1/events/subscriptions"
  private static let hook = #"[{"id":"deploys","type":"webhook","url":"https://ci.example.com/hook","events":["*_STATE_DEPLOYMENT"]}]"#

  @Test(arguments: ["project", "inventory", "state"]) func `each side has a set of its own`(side: String) async throws {
    try await World.run { (world) async throws in
      let target = "\(Self.root)/\(side)/payments"
      let empty = try await world.get(target)
      #expect(empty.text == "[]")
      #expect(empty["etag"] == "\"0\"")
      let put = try await world.send("PUT", target + "/", Self.hook)
      #expect(put.status == 200, "\(put.text)")
      #expect(put["etag"] == "\"1\"")
      let got = try await world.get(target + "/")
      #expect(got.body == put.body)
      #expect(got["etag"] == "\"1\"")
      #expect(try got.json[0]?["id"] == "deploys")
      #expect(try got.json[0]?["url"] == "https://ci.example.com/hook")
      for other in ["project", "inventory", "state"] where other != side {
        #expect(try await world.get("\(Self.root)/\(other)/payments").text == "[]")
      }
      #expect(world.nudges.changeCount == 1)
    }
  }

  @Test func `an object keyed by id is a set, too, and an entry without an id gets one`() async throws {
    try await World.run { (world) async throws in
      let put = try await world.send("PUT", "\(Self.root)/project/p", #"{"a":{"type":"webhook","url":"https://x.example/"}}"#)
      #expect(try put.json[0]?["id"] == "a")
      let made = try await world.send("PUT", "\(Self.root)/project/p", #"[{"type":"webhook","url":"https://x.example/"}]"#)
      #expect(made.status == 200, "\(made.text)")
      #expect(try made.json[0]?["id"]?.stringValue?.isEmpty == false)
      #expect(made["etag"] == "\"2\"")
    }
  }

  @Test func `every fault is named with its pointer, and nothing changes`() async throws {
    try await World.run { (world) async throws in
      let target = "\(Self.root)/project/p"
      _ = try await world.send("PUT", target, Self.hook)
      let answer = try await world.send(
        "PUT", target, #"[{"type":"pigeon","url":"https://x.example/"},{"type":"webhook","url":"ftp://x","colour":"red"}]"#)
      #expect(answer.status == 400)
      #expect(answer.code == "invalid_request_body")
      guard case .array(let errors)? = try answer.json["data"]?["validation_errors"] else {
        return #expect(Bool(false), "no validation errors in \(answer.text)")
      }
      #expect(Set(errors.compactMap { $0["pointer"]?.stringValue }) == ["/0/type", "/1/url", "/1/colour"])
      #expect(try await world.get(target)["etag"] == "\"1\"")
      #expect(world.nudges.changeCount == 1)
    }
  }

  @Test func `If-None-Match makes a set only where there is none`() async throws {
    try await World.run { (world) async throws in
      let target = "\(Self.root)/project/p"
      func put(_ tag: String) async throws -> Answer {
        try await world.send("PUT", target, Self.hook, headers: [("If-None-Match", tag)])
      }
      #expect(try await put("*")["etag"] == "\"1\"")
      let second = try await put("*")
      #expect(second.status == 412)
      #expect(second.code == "precondition_failed")
      #expect(try await put("\"1\"").status == 412)
      #expect(try await put("\"0\"")["etag"] == "\"2\"")
    }
  }

  @Test func `who may only read a set sees where it goes, and nothing that is secret`() async throws {
    struct Members: Authenticator {
      func caller(holding credential: String?) async throws(AuthenticationFailure) -> Caller {
        guard let credential else { throw .missing }
        return Caller(name: credential, username: credential, roles: ["project:p:global:\(credential)"])
      }
    }
    try await World.run(authenticator: World.always(Members())) { (world) async throws in
      let target = "\(Self.root)/project/p"
      let body = """
        [{"id":"a","type":"webhook","url":"https://ci.example.com/hook?key=hush","headers":{"Authorization":"Basic aHVzaA=="}},
         {"id":"b","type":"slack","url":"https://hooks.slack.com/services/T0/B0/hush"}]
        """
      let put = try await world.api.send(
        "PUT", target, headers: [("Authorization", "Bearer write"), ("Content-Type", "application/json")], body: Array(body.utf8))
      #expect(put.status == 200, "\(put.text)")
      #expect(put.text.contains("key=hush") && put.text.contains("aHVzaA==") && put.text.contains("T0/B0/hush"))
      #expect(try await world.get(target, bearer: "write").body == put.body)
      let read = try await world.get(target, bearer: "read")
      #expect(read.status == 200)
      #expect(read["cache-control"] == "private, no-cache")
      #expect(!read.text.contains("hush") && !read.text.contains("aHVzaA"))
      #expect(try read.json[0]?["url"] == "https://ci.example.com/hook")
      #expect(try read.json[0]?["headers"]?["Authorization"] == "…")
      #expect(try read.json[1]?["url"] == "https://hooks.slack.com/…")
    }
  }

  @Test func `If-Match guards against lost updates`() async throws {
    try await World.run { (world) async throws in
      let target = "\(Self.root)/project/p"
      func put(_ tag: String) async throws -> Answer { try await world.send("PUT", target, Self.hook, headers: [("If-Match", tag)]) }
      #expect(try await put("*").status == 412)
      #expect(try await put("\"0\"")["etag"] == "\"1\"")
      let stale = try await put("\"0\"")
      #expect(stale.status == 412)
      #expect(stale.code == "precondition_failed")
      #expect(stale["etag"] == "\"1\"")
      #expect(try await put("W/\"1\"").status == 412)
      #expect(try await put("nonsense").status == 412)
      #expect(try await put("\"7\", \"1\"")["etag"] == "\"2\"")
      #expect(try await put("*")["etag"] == "\"3\"")
      world.store.change { $0.failure = SubscriptionSetChanged(version: 9) }
      let raced = try await world.send("PUT", target, Self.hook)
      #expect(raced.status == 412)
      #expect(raced["etag"] == "\"9\"")
    }
  }

  @Test func `If-None-Match spares what is known already`() async throws {
    try await World.run { (world) async throws in
      let target = "\(Self.root)/project/p"
      _ = try await world.send("PUT", target, Self.hook)
      let known = try await world.get(target, headers: [("If-None-Match", "\"0\", W/\"1\"")])
      #expect(known.status == 304)
      #expect(known.body.isEmpty)
      #expect(known["etag"] == "\"1\"")
      #expect(try await world.get(target, headers: [("If-None-Match", "\"0\"")]).status == 200)
    }
  }

  @Test func `a secret is shown by itself only, and is not to be cached`() async throws {
    try await World.run { (world) async throws in
      let scope = SubscriptionScope(side: .project, project: "p")
      world.store.change {
        $0.sets[scope] = SubscriptionSet(
          version: 1,
          subscriptions: [
            Subscription(scope: scope, id: "a b", kind: .webhook, url: "https://x.example/", secrets: ["whsec_new", "whsec_old"]),
            Subscription(scope: scope, id: "team", kind: .slack, url: "https://hooks.slack.com/services/x"),
          ])
      }
      let answer = try await world.get("\(Self.root)/project/p/a%20b/secret/")
      #expect(answer.text == #"{"secret":"whsec_new","previous":[{"secret":"whsec_old"}]}"#)
      #expect(answer["cache-control"] == "no-store")
      #expect(try await world.get("\(Self.root)/project/p/team/secret").text == #"{"secret":null,"previous":[]}"#)
      #expect(try await !world.get("\(Self.root)/project/p").text.contains("whsec"))
      let unknown = try await world.get("\(Self.root)/project/p/none/secret")
      #expect(unknown.status == 404)
      #expect(unknown.code == "unknown_subscription")
      #expect(try await world.get("\(Self.root)/state/p/team/secret").code == "unknown_subscription")
    }
  }

  @Test func `what the route does not take is refused`() async throws {
    try await World.run { (world) async throws in
      let target = "\(Self.root)/project/p"
      let xml = try await world.api.send("PUT", target, headers: [World.authorization, ("Content-Type", "text/xml")], body: [])
      #expect(xml.status == 415)
      #expect(xml["accept"] == "application/json")
      #expect(try await world.send("PUT", target, "{").code == "invalid_request_body")
      #expect(try await world.send("PUT", target + "?force=1", Self.hook).code == "invalid_query_parameter")
      #expect(try await world.get(target + "?page_size=1").code == "invalid_query_parameter")
      #expect(try await world.get("\(Self.root)/elsewhere/p").code == "route_not_found")
      #expect(try await world.get("\(Self.root)/project//").code == "invalid_route_variable")
    }
    try await World.run(maxBodyBytes: 16) { (world) async throws in
      #expect(try await world.send("PUT", "\(Self.root)/project/p", Self.hook).status == 413)
    }
  }
}
