import BrokerFixture
import Fanfare
import Foundation
import ServiceFixture
import Synchronization
import Testing

/// What receivers are spared, and what they get all the same.
@Suite(.timeLimit(.minutes(20))) struct PoliteDeliveryTests {
  private func events(_ range: Range<Int>, deployment: (Int) -> String = { _ in "web" }) -> [String] {
    range.map {
      #"{"id":"e-\#($0)","type":"UPDATE_STATE_DEPLOYMENT","state_project":"shop","state_environment":"live","state_deployment":"\#(deployment($0))"}"#
    }
  }

  @Test func `a Slack that hides what comes too fast hides nothing, and every delivery says in which digest it went`() async throws {
    try await World.with { world in
      let lastShown = Mutex<ContinuousClock.Instant?>(nil)
      let hidden = Mutex(0)
      // As Slack does it: what comes within a second of the last is taken with 200, and never shown.
      let slack = Receiver { _, _ in
        let now = ContinuousClock.now
        let isShown = lastShown.withLock { last in
          if let last, now - last < .seconds(1) { return false }
          last = now
          return true
        }
        if !isShown { hidden.withLock { $0 += 1 } }
        return (200, "ok")
      }
      try await slack.serving { url in
        let service = try await world.start()
        let client = try world.client(of: service)
        let entry = #"{"type":"slack","url":"\#(url)/services/T/B/x""#
        let put = try await client.send(
          "PUT", "/api/v1/events/subscriptions/project/shop/", body: #"[\#(entry),"id":"one"},\#(entry),"id":"two"}]"#)
        try #require(put.status == 200)
        try await world.publishing { try await $0.send(events(0..<40)) }
        try await poll {
          let page = try await client.get("/api/v1/events/deliveries/?state=succeeded&size=100").json
          guard case .array(let elements)? = page["elements"] else { return false }
          return elements.count == 80
        }
        #expect(hidden.withLock { $0 } == 0)
        // Eighty became a few; how few depends on how many were stored before the first message went: it may have told of them all.
        let messages = slack.arrivals.count
        #expect((1...12).contains(messages))
        var digests: [String: Int] = [:]
        var alone = 0
        let page = try await client.get("/api/v1/events/deliveries/?size=100").json
        guard case .array(let deliveries)? = page["elements"] else { throw ServiceFailure(description: "no deliveries") }
        for delivery in deliveries {
          let id = try #require(delivery["id"]?.stringValue)
          guard case .array(let attempts)? = try await client.get("/api/v1/events/deliveries/\(id)").json["attempts"] else { continue }
          #expect(attempts.count == 1)
          if let digest = attempts.first?["digest"]?.stringValue { digests[digest, default: 0] += 1 } else { alone += 1 }
        }
        #expect(digests.count + alone == messages)
        #expect(digests.values.reduce(alone, +) == 80)
        // The largest tells of more than it shows.
        let rest = (digests.values.max() ?? 0) - 30
        #expect(rest > 0)
        #expect(slack.arrivals.contains { String(decoding: $0.body, as: UTF8.self).contains("\(rest) more") })
        await service.stop()
      }
    }
  }

  @Test func `an endpoint that is down is only probed, tells of its pause, and gets everything once it is resumed`() async throws {
    try await World.with { world in
      let isDown = Mutex(true)
      let receiver = Receiver { arrival, _ in (arrival.path == "/ops" || !isDown.withLock { $0 } ? 204 : 503, "") }
      try await receiver.serving { url in
        let schedule = Array(repeating: "100ms", count: 50).joined(separator: ",")
        let service = try await world.start(["delivery.retrySchedule": schedule, "delivery.pauseAfter": "4s"])
        let client = try world.client(of: service)
        let put = try await client.send(
          "PUT", "/api/v1/events/subscriptions/project/shop/",
          body: """
            [{"id":"down","type":"webhook","url":"\(url)/down"},
             {"id":"ops","type":"webhook","url":"\(url)/ops","events":["SUBSCRIPTION_*"]}]
            """)
        try #require(put.status == 200)
        try await world.publishing { try await $0.send(events(0..<200)) }
        await receiver.wait { $0.contains { $0.path == "/ops" } }
        // Sixteen at once until the tenth failed, a few probes since: without a breaker it had been thousands.
        let tries = receiver.arrivals.count { $0.path == "/down" }
        #expect((10...60).contains(tries))
        let told = try #require(receiver.arrivals.first { $0.path == "/ops" })
        #expect(told.headers["x-event-type"] == "SUBSCRIPTION_PAUSED")
        let set = try await client.get("/api/v1/events/subscriptions/project/shop/").json
        guard case .array(let entries) = set else { throw ServiceFailure(description: "no subscriptions") }
        #expect(entries[0]["paused"] == true && entries[0]["paused_reason"] == "failing")
        isDown.withLock { $0 = false }
        #expect(try await client.send("POST", "/api/v1/events/subscriptions/project/shop/down/resume", body: "").status == 200)
        await receiver.wait { Set($0.filter { $0.path == "/down" }.map(\.event)).count == 200 }
        try await poll { try await client.metric("fanfare_deliveries_due") == 0 }
        await receiver.wait { $0.contains { $0.headers["x-event-type"] == "SUBSCRIPTION_RESUMED" } }
        #expect(try await client.get("/api/v1/events/dead-letters/").json["elements"] == [])
        await service.stop()
      }
    }
  }

  @Test func `in order means in order: one at a time for each deployment, whatever fails and whoever is killed`() async throws {
    try await World.with { world in
      // Every seventh delivery fails the first time.
      let receiver = Receiver { arrival, earlier in
        (earlier == 0 && (Int(arrival.event.dropFirst(2)) ?? 0) % 7 == 0 ? 500 : 204, "")
      }
      try await receiver.serving { url in
        let settings = ["delivery.retrySchedule": "20ms,20ms,20ms,20ms,20ms,20ms"]
        let service = Mutex(try await world.start(settings))
        let put = try await world.client(of: service.withLock { $0 }).send(
          "PUT", "/api/v1/events/subscriptions/project/shop/",
          body: #"[{"id":"hook","type":"webhook","url":"\#(url)/","ordering":"entity"}]"#)
        try #require(put.status == 200)
        try await world.publishing { publisher in
          for round in 0..<4 {
            // Taken before there is anything new: a fast receiver has it all before the last message is confirmed.
            let target = receiver.arrivals.count + 100
            try await publisher.send(events(round * 500..<(round + 1) * 500) { "web/\($0 % 10)" })
            await receiver.wait(forArrivals: target)
            await service.withLock { $0 }.kill()
            let next = try await world.start(settings)
            service.withLock { $0 = next }
          }
        }
        await receiver.wait { Set($0.map(\.event)).count == 2_000 }
        let client = try world.client(of: service.withLock { $0 })
        try await poll { try await client.metric("fanfare_deliveries_due") == 0 }
        for lane in 0..<10 {
          // A kill repeats the one that was on its way; nothing ever comes before what it is behind.
          let numbers = receiver.arrivals.compactMap { Int($0.event.dropFirst(2)) }.filter { $0 % 10 == lane }
          #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 || $1 == $0 + 10 })
        }
        await service.withLock { $0 }.stop()
      }
    }
  }
}
