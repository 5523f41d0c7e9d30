import Foundation
import ServiceFixture
import Testing

@Suite struct ShutdownTests {
  private func bodies(_ range: Range<Int>) -> [String] {
    range.map { #"{"id":"e-\#($0)","type":"ADD_BUILD","inventory_project":"shop","data":{"n":\#($0)}}"# }
  }

  @Test func `asked to stop under load, it drains, exits with 0, and the next one goes on`() async throws {
    try await World.with { world in
      let receiver = Receiver()
      try await receiver.serving { url in
        let first = try await world.start()
        let subscribed = try await world.client(of: first).send(
          "PUT", "/api/v1/events/subscriptions/project/shop/", body: #"[{"id":"hook","type":"webhook","url":"\#(url)/"}]"#)
        try #require(subscribed.status == 200)
        try await world.publishing { publisher in
          async let sent: Void = publisher.send(bodies(0..<4_000))
          await receiver.wait(forArrivals: 300)
          #expect(await first.stop() == 0)
          try await sent
        }
        let next = try await world.start()
        await receiver.wait { Set($0.map(\.event)).count == 4_000 }
        let client = try world.client(of: next)
        try await poll { try await client.metric("fanfare_deliveries_due") == 0 }
        #expect(try await client.allEventIDs().count == 4_000)
        // All attempts in flight came to their end and were written down: none was made twice.
        #expect(receiver.arrivals.count == 4_000)
        #expect(await next.stop() == 0)
      }
    }
  }

  @Test func `asked twice to stop, it ends at once, and what was in flight is made by the next one`() async throws {
    try await World.with { world in
      let hostile = try await HostileReceiver()
      let settings = ["delivery.retrySchedule": "1s"]
      let service = try await world.start(settings)
      let client = try world.client(of: service)
      let path = "/api/v1/events/subscriptions/project/shop/"
      let subscribed = try await client.send(
        "PUT", path, body: #"[{"id":"hook","type":"webhook","url":"\#(hostile.url)/silent"}]"#)
      try #require(subscribed.status == 200)
      let answer = try await client.send("POST", "/internal/create-event", body: bodies(0..<1)[0], base: service.internalURL)
      try #require(answer.status == 200)
      try await poll { try await client.metric("fanfare_deliveries_in_flight") == 1 }
      service.askToStop()
      #expect(await service.waitForLog("Asked to stop once more, the service ends at once"))
      service.askToStop()
      #expect(await service.ended() == .exited(code: 128 + SIGTERM))
      #expect(!service.wholeLog.contains("attempts were still in flight when the time to stop was over"))
      #expect(!service.wholeLog.contains("The service has stopped"))
      let next = try await world.start(settings)
      let again = try world.client(of: next)
      try await poll { try await again.metric("fanfare_deliveries_in_flight") == 1 }
      await next.kill()
      try await hostile.close()
    }
  }
}
