import Fanfare
import NIOConcurrencyHelpers
import Testing

@testable import EventAPI

/// Test messages to a subscription's receiver.
@Suite struct PingTests {
  private static let root = "/api/v1/events/subscriptions"

  private static func put(_ world: World, side: String, isDisabled: Bool = false) {
    let scope = SubscriptionScope(side: SubscriptionScope.Side(rawValue: side) ?? .project, project: "p")
    world.store.change {
      $0.sets[scope] = SubscriptionSet(
        version: 1,
        subscriptions: [
          Subscription(
            scope: scope, id: "a", kind: .webhook, url: "https://x.example/", isDisabled: isDisabled, secrets: ["whsec_secret"],
            isPaused: true)
        ])
    }
  }

  private static func report(_ outcome: Outcome) -> PingReport {
    PingReport(
      kind: .webhook,
      request: PingReport.Request(url: "https://x.example/", headers: [("webhook-id", "1"), ("X-Own", "…")], body: Array("{}".utf8)),
      outcome: outcome, duration: .microseconds(12_900))
  }

  @Test(arguments: ["project", "inventory", "state"])
  func `a ping shows what was sent and what came back, whatever the subscription's state`(side: String) async throws {
    let pinged = NIOLockedValueBox<[String]>([])
    let ping: @Sendable (Subscription) async -> PingReport = { subscription in
      pinged.withLockedValue { $0.append("\(subscription.scope.side) \(subscription.id)") }
      return Self.report(.response(status: 404, body: Array(repeating: UInt8(ascii: "x"), count: 2_000), retryAfter: nil))
    }
    try await World.run(ping: ping) { (world) async throws in
      Self.put(world, side: side, isDisabled: true)
      let answer = try await world.send("POST", "\(Self.root)/\(side)/p/a/ping/", "")
      #expect(answer.status == 200)
      #expect(answer["cache-control"] == "no-store")
      let body = String(repeating: "x", count: 1_024)
      #expect(
        answer.text
          == #"{"delivered":false,"status":404,"outcome":"http_404","duration_ms":12,"request":{"url":"https://x.example/","headers":{"webhook-id":"1","X-Own":"…"},"body":"{}"},"response":{"body":"\#(body)"}}"#
      )
      #expect(pinged.withLockedValue { $0 } == ["\(side) a"])
      #expect(world.nudges.changeCount == 0)
    }
  }

  @Test func `where no answer comes, it is said why`() async throws {
    let ping: @Sendable (Subscription) async -> PingReport = { subscription in
      let failure = TransportFailure(kind: .connectTimedOut, detail: "Connection timed out after 100 milliseconds")
      return PingReport(kind: subscription.kind, request: nil, outcome: .failure(failure), duration: .milliseconds(100))
    }
    try await World.run(ping: ping) { (world) async throws in
      Self.put(world, side: "project")
      let answer = try await world.send("POST", "\(Self.root)/project/p/a/ping", "")
      #expect(
        answer.text
          == #"{"delivered":false,"outcome":"connect_timed_out","duration_ms":100,"detail":"Connection timed out after 100 milliseconds"}"#)
    }
  }

  @Test func `what is not there is unknown, and who may not write may not ping`() async throws {
    let ping: @Sendable (Subscription) async -> PingReport = { _ in
      Issue.record("something was sent")
      return Self.report(.response(status: 200, body: [], retryAfter: nil))
    }
    try await World.run(ping: ping) { (world) async throws in
      Self.put(world, side: "project")
      for target in ["project/p/none", "project/none/a", "state/p/a"] {
        #expect(try await world.send("POST", "\(Self.root)/\(target)/ping", "").code == "unknown_subscription")
      }
      #expect(try await world.send("POST", "\(Self.root)/project/p/a/ping?now=1", "").code == "invalid_query_parameter")
      let member = try await world.api.send(
        "POST", "\(Self.root)/project/p/a/ping", headers: [("Authorization", "Bearer \(World.TwoCallers.memberToken)")])
      #expect(member.code == "permission_denied")
    }
  }

  @Test func `more pings at once than there are places are asked to wait`() async throws {
    let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
    let (gate, opener) = AsyncStream.makeStream(of: Void.self)
    // One consumer at a time: each ping waits for the one before to have seen the gate open.
    let isOpen = Task { for await _ in gate {} }
    let ping: @Sendable (Subscription) async -> PingReport = { _ in
      arrival.yield()
      await isOpen.value
      return Self.report(.response(status: 200, body: [], retryAfter: nil))
    }
    try await World.run(ping: ping) { (world) async throws in
      Self.put(world, side: "project")
      try await withThrowingTaskGroup(of: Int.self) { tasks in
        for _ in 0..<16 { tasks.addTask { try await world.send("POST", "\(Self.root)/project/p/a/ping", "").status } }
        var count = 0
        for await _ in arrivals {
          count += 1
          if count == 16 { break }
        }
        let refused = try await world.send("POST", "\(Self.root)/project/p/a/ping", "")
        #expect(refused.status == 503)
        #expect(refused.code == "overloaded")
        #expect(refused["retry-after"] == "5")
        opener.finish()
        for try await status in tasks { #expect(status == 200) }
      }
      #expect(try await world.send("POST", "\(Self.root)/project/p/a/ping", "").status == 200)
    }
  }
}
