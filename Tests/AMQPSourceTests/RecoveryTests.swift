import BrokerFixture
import Fanfare
import Testing

@testable import AMQPSource

/// What happens when connections, queues and nodes go away. One node of its own, whose power is cut.
@Suite(.serialized, .timeLimit(.minutes(20))) struct RecoveryTests {
  private static let node = Task { try await PrivateBroker.start() }

  @Test func `a node that dies and comes back is found again, and what was not acknowledged comes again`() async throws {
    let world = try await World(on: Self.node.value)
    let consumer = try world.consumer { $0.stopTimeout = .milliseconds(100) }
    let publisherLog = LogWatch()
    let publisher = try world.publisher(log: publisherLog)
    try await withServices(consumer, publisher) {
      await publisherLog.wait(for: "Connected to the broker")
      let published = try await publisher.publish(world.messages(20))
      #expect(published.allSatisfy { $0 == .confirmed })
      let before = await consumer.take(20)
      consumer.acknowledge(upTo: before[9].token)
      // Waits until the acknowledgement has certainly been seen: the broker handles what comes after it, too.
      let outcomes = try await publisher.publish([world.message("20")])
      #expect(outcomes == [.confirmed])
      _ = await consumer.take(1)

      try await world.broker.kill()
      await world.log.wait(for: "No connection to the broker, trying again")
      #expect(await consumer.health().isReady == false)
      await #expect(throws: AMQPError.self) { while true { _ = try await publisher.publish([world.message("lost")]) } }
      try await world.broker.start()
      await world.log.wait(for: "Connected to the broker")
      await publisherLog.wait(for: "Connected to the broker")

      let after = await consumer.take(11)
      #expect(after.map(\.text) == (10...20).map { String($0) })
      #expect(after.allSatisfy { $0.token.epoch == 2 })
      let areRedelivered = after.allSatisfy(\.isRedelivered)
      #expect(areRedelivered)
      // A tag of the old connection settles nothing on the new one.
      consumer.acknowledge(upTo: before[19].token)
      let later = try await publisher.publish([world.message("21")])
      #expect(later == [.confirmed])
      _ = await consumer.take(1)
    }
    let next = try world.consumer()
    try await withServices(next) {
      let texts = await next.settle(12).map(\.text)
      #expect(texts.sorted() == (10...21).map { String($0) })
    }
    try world.remove()
  }

  @Test func `connections that the broker closes are made again`() async throws {
    let world = try await World(on: Self.node.value)
    let publisherLog = LogWatch()
    let consumer = try world.consumer()
    let publisher = try world.publisher(log: publisherLog)
    try await withServices(consumer, publisher) {
      await world.log.wait(for: "Connected to the broker")
      await publisherLog.wait(for: "Connected to the broker")
      // The broker closes what it has on its list of connections, which a new one gets onto a moment after it was opened.
      let closing = Task {
        while !Task.isCancelled { try await world.broker.control("close_all_connections", "maintenance") }
      }
      let line = await world.log.wait(for: "No connection to the broker, trying again")
      #expect(line?.metadata["reason"]?.contains("maintenance") == true)
      await publisherLog.wait(for: "No connection to the broker, trying again")
      closing.cancel()
      try await closing.value
      // The last order to close may have met the new connections, too.
      var outcomes: [PublishOutcome] = []
      while outcomes != [.confirmed], !Task.isCancelled {
        outcomes = (try? await publisher.publish([world.message("after")])) ?? []
        if outcomes != [.confirmed] { await publisherLog.wait(for: "Connected to the broker") }
      }
      #expect(await consumer.settle(1).first?.text == "after")
    }
    try world.remove()
  }

  @Test func `a broker that is short of memory blocks the publisher and not the consumer`() async throws {
    let world = try await World(on: Self.node.value)
    let publisherLog = LogWatch()
    let consumer = try world.consumer()
    let publisher = try world.publisher(log: publisherLog)
    try await withServices(consumer, publisher) {
      let published = try await publisher.publish(world.messages(10))
      #expect(published.allSatisfy { $0 == .confirmed })
      try await world.broker.control("set_vm_memory_high_watermark", "absolute", "1MB")
      // The broker tells a connection when that publishes.
      async let outcome = publisher.publish([world.message("10")])
      await publisherLog.wait(for: "The broker takes no messages at the moment")
      let health = await publisher.health()
      #expect(!health.isReady)
      #expect(health.reason.contains("takes no messages at the moment"))
      #expect(await consumer.settle(10).count >= 10)
      #expect(await consumer.health().isReady)
      try await world.broker.control("set_vm_memory_high_watermark", "absolute", "2GB")
      await publisherLog.wait(for: "The broker takes messages again")
      #expect(try await outcome == [.confirmed])
      #expect(await publisher.health().isReady)
    }
    try world.remove()
  }

  @Test func `what waits for a blocked broker can be cancelled, and the service still stops`() async throws {
    let world = try await World(on: Self.node.value)
    let publisherLog = LogWatch()
    let publisher = try world.publisher(log: publisherLog) { $0.stopTimeout = .milliseconds(200) }
    try await withServices(publisher) {
      let outcomes = try await publisher.publish([world.message("0")])
      #expect(outcomes == [.confirmed])
      try await world.broker.control("set_vm_memory_high_watermark", "absolute", "1MB")
      let cancelled = Task { try await publisher.publish([world.message("1")]) }
      await publisherLog.wait(for: "The broker takes no messages at the moment")
      cancelled.cancel()
      #expect(try await cancelled.value == [.unconfirmed])
    }
    try await world.broker.control("set_vm_memory_high_watermark", "absolute", "2GB")
    try world.remove()
  }
}

@Suite(.timeLimit(.minutes(20))) struct FaultTests {
  @Test func `a queue that is deleted is made again`() async throws {
    let world = try await World()
    let consumer = try world.consumer()
    let publisher = try world.publisher()
    try await withServices(consumer, publisher) {
      await world.log.wait(for: "Connected to the broker")
      let connection = try Connection.open(world.configuration.urls[0], name: "test", heartbeat: .seconds(10))
      connection.delete(queue: world.configuration.queue)
      connection.close()
      let line = await world.log.wait(for: "No connection to the broker, trying again")
      #expect(line?.metadata["code"] == "consumer_cancelled")
      await world.log.wait(for: "Connected to the broker")
      let outcomes = try await publisher.publish([world.message("new")])
      #expect(outcomes == [.confirmed])
      #expect(await consumer.settle(1).map(\.text) == ["new"])
    }
    try world.remove()
  }

  @Test func `a peer that falls silent is noticed by its heartbeats`() async throws {
    var world = try await World()
    let direct = world.configuration.urls
    let proxy = try FaultyProxy(to: world.broker.port)
    defer { proxy.close() }
    world.configuration.urls = [try AMQPURL(parsing: "amqp://guest:guest@127.0.0.1:\(proxy.port)?heartbeat=1")]
    let consumer = try world.consumer()
    let publisher = try world.publisher { $0.urls = direct }
    try await withServices(consumer, publisher) { [world] in
      await world.log.wait(for: "Connected to the broker")
      let start = ContinuousClock.now
      proxy.silenceConnections()
      let line = await world.log.wait(for: "No connection to the broker, trying again")
      #expect(ContinuousClock.now - start < .seconds(60))
      #expect(line?.metadata["reason"]?.contains("has sent nothing for two heartbeats") == true)
      await world.log.wait(for: "Connected to the broker")
      let outcomes = try await publisher.publish([world.message("again")])
      #expect(outcomes == [.confirmed])
      #expect(await consumer.settle(1).map(\.text) == ["again"])
    }
    world.configuration.urls = direct
    try world.remove()
  }

  @Test func `an idle connection stays open far beyond its heartbeat`() async throws {
    let world = try await World(options: "?heartbeat=5")
    let consumer = try world.consumer()
    let publisher = try world.publisher()
    try await withServices(consumer, publisher) {
      await world.log.wait(for: "Connected to the broker")
      // Time itself is what is tested: three heartbeats long, and a broker closes a connection after two missed ones.
      try await Task.sleep(for: .seconds(15))
      let outcomes = try await publisher.publish([world.message("still")])
      #expect(outcomes == [.confirmed])
      #expect(await consumer.settle(1).map(\.token.epoch) == [1])
    }
    try world.remove()
  }

  @Test func `the next URL is tried when one does not answer`() async throws {
    var world = try await World()
    let closed = try FreePorts.take(1)[0]
    world.configuration.urls = [AMQPURL(host: "127.0.0.1", port: closed)] + world.configuration.urls
    let consumer = try world.consumer()
    try await withServices(consumer) { [world] in
      let line = await world.log.wait(for: "Connected to the broker")
      #expect(line?.metadata["url"] == "amqp://guest@127.0.0.1:\(world.broker.port)")
    }
    world.configuration.urls.removeFirst()
    try world.remove()
  }

  @Test func `headers that nest thousands deep do no harm`() async throws {
    let world = try await World()
    let consumer = try world.consumer()
    let publisher = try world.publisher()
    try await withServices(consumer, publisher) {
      await world.log.wait(for: "Connected to the broker")
      let connection = try Connection.open(world.configuration.urls[0], name: "test", heartbeat: .seconds(10))
      try connection.publishNestedHeaders(depth: 25_000, exchange: world.exchange)
      connection.close()
      let published = try await publisher.publish([world.message("after")])
      #expect(published == [.confirmed])
      let messages = await consumer.settle(2)
      #expect(Set(messages.map(\.text)) == ["", "after"])
      #expect(messages.first { $0.body.isEmpty }?.headers?["deep"] != nil)
    }
    try world.remove()
  }
}
