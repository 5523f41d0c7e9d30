import Fanfare
import HTTPDelivery
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

/// Test messages to real receivers.
@Suite(.timeLimit(.minutes(20)))
struct PingerTests {
  /// Runs `body` with a pinger that works, and stops it afterwards. Loopback is allowed unless the configuration says otherwise.
  private func withPinger(
    _ configure: (inout HTTPSenderConfiguration) throws -> Void = { _ in }, body: @escaping @Sendable (Pinger) async throws -> Void
  ) async throws {
    var configuration = HTTPSenderConfiguration(
      timeout: .seconds(600), connectTimeout: .seconds(120), userAgentVersion: "1.2.3", clock: { now })
    configuration.allowNetworks = [try CIDR(parsing: "127.0.0.0/8")]
    try configure(&configuration)
    let count = Atomic<UInt64>(0)
    let pinger = try Pinger(configuration: configuration, logger: .silent) {
      KSUID(timestamp: 236_823_259, high: 9, low: count.add(1, ordering: .relaxed).newValue)
    }
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await pinger.run() }
      defer { tasks.cancelAll() }
      try await body(pinger)
    }
  }

  @Test func `behind a proxy a ping is judged as a delivery is, and the proxy hears nothing of what is refused`() async throws {
    let proxy = try await Receiver()
    try await withPinger {
      $0.proxy = ProxyURL("http://127.0.0.1:\(proxy.port)")
      $0.allowNetworks = []
    } body: { pinger in
      let report = await pinger.ping(sampleSubscription(url: "http://169.254.169.254/latest/meta-data"))
      #expect(!report.isDelivered && report.reason == "address_refused")
    }
    #expect(proxy.connections == 0)
    try await proxy.close()
  }

  @Test func `a ping is signed as a delivery is, and shown without the subscription's secrets`() async throws {
    let receiver = try await Receiver { _ in Receiver.Answer(status: 201, body: Array("hello".utf8)) }
    let subscription = sampleSubscription(url: receiver.url, headers: [Subscription.Header(name: "Authorization", value: "Bearer geheim")])
    try await withPinger { pinger in
      let report = await pinger.ping(subscription)
      #expect(report.isDelivered)
      #expect(report.reason == "succeeded")
      #expect(report.outcome == .response(status: 201, body: Array("hello".utf8), retryAfter: nil))
      let shown = try #require(report.request)
      #expect(shown.url == "http://127.0.0.1:\(receiver.port)/hook")
      #expect(shown.headers.first { $0.name == "Authorization" }?.value == "…")
      #expect(shown.headers.allSatisfy { !$0.value.contains("geheim") && !$0.value.contains("whsec_") })

      let request = try #require(receiver.requests.first)
      #expect(receiver.requests.count == 1)
      #expect(request.headers["authorization"] == ["Bearer geheim"])
      #expect(request.headers["x-event-type"] == ["PING"])
      #expect(request.body == shown.body)
      let id = try #require(request.headers["webhook-id"].first)
      #expect(KSUID(id) != nil)
      let key = try OpenSSL.run(["base64", "-d", "-A"], input: Array(secret.dropFirst(6).utf8))
      let signature = try OpenSSL.hmac(key: key, Array("\(id).1636823259.".utf8) + request.body)
      #expect(request.headers["webhook-signature"] == ["v1," + signature])
      #expect(shown.headers.first { $0.name == "webhook-signature" }?.value == "v1," + signature)
      let event = try JSONValue(parsing: request.body)
      #expect(event["type"] == "PING")
      #expect(event["inventory_project"] == "shop")
      #expect(event["state_project"] == "shop")
      #expect(event["data"]?["subscription"] == "s")
      _ = await pinger.ping(subscription)
      #expect(Set(receiver.requests.map { $0.headers["webhook-id"] }).count == 2)
    }
    try await receiver.close()
  }

  @Test func `Slack is greeted, and its answer decides`() async throws {
    let receiver = try await Receiver { request in
      Receiver.Answer(status: 200, body: Array((request.path == "/gone" ? "no_service" : "ok").utf8))
    }
    try await withPinger { pinger in
      let url = "http://127.0.0.1:\(receiver.port)"
      let delivered = await pinger.ping(sampleSubscription(url: url + "/T/B/geheim", kind: .slack))
      #expect(delivered.isDelivered)
      #expect(delivered.request?.url == url + "/…")
      let text = try JSONValue(parsing: try #require(receiver.requests.first).body)["text"]
      #expect(text == "Hello from Fanfare: this is a test of the subscription s in the State project shop.")
      let gone = await pinger.ping(sampleSubscription(url: url + "/gone", kind: .slack))
      #expect(!gone.isDelivered)
      #expect(gone.reason == "slack_no_service")
    }
    try await receiver.close()
  }

  @Test func `a ping keeps to the address guard, the time-out and the rules for requests`() async throws {
    let never = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
    let silent = try await Receiver { _ in Receiver.Answer(after: never.futureResult) }
    try await withPinger {
      $0.timeout = .seconds(3)
    } body: { pinger in
      #expect(await pinger.ping(sampleSubscription(url: "http://169.254.169.254/")).reason == "address_refused")
      let hanging = await pinger.ping(sampleSubscription(url: silent.url))
      #expect(hanging.reason == "timed_out")
      #expect(hanging.request != nil)
      let impossible = await pinger.ping(sampleSubscription(url: "ftp://x/"))
      #expect(impossible.reason == "bad_request")
      #expect(impossible.request == nil)
    }
    never.succeed()
    try await silent.close()
  }

  @Test func `a ping that is under way when the service stops is answered, and one after that, too`() async throws {
    let never = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
    let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
    let receiver = try await Receiver { _ in
      arrival.yield()
      return Receiver.Answer(after: never.futureResult)
    }
    let pinger = try Pinger(
      configuration: HTTPSenderConfiguration(
        timeout: .seconds(600), allowNetworks: [try CIDR(parsing: "127.0.0.0/8")], userAgentVersion: "1.2.3", clock: { now }),
      logger: .silent,
      makeID: { KSUID(timestamp: 236_823_259, high: 9, low: 9) })
    let running = Task { try await pinger.run() }
    let url = receiver.url
    let ping = Task { await pinger.ping(sampleSubscription(url: url)) }
    for await _ in arrivals { break }
    running.cancel()
    #expect(await ping.value.reason == "stopped")
    try await running.value
    #expect(await pinger.ping(sampleSubscription(url: url)).reason == "stopped")
    #expect(receiver.requests.count == 1)
    never.succeed()
    try await receiver.close()
  }
}
