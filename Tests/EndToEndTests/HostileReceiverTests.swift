import BrokerFixture
import Fanfare
import Foundation
import ServiceFixture
import Testing

/// One service, many receivers that do it harm, and one that does not.
@Suite(.timeLimit(.minutes(20))) struct HostileReceiverTests {
  private static let events = 4

  @Test func `receivers that misbehave are told apart, cost neither descriptors nor memory, and keep nothing from another`() async throws {
    try await World.with { world in
      let hostile = try await HostileReceiver()
      let good = Receiver()
      try await good.serving { url in
        let service = try await world.start(["delivery.timeout": "5s", "delivery.retrySchedule": "100ms,100ms"])
        let client = try world.client(of: service)
        let descriptors = try openDescriptors(of: service)
        // However late the machine makes it: the good one has as many tries as it takes.
        let patience = Array(repeating: "\"1s\"", count: 50).joined(separator: ",")
        let entries =
          HostileReceiver.Manner.allCases.map { #"{"id":"\#($0)","type":"webhook","url":"\#(hostile.url)/\#($0)"}"# }
          + [#"{"id":"good","type":"webhook","url":"\#(url)/","retry":{"schedule":[\#(patience)]}}"#]
        let put = try await client.send(
          "PUT", "/api/v1/events/subscriptions/project/shop/", body: "[\(entries.joined(separator: ","))]")
        try #require(put.status == 200)
        try await world.publishing { publisher in
          try await publisher.send((0..<Self.events).map { #"{"id":"e-\#($0)","type":"CREATE_STATE_PROJECT","state_project":"shop"}"# })
        }
        await good.wait { Set($0.map(\.event)).count == Self.events }
        try await poll { try await client.get("/api/v1/events/deliveries/?state=scheduled&size=1").json["elements"] == [] }
        for manner in HostileReceiver.Manner.allCases { try await check(manner, client) }
        // Every delivery has come to its end; connections that were given up are closed, at most one for each endpoint is kept.
        try await poll { try openDescriptors(of: service) <= descriptors + HostileReceiver.Manner.allCases.count + 4 }
        #expect(try service.peakMemory < 512 << 20)
        #expect(await service.stop() == 0)
      }
      try await hostile.close()
    }
  }

  /// Each delivery is told as what it was: three times where it is retried, once where it is not.
  private func check(_ manner: HostileReceiver.Manner, _ client: Client) async throws {
    let page = try await client.get("/api/v1/events/deliveries/?subscription=\(manner)&project=shop&size=100").json
    guard case .array(let deliveries)? = page["elements"] else { throw ServiceFailure(description: "no deliveries of \(manner)") }
    #expect(deliveries.count == Self.events, "\(manner)")
    for delivery in deliveries {
      let whole = try await client.get("/api/v1/events/deliveries/\(delivery["id"]?.stringValue ?? "")").json
      guard case .array(let attempts)? = whole["attempts"] else { throw ServiceFailure(description: "no attempts at \(manner)") }
      let outcomes = attempts.compactMap { $0["outcome"]?.stringValue }
      #expect(Set(outcomes).isSubset(of: manner.outcomes), "\(manner): \(outcomes)")
      switch manner {
      case .endlessBody: #expect(whole["state"] == "succeeded" && outcomes.count == 1)
      case .redirects: #expect(whole["state"] == "dead" && whole["reason"] == "refused" && outcomes.count == 1)
      case .silent, .drips, .endlessHead, .reset, .half, .garbage, .continues, .splits:
        #expect(whole["state"] == "dead" && whole["reason"] == "exhausted" && outcomes.count == 3, "\(manner): \(outcomes)")
      }
    }
  }

  private func openDescriptors(of service: ServiceProcess) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(service.processIdentifier)/fd").count
  }
}
