import EventAPI
import Fanfare
import Testing

/// What is turned away before a route sees it, over real sockets.
@Suite struct RefusalTests {
  @Test(arguments: [
    ("NONSENSE\r\n\r\n", 400, "malformed_request"),
    ("GET /health HTTP/3.7\r\nHost: x\r\n\r\n", 400, "malformed_request"),
    ("GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "malformed_request"),
    ("POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "malformed_request"),
    ("GET /health HTTP/1.1\r\nHost: x\r\nbad header: 1\r\n\r\n", 400, "malformed_request"),
    ("GET /health HTTP/1.1\r\nAccept: */*\r\n\r\n", 400, "malformed_request"),
    ("GET /health HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400, "malformed_request"),
    ("POST /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400, "malformed_request"),
    ("GET /health HTTP/1.1\r\nHost: x/y z\r\n\r\n", 400, "malformed_request"),
    ("GET /health HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n", 431, "headers_too_large"),
    ("GET /health HTTP/1.1\r\nHost: x\r\n\(String(repeating: "X: y\r\n", count: 101))\r\n", 431, "headers_too_large"),
    ("GET /\(String(repeating: "x", count: 40_000)) HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long"),
  ])
  func `what the parser refuses is answered with an error like any other, and the connection is closed`(
    request: String, status: Int, code: String
  ) async throws {
    try await World.run { (world) async throws in
      let answer = try Answer(try await world.api.exchange(Array(request.utf8)))
      #expect(answer.status == status)
      #expect(answer.code == code)
      #expect(answer["content-type"] == "application/json")
      #expect(answer["connection"] == "close")
      #expect(answer["content-length"] == String(answer.body.count))
      #expect(KSUID(try #require(answer["x-request-id"])) != nil)
      #expect(world.metrics.text.contains("fanfare_http_refused_total{listener=\"public\",reason=\"\(code)\"} 1\n"))
    }
  }

  @Test func `what comes before a bad request is answered before it, and nothing that comes after`() async throws {
    try await World.run { (world) async throws in
      let good = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
      let text = try await world.api.converse { talk in
        try await talk.send(good + good + "NONSENSE\r\n\r\n" + good)
        return try await talk.readToEnd()
      }
      let lines = text.split(separator: "\r\n").filter { $0.contains("HTTP/1.1 ") }
      #expect(lines.map { $0.suffix(while: { $0 != "}" }) } == ["HTTP/1.1 200 OK", "HTTP/1.1 200 OK", "HTTP/1.1 400 Bad Request"])
    }
  }

  @Test func `a chunk that is none is the reader's 400`() async throws {
    try await World.run { (world) async throws in
      let head =
        "PUT /api/v1/events/subscriptions/project/p/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(World.adminToken)\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n"
      let answer = try Answer(try await world.api.exchange(Array((head + "2\r\n[]\r\nzz\r\n").utf8)))
      #expect(answer.status == 400)
      #expect(answer.code == "malformed_request")
      #expect(answer["connection"] == "close")
      #expect(world.nudges.changeCount == 0)
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `one connection too many is told 503, and there is room again once another one has gone`() async throws {
    let change = { (configuration: inout PublicServer.Configuration) in configuration.limits.maxConnections = 1 }
    try await World.run(listener: World.listener(change)) { (world) async throws in
      let request = "GET /health/live HTTP/1.1\r\nHost: x\r\n"
      try await world.api.converse { first in
        try await first.send(request + "\r\n")
        _ = try await first.read(until: "}")
        #expect(world.metrics.text.contains("fanfare_http_connections{listener=\"public\"} 1\n"))
        let refused = try await world.api.send("GET", "/health/live")
        #expect(refused.status == 503)
        #expect(refused.code == "overloaded")
        #expect(refused["retry-after"] == "1")
        #expect(world.metrics.text.contains("fanfare_http_refused_total{listener=\"public\",reason=\"too_many_connections\"} 1\n"))
        try await first.send(request + "Connection: close\r\n\r\n")
        #expect(try await first.readToEnd().hasPrefix("HTTP/1.1 200 OK"))
      }
      // The server may see the end of the first connection later than this client does.
      var status = 503
      while status == 503 { status = try await world.api.send("GET", "/health/live").status }
      #expect(status == 200)
    }
  }
}

extension Substring {
  /// What stands behind the last character that does not fit.
  fileprivate func suffix(while fits: (Character) -> Bool) -> String { String(String(reversed()).prefix(while: fits).reversed()) }
}
