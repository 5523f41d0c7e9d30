import Fanfare
import HTTPDelivery
import NIOCore
import Testing

/// Attempts against receivers that misbehave.
@Suite(.timeLimit(.minutes(20)))
struct RudeReceiverTests {
  private func outcome(
    timeout: Duration = .seconds(600), _ behave: @escaping @Sendable (any Channel) -> Void
  ) async throws -> Outcome {
    let receiver = try await RudeReceiver(behave)
    let outcomes = Box<Outcome?>(nil)
    try await withSender {
      $0.timeout = timeout
    } body: { sender async throws in
      outcomes.value = try await sender.attempt(sampleTask(to: receiver.url)).outcome
    }
    try await receiver.close()
    return try #require(outcomes.value)
  }

  /// Lets a closure that does not escape hand a value out.
  private final class Box<Value> {
    var value: Value

    init(_ value: Value) { self.value = value }
  }

  @Test func `an endless body is read to its bound and is an answer`() async throws {
    let outcome = try await outcome { channel in
      channel.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
      channel.sayForever("1000\r\n" + String(repeating: "x", count: 4096) + "\r\n")
    }
    #expect(outcome == .response(status: 200, body: Array(repeating: UInt8(ascii: "x"), count: 8192), retryAfter: nil))
  }

  @Test func `a body that hangs has timed out, though its status was 200`() async throws {
    let outcome = try await outcome(timeout: .seconds(3)) { channel in
      channel.say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
    }
    #expect(outcome.failure?.kind == .timedOut)
  }

  @Test func `a body that hangs when as much as is kept of it has come is an answer`() async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let outcome = try await outcome(timeout: .seconds(500)) { channel in
      channel.say("HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n" + String(repeating: "x", count: 8192))
    }
    #expect(outcome == .response(status: 200, body: Array(repeating: UInt8(ascii: "x"), count: 8192), retryAfter: nil))
    #expect(clock.now - start < .seconds(400))
  }

  @Test func `a response that drips byte by byte has timed out`() async throws {
    let outcome = try await outcome(timeout: .seconds(3)) { channel in
      channel.say("HTTP/1.1 200 OK\r\n")
      let task = channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(20)) { _ in channel.say("x") }
      channel.closeFuture.whenComplete { _ in task.cancel() }
    }
    #expect(outcome.failure?.kind == .timedOut)
  }

  @Test func `a reset in the middle of the body is a broken connection`() async throws {
    let outcome = try await outcome { channel in
      channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")).whenComplete { _ in channel.reset() }
    }
    #expect(outcome.failure?.kind == .broken)
  }

  @Test func `a body that ends early is a broken connection`() async throws {
    let outcome = try await outcome { channel in
      channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")).whenComplete { _ in
        channel.close(promise: nil)
      }
    }
    #expect(outcome.failure?.kind == .broken)
  }

  @Test func `a connection that closes without a word is broken`() async throws {
    let outcome = try await outcome { $0.close(promise: nil) }
    #expect(outcome.failure?.kind == .broken)
  }

  @Test func `a reset before any answer is a broken connection`() async throws {
    let outcome = try await outcome { $0.reset() }
    #expect(outcome.failure?.kind == .broken)
  }

  @Test func `what is not HTTP is broken`() async throws {
    let outcome = try await outcome { channel in channel.say("SSH-2.0-OpenSSH_9.2\r\n") }
    #expect(outcome.failure?.kind == .broken)
  }

  @Test func `headers without end are given up`() async throws {
    let outcome = try await outcome { channel in
      channel.say("HTTP/1.1 200 OK\r\n")
      channel.sayForever("x-more: and more\r\n")
    }
    #expect(
      outcome.failure == TransportFailure(kind: .broken, detail: "the response has more than 256 header lines or 65536 bytes of them"))
  }

  @Test func `a header without end is given up`() async throws {
    let outcome = try await outcome { channel in
      channel.say("HTTP/1.1 200 OK\r\nx-more: ")
      channel.sayForever(String(repeating: "x", count: 4096))
    }
    #expect(outcome.failure == TransportFailure(kind: .broken, detail: "the response has a header line that is longer than 100 KiB"))
  }

  @Test func `a header of an informational response is not the answer's`() async throws {
    let outcome = try await outcome { channel in
      channel.say("HTTP/1.1 103 Early Hints\r\nretry-after: 99\r\n\r\nHTTP/1.1 429 Slow Down\r\ncontent-length: 2\r\n\r\nno")
    }
    #expect(outcome == .response(status: 429, body: Array("no".utf8), retryAfter: nil))
  }

  @Test func `a kept connection that the receiver has closed meanwhile costs no attempt`() async throws {
    let receiver = try await RudeReceiver { channel in
      channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 204 No Content\r\n\r\n")).whenComplete { _ in channel.close(promise: nil) }
    }
    try await withSender { sender async throws in
      for number in 1...20 {
        let result = try await sender.attempt(sampleTask(UInt64(number), to: receiver.url))
        #expect(result.outcome == .response(status: 204, body: [], retryAfter: nil))
      }
    }
    #expect(receiver.connections == 20)
    try await receiver.close()
  }
}
