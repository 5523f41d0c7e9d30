import BrokerFixture
import Fanfare
import Testing
import Threading

@testable import AMQPSource

@Suite(.timeLimit(.minutes(20))) struct ConsumerTests {
  @Test func `messages come with their properties and headers`() async throws {
    let world = try await World()
    let consumer = try world.consumer()
    let publisher = try world.publisher()
    let headers: JSONValue = [
      "text": "Grüße", "flag": true, "nothing": .null, "large": .number("9223372036854775807"), "negative": -7, "half": .number("0.5"),
      "list": [1, "two", [false]], "nested": ["deep": ["deeper": "x"]], "empty": [:],
    ]
    let sent = PublishMessage(
      exchange: world.exchange, routingKey: "demo.created", body: Array(#"{"id":"1"}"#.utf8), contentType: "application/json",
      contentEncoding: "identity", messageID: "message-1", headers: headers, timestamp: Timestamp(seconds: 1_700_000_000))
    try await withServices(consumer, publisher) {
      let outcomes = try await publisher.publish([sent, world.message("", id: nil)])
      #expect(outcomes == [.confirmed, .confirmed])
      let messages = await consumer.settle(2)
      try #require(messages.count == 2)
      #expect(messages[0].body == sent.body)
      #expect(messages[0].exchange == world.exchange)
      #expect(messages[0].routingKey == "demo.created")
      #expect(messages[0].contentType == "application/json")
      #expect(messages[0].contentEncoding == "identity")
      #expect(messages[0].messageID == "message-1")
      #expect(messages[0].sentAt == Timestamp(seconds: 1_700_000_000))
      #expect(messages[0].headers == headers)
      #expect(!messages[0].isRedelivered)
      #expect(messages[0].token == AckToken(epoch: 1, tag: 1))
      #expect(messages[1].body.isEmpty)
      #expect(messages[1].messageID == nil)
      #expect(messages[1].headers == nil)
      #expect(messages[1].sentAt == nil)
    }
    try world.remove()
  }

  @Test func `one acknowledgement settles everything before it, and nothing comes again`() async throws {
    let world = try await World()
    let publisher = try world.publisher()
    try await withServices(publisher) { _ = try await publisher.publish(world.messages(300)) }
    let first = try world.consumer { $0.stopTimeout = .milliseconds(100) }
    try await withServices(first) {
      let messages = await first.take(300)
      #expect(messages.map(\.text) == (0..<300).map { String($0) })
      first.acknowledge(upTo: messages[99].token)
      first.acknowledge(upTo: messages[199].token)
    }
    let second = try world.consumer()
    try await withServices(second) {
      let messages = await second.settle(100)
      #expect(messages.map(\.text) == (200..<300).map { String($0) })
      let areRedelivered = messages.allSatisfy(\.isRedelivered)
      #expect(areRedelivered)
    }
    let connection = try Connection.open(world.configuration.urls[0], name: "test", heartbeat: .seconds(10))
    #expect(try connection.ready(in: world.configuration.queue) == 0)
    connection.close()
    try world.remove()
  }
}

@Suite(.timeLimit(.minutes(20))) struct ConsumerFlowTests {
  @Test func `no more than the prefetch is handed out before an acknowledgement`() async throws {
    let world = try await World()
    let publisher = try world.publisher()
    try await withServices(publisher) { _ = try await publisher.publish(world.messages(50)) }
    let consumer = try world.consumer {
      $0.prefetch = 20
      $0.stopTimeout = .milliseconds(100)
    }
    try await withServices(consumer) {
      let first = await consumer.take(20)
      #expect(first.count == 20)
      let connection = try Connection.open(world.configuration.urls[0], name: "test", heartbeat: .seconds(10))
      #expect(try connection.ready(in: world.configuration.queue) == 30)
      connection.close()
      consumer.acknowledge(upTo: first[19].token)
      let second = await consumer.take(20)
      #expect(second.map(\.text) == (20..<40).map { String($0) })
    }
    try world.remove()
  }

  @Test func `a shutdown waits for the last acknowledgement`() async throws {
    let world = try await World()
    let publisher = try world.publisher()
    try await withServices(publisher) { _ = try await publisher.publish(world.messages(10)) }
    let consumer = try world.consumer { $0.stopTimeout = .seconds(60) }
    // The consumer of the batches is in the middle of its work when the shutdown comes, and acknowledges after the stream has ended.
    let worker = Task {
      var last: AckToken?
      var count = 0
      for await batch in consumer.batches {
        last = batch.last?.token
        count += batch.count
      }
      if let last { consumer.acknowledge(upTo: last) }
      return count
    }
    try await withServices(consumer) {
      await world.log.wait(for: "Connected to the broker")
      let connection = try Connection.open(world.configuration.urls[0], name: "test", heartbeat: .seconds(10))
      while try connection.ready(in: world.configuration.queue) > 0 {}
      connection.close()
    }
    let count = await worker.value
    let connection = try Connection.open(world.configuration.urls[0], name: "test", heartbeat: .seconds(10))
    #expect(try connection.ready(in: world.configuration.queue) == 10 - count)
    connection.close()
    #expect(await consumer.health().reason == "stopped")
    #expect(!world.log.all.contains { $0.message == "Some messages were not settled before the stop and will come again" })
    try world.remove()
  }

  @Test func `a shutdown does not wait for what nobody has taken`() async throws {
    let world = try await World()
    let publisher = try world.publisher()
    try await withServices(publisher) { _ = try await publisher.publish(world.messages(10)) }
    let consumer = try world.consumer { $0.stopTimeout = .seconds(60) }
    try await withServices(consumer) {
      await world.log.wait(for: "Connected to the broker")
      let connection = try Connection.open(world.configuration.urls[0], name: "test", heartbeat: .seconds(10))
      while try connection.ready(in: world.configuration.queue) > 0 {}
      connection.close()
    }
    for await batch in consumer.batches { Issue.record("\(batch.count) messages came after the stop") }
    let connection = try Connection.open(world.configuration.urls[0], name: "test", heartbeat: .seconds(10))
    #expect(try connection.ready(in: world.configuration.queue) == 10)
    connection.close()
    try world.remove()
  }
}
