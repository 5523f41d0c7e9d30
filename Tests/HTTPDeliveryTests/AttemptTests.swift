import Fanfare
import HTTPDelivery
import MetricsTestKit
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing
import Threading

/// Attempts against a receiver that behaves.
@Suite(.timeLimit(.minutes(20)))
struct AttemptTests {
  @Test func `a webhook arrives with its body and every header of the contract`() async throws {
    let receiver = try await Receiver { _ in Receiver.Answer(status: 200, body: Array("thanks".utf8)) }
    let event = sampleEvent(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    let task = sampleTask(
      to: receiver.url, event: event, headers: [Subscription.Header(name: "X-Team", value: "payments")], attemptsMade: 2)
    try await withSender { sender async throws in
      let result = try await sender.attempt(task)
      #expect(result.outcome == .response(status: 200, body: Array("thanks".utf8), retryAfter: nil))
      #expect(result.startedAt == now)
      #expect(result.task.id == task.id)
    }
    let request = try #require(receiver.requests.first)
    #expect(receiver.requests.count == 1)
    #expect(request.method == "POST")
    #expect(request.path == "/hook?token=secret")
    #expect(request.body == event.wireJSON())
    #expect(request.headers["content-type"] == ["application/json"])
    #expect(request.headers["user-agent"] == ["Fanfare/1.2.3"])
    #expect(request.headers["webhook-id"] == [task.id.description])
    #expect(request.headers["webhook-timestamp"] == ["1636823259"])
    #expect(request.headers["x-event-id"] == ["evt-1"])
    #expect(request.headers["x-event-type"] == ["ADD_BUILD"])
    #expect(request.headers["x-delivery-attempt"] == ["3"])
    #expect(request.headers["traceparent"] == ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])
    #expect(request.headers["x-team"] == ["payments"])
    #expect(!request.headers.contains(name: "expect"))
    let signed = Array("\(task.id).1636823259.".utf8) + request.body
    let key = try OpenSSL.run(["base64", "-d", "-A"], input: Array(secret.dropFirst(6).utf8))
    let signature = try OpenSSL.hmac(key: key, signed)
    #expect(request.headers["webhook-signature"] == ["v1," + signature])
    try await receiver.close()
  }

  @Test func `connections are kept: a hundred attempts one after the other open one`() async throws {
    let receiver = try await Receiver()
    try await withSender { sender async throws in
      for number in 1...100 {
        let result = try await sender.attempt(sampleTask(UInt64(number), to: receiver.url))
        #expect(result.outcome.status == 204)
      }
    }
    #expect(receiver.connections == 1)
    #expect(receiver.requests.count == 100)
    try await receiver.close()
  }

  @Test func `five hundred attempts at once each come back exactly once`() async throws {
    let receiver = try await Receiver()
    try await withSender { sender async throws in
      sender.send((1...500).map { sampleTask($0, to: receiver.url) })
      let results = try await sender.results(500)
      #expect(Set(results.map(\.task.id)).count == 500)
      #expect(results.allSatisfy { $0.outcome.status == 204 })
      #expect(sender.results.takeGathered().isEmpty)
    }
    #expect(Set(receiver.requests.map { $0.headers["webhook-id"] }).count == 500)
    #expect(receiver.requests.count == 500)
    try await receiver.close()
  }

  @Test func `a body of a megabyte goes out whole`() async throws {
    let receiver = try await Receiver()
    let text = String(repeating: "å", count: 524_288)
    try await withSender { sender async throws in
      let result = try await sender.attempt(sampleTask(to: receiver.url, event: sampleEvent(data: #"{"text":"\#(text)"}"#)))
      #expect(result.outcome.status == 204)
      // The handle is used again with a small one, and nothing of the large one is left.
      #expect(try await sender.attempt(sampleTask(2, to: receiver.url)).outcome.status == 204)
    }
    #expect(
      receiver.requests.map(\.body.count) == [sampleEvent(data: #"{"text":"\#(text)"}"#).wireJSON().count, sampleEvent().wireJSON().count])
    try await receiver.close()
  }

  @Test func `Retry-After comes back as it was written, whatever the status`() async throws {
    let receiver = try await Receiver { _ in Receiver.Answer(status: 503, headers: [("RETRY-AFTER", "Fri, 31 Dec 2027 23:59:59 GMT ")]) }
    try await withSender { sender async throws in
      let outcome = try await sender.attempt(sampleTask(to: receiver.url)).outcome
      #expect(outcome == .response(status: 503, body: [], retryAfter: "Fri, 31 Dec 2027 23:59:59 GMT"))
    }
    try await receiver.close()
  }

  @Test func `a redirect is an answer and is not followed`() async throws {
    let other = try await Receiver()
    let location = other.url
    let receiver = try await Receiver { _ in Receiver.Answer(status: 307, headers: [("location", location)]) }
    try await withSender { sender async throws in
      #expect(try await sender.attempt(sampleTask(to: receiver.url)).outcome.status == 307)
    }
    #expect(other.connections == 0)
    try await receiver.close()
    try await other.close()
  }

  @Test func `a response without an end within the time-out has timed out, and others do not wait for it`() async throws {
    let never = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
    let silent = try await Receiver { _ in Receiver.Answer(after: never.futureResult) }
    let prompt = try await Receiver()
    try await withSender {
      $0.timeout = .seconds(10)
    } body: { sender async throws in
      sender.send([sampleTask(1, to: silent.url), sampleTask(2, to: prompt.url)])
      let results = try await sender.results(2)
      #expect(results.map(\.task.id) == [sampleTask(2, to: "").id, sampleTask(1, to: "").id])
      #expect(results[0].outcome.status == 204)
      #expect(results[1].outcome.failure?.kind == .timedOut)
      #expect(results[1].duration >= .seconds(10))
      #expect(results[1].duration < .seconds(300))
    }
    never.succeed()
    try await silent.close()
    try await prompt.close()
  }

  @Test func `attempts, connections and what is in flight are measured`() async throws {
    let metrics = TestMetrics()
    let receiver = try await Receiver()
    try await withSender(metrics: metrics) { _ in
    } body: { sender async throws in
      for number in 1...3 { _ = try await sender.attempt(sampleTask(UInt64(number), to: receiver.url)) }
      _ = try await sender.attempt(sampleTask(4, to: "http://10.0.0.1/"))
    }
    #expect(try metrics.expectTimer("fanfare_http_attempt_seconds", [("outcome", "2xx")]).values.count == 3)
    #expect(try metrics.expectTimer("fanfare_http_attempt_seconds", [("outcome", "address_refused")]).values.count == 1)
    #expect(try metrics.expectCounter("fanfare_http_connections_opened_total").values == [1])
    #expect(try metrics.expectGauge("fanfare_http_in_flight").values.max() == 1)
    try await receiver.close()
  }
}
