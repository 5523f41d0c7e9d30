import Fanfare
import HTTPDelivery
import NIOCore
import NIOHTTP1
import Testing

/// Responses that are not what HTTP says, or more of it than anybody needs: what each of them is to an attempt.
@Suite(.timeLimit(.minutes(20)))
struct HostileResponseTests {
  /// What became of one attempt at a receiver that says this and leaves the connection open.
  private func outcome(of text: String, timeout: Duration = .seconds(600)) async throws -> Outcome {
    try await outcome(timeout: timeout) { $0.say(text) }
  }

  private func outcome(timeout: Duration = .seconds(600), _ behave: @escaping @Sendable (any Channel) -> Void) async throws -> Outcome {
    let receiver = try await RudeReceiver(behave)
    var found: Outcome?
    try await withSender {
      $0.timeout = timeout
    } body: { sender async throws in
      found = try await sender.attempt(sampleTask(to: receiver.url)).outcome
    }
    try await receiver.close()
    return try #require(found)
  }

  // MARK: Lengths

  @Test(arguments: [
    "content-length: -1\r\n", "content-length: 2\r\ncontent-length: 3\r\n", "content-length: 99999999999999999999999\r\n",
    "content-length: two\r\n", "transfer-encoding: chunked\r\ncontent-length: -5\r\n",
  ])
  func `lengths that cannot be are not waited for as if they could`(lines: String) async throws {
    let outcome = try await outcome(timeout: .seconds(20)) { channel in
      channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\(lines)\r\nab")).whenComplete { _ in channel.close(promise: nil) }
    }
    switch outcome {
    case .failure(let failure): #expect(failure.kind == .broken, "\(failure.detail)")
    // Where libcurl makes something of it, it is what came.
    case .response(let status, let body, _): #expect(status == 200 && Array("ab".utf8).starts(with: body))
    }
  }

  @Test(arguments: [
    "zz\r\nab\r\n", "ffffffffffffffffff\r\nab", "-2\r\nab", "2\r\nabXX2\r\ncd", "2;" + String(repeating: "e", count: 20_000),
  ])
  func `chunks that are none are a broken connection or what came before them, and soon`(body: String) async throws {
    let outcome = try await outcome { channel in
      channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + body)).whenComplete { _ in
        channel.close(promise: nil)
      }
    }
    #expect(outcome.failure?.kind == .broken, "\(outcome)")
  }

  @Test func `what comes after a response is not the answer to the next attempt`() async throws {
    // It says this once on each connection, so an attempt on one that was kept comes to nothing but the end of its time.
    let receiver = try await RudeReceiver { channel in
      channel.say("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    }
    try await withSender {
      $0.timeout = .seconds(3)
    } body: { sender async throws in
      for number in 1...4 {
        let outcome = try await sender.attempt(sampleTask(UInt64(number), to: receiver.url)).outcome
        #expect(outcome.status == 500 || outcome.failure?.kind == .timedOut, "\(outcome)")
      }
    }
    try await receiver.close()
  }

  @Test func `what is more than the content length is not read`() async throws {
    let outcome = try await outcome(of: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokand more")
    #expect(outcome == .response(status: 200, body: Array("ok".utf8), retryAfter: nil))
  }

  // MARK: Heads

  @Test(arguments: [
    "hello\r\n", "HTTP/0.9 200 OK\r\n\r\n", "\0\0\0\0\r\n\r\n", "HTTP/1.1\r\n\r\n", "<html>an old answer</html>", "ICY 200 OK\r\n\r\n",
  ])
  func `what has no head of HTTP is a broken connection`(text: String) async throws {
    let outcome = try await outcome { channel in
      channel.writeAndFlush(ByteBuffer(string: text)).whenComplete { _ in channel.close(promise: nil) }
    }
    #expect(outcome.failure?.kind == .broken, "\(outcome)")
  }

  @Test(arguments: [
    "HTTP/1.1 000 Nothing", "HTTP/1.1 999 Much", "HTTP/1.1 2000 OK", "HTTP/1.1 -200 OK", "HTTP/1.1 20 OK", "HTTP/9.9 200 OK",
  ])
  func `a status that none has is no success`(line: String) async throws {
    let outcome = try await outcome(timeout: .seconds(20)) { channel in
      channel.writeAndFlush(ByteBuffer(string: "\(line)\r\ncontent-length: 0\r\n\r\n")).whenComplete { _ in channel.close(promise: nil) }
    }
    #expect(!(200..<300).contains(outcome.status ?? 0), "\(outcome)")
  }

  @Test func `thousands of headers are given up, and the connection with them`() async throws {
    let receiver = try await RudeReceiver { channel in
      channel.say("HTTP/1.1 200 OK\r\n" + String(repeating: "x: y\r\n", count: 5_000) + "content-length: 0\r\n\r\n")
    }
    try await withSender { sender async throws in
      for number in 1...3 {
        let failure = try await sender.attempt(sampleTask(UInt64(number), to: receiver.url)).outcome.failure
        #expect(failure?.kind == .broken && failure?.detail.contains("256 header lines") == true, "\(failure?.detail ?? "none")")
      }
    }
    #expect(receiver.connections == 3)
    try await receiver.close()
  }

  // MARK: Responses before the response

  @Test func `100 Continue and nothing after it has timed out`() async throws {
    let outcome = try await outcome(of: "HTTP/1.1 100 Continue\r\n\r\n", timeout: .seconds(3))
    #expect(outcome.failure?.kind == .timedOut)
  }

  @Test func `100 Continue that nobody asked for comes before the answer`() async throws {
    let outcome = try await outcome(of: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
    #expect(outcome == .response(status: 204, body: [], retryAfter: nil))
  }

  @Test(arguments: [100, 102, 103]) func `informational responses without end are given up`(status: Int) async throws {
    let outcome = try await outcome { $0.sayForever("HTTP/1.1 \(status) Soon\r\n\r\n") }
    #expect(outcome.failure?.kind == .broken, "\(outcome)")
  }

  @Test func `to switch protocols is not an answer`() async throws {
    let outcome = try await outcome(timeout: .seconds(20)) { channel in
      channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nhi"))
        .whenComplete { _ in channel.close(promise: nil) }
    }
    #expect(!(200..<300).contains(outcome.status ?? 0), "\(outcome)")
  }

  // MARK: Bodies

  @Test func `a body that drips byte by byte has timed out`() async throws {
    let outcome = try await outcome(timeout: .seconds(3)) { channel in
      channel.say("HTTP/1.1 200 OK\r\ncontent-length: 8000\r\n\r\n")
      let task = channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(20)) { _ in channel.say("x") }
      channel.closeFuture.whenComplete { _ in task.cancel() }
    }
    #expect(outcome.failure?.kind == .timedOut)
  }

  @Test func `a connection is not used again after a body that was cut`() async throws {
    let receiver = try await RudeReceiver { channel in
      channel.say("HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
      channel.sayForever(String(repeating: "x", count: 4_096))
    }
    try await withSender { sender async throws in
      for number in 1...3 {
        let outcome = try await sender.attempt(sampleTask(UInt64(number), to: receiver.url)).outcome
        #expect(outcome == .response(status: 200, body: Array(repeating: UInt8(ascii: "x"), count: 8192), retryAfter: nil))
      }
    }
    #expect(receiver.connections == 3)
    try await receiver.close()
  }

  @Test(arguments: ["gzip", "deflate", "br", "nonsense"])
  func `a compressed body is not unpacked: it was not asked for, and cannot blow up`(encoding: String) async throws {
    let outcome = try await outcome(of: "HTTP/1.1 200 OK\r\ncontent-encoding: \(encoding)\r\ncontent-length: 4\r\n\r\n\u{1F}\u{8}\0\u{1}")
    #expect(outcome == .response(status: 200, body: [0x1F, 0x08, 0x00, 0x01], retryAfter: nil))
  }

  @Test func `an answer before the request has gone out is an answer or a broken connection, and soon`() async throws {
    // It has read the first bytes of a megabyte, and will read no more.
    let receiver = try await RudeReceiver { channel in
      _ = channel.setOption(.autoRead, value: false)
      channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 413 Too Much\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"))
        .whenComplete { _ in channel.close(promise: nil) }
    }
    try await withSender { sender async throws in
      let event = sampleEvent(data: #"{"text":"\#(String(repeating: "x", count: 4_000_000))"}"#)
      let outcome = try await sender.attempt(sampleTask(to: receiver.url, event: event)).outcome
      #expect(outcome.status == 413 || outcome.failure?.kind == .broken, "\(outcome)")
    }
    try await receiver.close()
  }

  // MARK: What a receiver asks for

  @Test(arguments: [301, 302, 303, 307, 308]) func `no redirect is followed, wherever it leads`(status: Int) async throws {
    let place = "http://169.254.169.254/latest/meta-data"
    let outcome = try await outcome(of: "HTTP/1.1 \(status) Elsewhere\r\nlocation: \(place)\r\ncontent-length: 0\r\n\r\n")
    #expect(outcome == .response(status: status, body: [], retryAfter: nil))
  }

  @Test func `nothing that a receiver says is told to it again`() async throws {
    let other = try await Receiver()
    let port = other.port
    let receiver = try await Receiver { _ in
      Receiver.Answer(
        status: 401,
        headers: [
          ("set-cookie", "session=1"), ("alt-svc", "http/1.1=\":\(port)\"; ma=3600"), ("strict-transport-security", "max-age=3600"),
          ("www-authenticate", "Basic realm=\"a\""), ("refresh", "0; url=http://127.0.0.1:\(port)/"), ("connection", "close"),
        ])
    }
    try await withSender { sender async throws in
      for number in 1...3 { #expect(try await sender.attempt(sampleTask(UInt64(number), to: receiver.url)).outcome.status == 401) }
    }
    #expect(receiver.requests.count == 3)
    for request in receiver.requests {
      #expect(!request.headers.contains(name: "cookie") && !request.headers.contains(name: "authorization"))
      #expect(!request.headers.contains(name: "accept-encoding") && !request.headers.contains(name: "alt-used"))
    }
    #expect(other.connections == 0)
    try await receiver.close()
    try await other.close()
  }
}
