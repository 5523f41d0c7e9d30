import EventAPI
import Fanfare
import NIOCore
import NIOPosix
import Testing

/// Clients that hold on to connections without using them (slow loris and its kin), over real sockets.
@Suite(.serialized) struct SlowClientTests {
  /// Impatient in one way only: a test that is slow in another is not cut off for that.
  private static func listener(_ timeout: any WritableKeyPath<ListenerLimits, Duration> & Sendable, _ time: Duration)
    -> PublicServer.Configuration
  {
    World.listener { $0.limits[keyPath: timeout] = time }
  }

  private func refused(_ reason: String, in world: World) -> Bool {
    world.metrics.text.contains("fanfare_http_refused_total{listener=\"public\",reason=\"\(reason)\"} 1\n")
  }

  @Test func `a head that does not come to its end is answered with 408`() async throws {
    try await World.run(listener: Self.listener(\.headerTimeout, .seconds(5))) { (world) async throws in
      let text = try await world.api.converse { talk in
        try await talk.send("GET /health HTTP/1.1\r\nHost: x\r\nX-Slow:")
        return try await talk.readToEnd()
      }
      let answer = try Answer(Array(text.utf8))
      #expect(answer.status == 408)
      #expect(answer.code == "request_timeout")
      #expect(answer["connection"] == "close")
      #expect(answer["x-request-id"]?.isEmpty == false)
      #expect(refused("slow_head", in: world))
    }
  }

  @Test func `a head that dribbles in is no better, on a connection that was used before neither`() async throws {
    try await World.run(listener: Self.listener(\.headerTimeout, .seconds(5))) { (world) async throws in
      let text = try await world.api.converse { talk in
        try await talk.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = try await talk.read(until: "}")
        try await talk.send("GET /health/live HTTP/1.1\r\n")
        // The pause is what this client does: each byte comes long before the head's time is over.
        let dribbling = Task { [writer = talk.writer] in
          while true {
            try await writer.write(ByteBuffer(string: "a"))
            try await Task.sleep(for: .milliseconds(20))
          }
        }
        defer { dribbling.cancel() }
        return try await talk.readToEnd()
      }
      #expect(text.hasPrefix("HTTP/1.1 408 "))
      #expect(refused("slow_head", in: world))
    }
  }

  @Test func `a connection that says nothing is closed without a word`() async throws {
    try await World.run(listener: Self.listener(\.headerTimeout, .seconds(1))) { (world) async throws in
      #expect(try await world.api.converse { try await $0.readToEnd() } == "")
      #expect(refused("silent", in: world))
    }
  }

  @Test func `a connection that is idle between two requests is closed, and nobody is blamed`() async throws {
    try await World.run(listener: Self.listener(\.idleTimeout, .seconds(1))) { (world) async throws in
      let rest = try await world.api.converse { talk in
        try await talk.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = try await talk.read(until: "}")
        return try await talk.readToEnd()
      }
      #expect(rest == "")
      let refusals = world.metrics.text.split(separator: "\n").filter { $0.hasPrefix("fanfare_http_refused_total{") }
      #expect(!refusals.isEmpty && refusals.allSatisfy { $0.hasSuffix(" 0") })
    }
  }

  @Test func `a body that stops coming is answered with 408, and nothing is stored`() async throws {
    try await World.run(listener: Self.listener(\.bodyTimeout, .seconds(2))) { (world) async throws in
      let text = try await world.api.converse { talk in
        try await talk.send(
          """
          PUT /api/v1/events/subscriptions/project/p/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(World.adminToken)\r
          Content-Length: 100\r\n\r\n[
          """)
        return try await talk.readToEnd()
      }
      let answer = try Answer(Array(text.utf8))
      #expect(answer.status == 408)
      #expect(answer.code == "request_timeout")
      #expect(answer["connection"] == "close")
      #expect(refused("slow_body", in: world))
      #expect(world.nudges.changeCount == 0)
    }
  }

  @Test func `a client that asks and does not read is cut off, and others are served`() async throws {
    try await World.run(listener: Self.listener(\.bodyTimeout, .seconds(1))) { (world) async throws in
      let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(.minutes(10)).channelOption(
        .autoRead, value: false
      )
      .connect(host: "127.0.0.1", port: world.api.port).get()
      let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
      // More answers than both systems' buffers hold. The writing fails once the server has closed.
      channel.writeAndFlush(ByteBuffer(string: String(repeating: request, count: 6000)), promise: nil)
      #expect(try await world.api.send("GET", "/health/live").status == 200)
      try await channel.closeFuture.get()
      #expect(refused("slow_reader", in: world))
      #expect(try await world.api.send("GET", "/health/live").status == 200)
    }
  }
}
