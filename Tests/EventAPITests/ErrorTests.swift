import Fanfare
import Testing

@Suite struct ErrorTests {
  private struct Broken: Error {}

  @Test(arguments: [
    "/v0/foo", "/api/v1/events", "/api/v1/events//query", "/api/v1/events/query/inventory/p/a/1/more", "/%zz", "//", "/api/v2/",
  ])
  func `a path that is not there is named`(target: String) async throws {
    try await World.run { (world) async throws in
      let answer = try await world.api.send("GET", target + "?x=1")
      #expect(answer.status == 404)
      #expect(answer.text == #"{"error":"route not found","code":"route_not_found","data":{"target":"\#(target)"}}"#)
      #expect(answer["content-type"] == "application/json")
    }
  }

  @Test(arguments: [
    ("/api/v1/events/query/", "DELETE", "GET, HEAD"), ("/api/v1/events/subscriptions/project/p/", "POST", "GET, PUT, HEAD"),
    ("/api/v1/events/query/project/p/e/web/blue", "PUT", "GET, HEAD"), ("/api/v1/events/dead-letters/requeue", "GET", "POST"),
    ("/api/v1/events/deliveries/x/retry", "HEAD", "POST"), ("/metrics", "POST", "GET, HEAD"), ("/", "OPTIONS", "GET, HEAD"),
    ("/health", "PROPFIND", "GET, HEAD"),
  ])
  func `a method that a path does not answer is named, with those that it does`(target: String, method: String, allow: String) async throws
  {
    try await World.run { (world) async throws in
      let answer = try await world.api.send(method, target, headers: [World.authorization])
      #expect(answer.status == 405)
      #expect(answer["allow"] == allow)
      if method != "HEAD" { #expect(answer.code == "unhandled_method") }
    }
  }

  @Test func `HEAD is answered as GET, without the body`() async throws {
    try await World.run { (world) async throws in
      world.store("inventory:p", "inventory:p")
      for target in ["/api/v1/events/query/?page_size=1", "/api/v1/events/event/e1", "/health", "/", "/api/v1/events/event/none"] {
        let get = try await world.get(target)
        let head = try await world.api.send("HEAD", target, headers: [World.authorization])
        #expect(head.status == get.status)
        #expect(head.body.isEmpty)
        #expect(head["content-length"] == String(get.body.count))
        #expect(head["content-type"] == get["content-type"])
        #expect(head["link"] == get["link"])
      }
    }
  }

  @Test func `an answer carries the request's id: the client's own if it is sane`() async throws {
    try await World.run { (world) async throws in
      let own = try await world.api.send("GET", "/health/live", headers: [("X-Request-Id", "a1b2-c3:7/x")])
      #expect(own["x-request-id"] == "a1b2-c3:7/x")
      for odd in ["with space", "quote\"", String(repeating: "x", count: 129), "<script>"] {
        let answer = try await world.api.send("GET", "/nowhere", headers: [("X-Request-Id", odd)])
        #expect(KSUID(try #require(answer["x-request-id"])) != nil)
      }
      let ids = try await [world.get("/health")["x-request-id"], world.get("/health")["x-request-id"]]
      #expect(ids[0] != ids[1])
    }
  }

  @Test func `what breaks inside is not told to the client`() async throws {
    try await World.run { (world) async throws in
      world.store.change { $0.failure = Broken() }
      let answer = try await world.get("/api/v1/events/query/")
      #expect(answer.status == 500)
      #expect(answer.code == "internal_error")
      #expect(!answer.text.contains("Broken"))
      #expect(answer["x-request-id"] != nil)
    }
  }

  private struct Short: StoreFailure {
    let shortage: StoreShortage?
  }

  @Test(arguments: [(StoreShortage.diskFull, "disk_full"), (.diskFailing, "disk_failing")])
  func `a disk that is full, or fails, is told on each route with when to come again`(shortage: StoreShortage, reason: String) async throws
  {
    try await World.run { (world) async throws in
      world.store.change { $0.failure = Short(shortage: shortage) }
      let requests = [
        ("GET", "/api/v1/events/query/", ""), ("GET", "/api/v1/events/subscriptions/project/p", ""),
        ("PUT", "/api/v1/events/subscriptions/project/p", "[]"), ("POST", "/api/v1/events/dead-letters/requeue", #"{"all":true}"#),
        ("POST", "/v0/accounts", #"{"name":"ann"}"#),
        (
          "POST", "/api/v1/events/replays",
          #"{"project":"p","since":"2020-01-01T00:00:00Z","until":"2020-01-02T00:00:00Z"}"#
        ),
      ]
      var answers: [Answer] = []
      for (method, target, body) in requests {
        answers.append(try await method == "GET" ? world.get(target) : world.send(method, target, body))
      }
      let json = ("Content-Type", "application/json")
      answers.append(try await world.door.send("POST", "/internal/create-event", headers: [json], body: Array(#"{"type":"A"}"#.utf8)))
      for answer in answers {
        #expect(answer.status == 503)
        #expect(answer.code == "storage_unavailable", "\(answer.text)")
        #expect(try answer.json["data"] == ["reason": .string(reason)])
        #expect(answer["retry-after"] == "5")
      }
    }
  }

  @Test func `what the store will never do is no reason to come again`() async throws {
    try await World.run { (world) async throws in
      world.store.change { $0.failure = Short(shortage: nil) }
      let answer = try await world.get("/api/v1/events/query/")
      #expect(answer.status == 500)
      #expect(answer["retry-after"] == nil)
    }
  }

  @Test func `one connection serves many requests, pipelined too`() async throws {
    try await World.run { (world) async throws in
      world.store("inventory:p")
      let head = "GET /api/v1/events/event/e1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(World.adminToken)\r\n"
      let requests = String(repeating: head + "\r\n", count: 20) + head + "Connection: close\r\n\r\n"
      let bytes = try await world.api.exchange(Array(requests.utf8))
      #expect(String(decoding: bytes, as: UTF8.self).split(separator: "HTTP/1.1 200 OK").count == 21)
    }
  }

  @Test func `a request that is not HTTP is refused, and so are endless headers`() async throws {
    try await World.run { (world) async throws in
      #expect(try Answer(try await world.api.exchange(Array("NONSENSE\r\n\r\n".utf8))).status == 400)
      let long = [("X-Long", String(repeating: "x", count: 40_000))]
      #expect(try await world.api.send("GET", "/health", headers: long).status == 431)
    }
  }

  @Test func `a whole URL as a target is its path`() async throws {
    try await World.run { (world) async throws in
      #expect(try await world.api.send("GET", "http://fanfare.example/health/live?").status == 200)
      #expect(try await world.api.send("GET", "http://fanfare.example").status == 200)
    }
  }
}
