import AMQPSource
import BrokerFixture
import Fanfare
import Foundation
import ServiceFixture
import Synchronization
import Testing

/// The guarantee under force: nothing acknowledged is lost, whatever dies.
@Suite(.serialized) struct CrashTests {
  private static let rounds = 10
  private static let events = 12_000

  private func bodies(_ range: Range<Int>) -> [String] {
    range.map {
      #"{"id":"e-\#($0)","type":"ADD_BUILD","state_project":"shop","state_environment":"e","state_deployment":"d","data":{"n":\#($0)}}"#
    }
  }

  @Test func `killed ten times in the middle, every event is stored once and delivered at least once`() async throws {
    try await World.with { world in
      let receiver = Receiver()
      try await receiver.serving { receiverURL in
        let service = Mutex(try await world.start())
        let subscribed = try await world.client(of: service.withLock { $0 }).send(
          "PUT", "/api/v1/events/subscriptions/project/shop/", body: #"[{"id":"hook","type":"webhook","url":"\#(receiverURL)/"}]"#)
        try #require(subscribed.status == 200)
        try await world.publishing { publisher in
          for round in 1...Self.rounds {
            let share = Self.events / Self.rounds
            // In the middle of it: some of this round's events have been delivered, and others have not even been read. Counted from before
            // they are sent, since a fast receiver has nearly all of them before the last one is confirmed.
            let target = receiver.arrivals.count + share / 4
            try await publisher.send(bodies((round - 1) * share..<round * share))
            await receiver.wait(forArrivals: target)
            await service.withLock { $0 }.kill()
            let next = try await world.start()
            service.withLock { $0 = next }
          }
        }
        let last = service.withLock { $0 }
        let client = try world.client(of: last)
        let expected = Set((0..<Self.events).map { "e-\($0)" })
        await receiver.wait { Set($0.map(\.event)).count == expected.count }
        try await poll { try await client.metric("fanfare_deliveries_due") == 0 }
        let stored = try await client.allEventIDs()
        #expect(stored.count == expected.count)
        #expect(Set(stored) == expected)
        #expect(Set(receiver.arrivals.map(\.event)) == expected)
        // Each kill can repeat what was in flight or not written down yet, and no more.
        let repeated = receiver.arrivals.count - expected.count
        #expect(repeated <= Self.rounds * (16 + 2048))
        print("killed \(Self.rounds) times: \(expected.count) events stored once, \(repeated) deliveries repeated")
        #expect(await last.stop() == 0)
      }
    }
  }

  @Test func `a broker that goes away and comes back costs nothing and needs no restart`() async throws {
    // A node of its own, since the others' must not be stopped.
    let broker = try await PrivateBroker.start()
    let directory = FileManager.default.temporaryDirectory.appending(path: PrivateBroker.uniqueName("fanfare-outage"))
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let receiver = Receiver()
    try await receiver.serving { receiverURL in
      let service = try await ServiceProcess.start(in: directory, settings: ["amqp.url": broker.url])
      let client = Client(url: service.url, token: try service.token)
      _ = try await client.send(
        "PUT", "/api/v1/events/subscriptions/project/shop/", body: #"[{"id":"hook","type":"webhook","url":"\#(receiverURL)/"}]"#)
      let world = World(broker: broker, amqpURL: broker.url, directory: directory)
      try await world.publishing { try await $0.send(bodies(0..<3000)) }
      await receiver.wait(forArrivals: 500)
      try await broker.stop()
      try await poll { try await client.get("/health/ready").status == 503 }
      #expect(try await client.get("/health/live").status == 200)
      try await broker.start()
      try await poll { try await client.get("/health/ready").status == 200 }
      try await world.publishing { try await $0.send(bodies(3000..<6000)) }
      await receiver.wait { Set($0.map(\.event)).count == 6000 }
      #expect(try await Set(client.allEventIDs()).count == 6000)
      #expect(await service.stop() == 0)
    }
    try FileManager.default.removeItem(at: directory)
    try await broker.remove()
  }
}
