import EventAPI
import Fanfare
import Testing

/// What follows on a connection after a request whose body nobody reads, or that is the last one.
@Suite struct KeepAliveTests {
  private static let next = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
  private static let auth = "Authorization: Bearer \(World.adminToken)\r\n"

  @Test(arguments: [
    "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789",
    "PUT /api/v1/events/subscriptions/project/p/ HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789",
    "POST /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n",
    "HEAD / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n",
    "OPTIONS /health HTTP/1.1\r\nHost: x\r\n\r\n",
  ])
  func `a request that is not read to its end does not spoil the next`(request: String) async throws {
    try await World.run { (world) async throws in
      let bytes = try await world.api.exchange(Array((request + Self.next).utf8))
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.split(separator: "HTTP/1.1 ").count == 2, "\(text)")
      #expect(text.contains("HTTP/1.1 200 OK"))
      #expect(text.hasSuffix(#"{"status":"alive","version":"1.2.3"}"#))
    }
  }

  @Test func `a large body that nobody wants ends the connection instead of being read`() async throws {
    try await World.run(maxBodyBytes: 1024) { (world) async throws in
      let head = "PUT /api/v1/events/subscriptions/project/p/ HTTP/1.1\r\nHost: x\r\n\(Self.auth)Content-Length: 100000000\r\n\r\n"
      let text = try await world.api.converse { talk in
        try await talk.send(head + String(repeating: "x", count: 100_000))
        return try await talk.readToEnd()
      }
      let answer = try Answer(Array(text.utf8))
      #expect(answer.status == 413)
      #expect(answer.code == "payload_too_large")
      #expect(answer["connection"] == "close")
      #expect(world.metrics.text.contains("fanfare_http_refused_total{listener=\"public\",reason=\"payload_too_large\"} 1\n"))
    }
  }

  @Test(arguments: [
    "GET /health/live HTTP/1.0\r\n\r\n", "GET /health/live HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n",
    "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close, TE\r\n\r\n",
    "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
  ])
  func `a client that wants no more, or something else than HTTP/1.1 next, gets its answer and the end`(request: String) async throws {
    try await World.run { (world) async throws in
      let answer = try Answer(try await world.api.exchange(Array(request.utf8)))
      #expect(answer.status == 200)
      #expect(answer["connection"] == "close")
      #expect(answer.text == #"{"status":"alive","version":"1.2.3"}"#)
    }
  }

  // MARK: Expect: 100-continue

  private static func put(_ length: Int, _ headers: String = auth) -> String {
    "PUT /api/v1/events/subscriptions/project/p/ HTTP/1.1\r\nHost: x\r\n\(headers)Expect: 100-continue\r\nContent-Length: \(length)\r\n\r\n"
  }

  @Test func `a client that waits for it is told to go on, once its request is let in`() async throws {
    try await World.run { (world) async throws in
      try await world.api.converse { talk in
        try await talk.send(Self.put(2))
        #expect(try await talk.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        try await talk.send("[]" + Self.next)
        #expect(try await talk.readToEnd().split(separator: "HTTP/1.1 200 OK").count == 2)
      }
      #expect(world.nudges.changeCount == 1)
    }
  }

  @Test(arguments: [(2, "", 401), (3000, auth, 413)])
  func `a client that waits in vain gets the error instead, and the connection ends`(length: Int, headers: String, status: Int) async throws
  {
    try await World.run(maxBodyBytes: 1024) { (world) async throws in
      let text = try await world.api.converse { talk in
        try await talk.send(Self.put(length, headers))
        return try await talk.readToEnd()
      }
      let answer = try Answer(Array(text.utf8))
      #expect(answer.status == status)
      #expect(answer["connection"] == "close")
    }
  }

  @Test func `who does not wait is not told`() async throws {
    try await World.run { (world) async throws in
      let text = String(decoding: try await world.api.exchange(Array((Self.put(2) + "[]" + Self.next).utf8)), as: UTF8.self)
      #expect(!text.contains("100 Continue"))
      #expect(text.split(separator: "HTTP/1.1 200 OK").count == 2)
    }
  }
}
