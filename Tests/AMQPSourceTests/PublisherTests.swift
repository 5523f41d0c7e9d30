import BrokerFixture
import Fanfare
import Testing

@testable import AMQPSource

@Suite(.timeLimit(.minutes(20))) struct PublisherTests {
  @Test func `each message has its own outcome`() async throws {
    let world = try await World()
    let publisher = try world.publisher()
    try await withServices(publisher) {
      let unbound = PrivateBroker.uniqueName("unbound")
      let connection = try Connection.open(world.configuration.urls[0], name: "test", heartbeat: .seconds(10))
      try connection.makeExchange(unbound, type: "topic")
      let messages = [
        world.message("taken"),
        PublishMessage(exchange: unbound, routingKey: "nowhere", body: Array("lost".utf8)),
        PublishMessage(exchange: "there.is.none", routingKey: "x", body: []),
        PublishMessage(exchange: world.exchange, routingKey: String(repeating: "k", count: 300), body: []),
        PublishMessage(exchange: unbound, routingKey: "nowhere", body: []),
        world.message("taken too"),
      ]
      let outcomes = try await publisher.publish(messages)
      #expect(
        outcomes == [
          .confirmed, .returned("312 NO_ROUTE"), .refused("there is no exchange \"there.is.none\" in the virtual host \"/\""),
          .refused("the routing key is longer than 255 bytes"), .returned("312 NO_ROUTE"), .confirmed,
        ])
      #expect(try connection.ready(in: world.configuration.queue) == 2)
      connection.delete(exchange: unbound)
      connection.close()
    }
    try world.remove()
  }

  @Test func `thousands go through the window, from several tasks at once`() async throws {
    let world = try await World()
    let publisher = try world.publisher()
    let consumer = try world.consumer()
    try await withServices(consumer, publisher) {
      async let received = consumer.settle(8000)
      let confirmed = try await withThrowingTaskGroup(of: Int.self) { tasks in
        for task in 0..<4 {
          tasks.addTask { try await publisher.publish(world.messages(2000, from: task * 2000)).count { $0 == .confirmed } }
        }
        return try await tasks.reduce(0, +)
      }
      #expect(confirmed == 8000)
      let numbers = await received.compactMap { Int($0.text) }
      #expect(numbers.sorted() == Array(0..<8000))
      // Within one call the order is kept.
      for task in 0..<4 {
        let own = numbers.filter { $0 / 2000 == task }
        #expect(own == own.sorted())
      }
    }
    try world.remove()
  }

  @Test func `a message of many frames goes there and back`() async throws {
    let world = try await World()
    let publisher = try world.publisher()
    let consumer = try world.consumer()
    try await withServices(consumer, publisher) {
      let body = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let outcomes = try await publisher.publish([
        PublishMessage(exchange: world.exchange, routingKey: "large", body: body), world.message("after"),
      ])
      #expect(outcomes == [.confirmed, .confirmed])
      let messages = await consumer.settle(2)
      #expect(messages.first?.body == body)
      #expect(messages.last?.text == "after")
    }
    try world.remove()
  }

  @Test func `dead letters stand in their queue with their headers`() async throws {
    let world = try await World()
    let publisher = try world.publisher()
    // The dead letters' queue is read as if it were the queue of events.
    let reader = try world.consumer { $0.queue = $0.deadLetters }
    let long = String(repeating: "é", count: 20_000)
    try await withServices(publisher) {
      let taken = try await publisher.publish([
        OutboxMessage(
          id: 7, routingKey: "quarantine.malformed_json", contentType: "text/plain",
          headers: [("x-fanfare-reason", "malformed_json"), ("x-fanfare-detail", long)], body: Array("no json".utf8)),
        OutboxMessage(id: 9, routingKey: "delivery.webhook", contentType: "application/json", headers: [], body: Array("{}".utf8)),
      ])
      #expect(taken == [7, 9])
    }
    try await withServices(reader) {
      let letters = await reader.settle(2)
      try #require(letters.count == 2)
      #expect(letters[0].exchange == world.configuration.deadLetters)
      #expect(letters[0].routingKey == "quarantine.malformed_json")
      #expect(letters[0].contentType == "text/plain")
      #expect(letters[0].headers?["x-fanfare-reason"] == "malformed_json")
      #expect(letters[0].text == "no json")
      let detail = letters[0].headers?["x-fanfare-detail"]?.stringValue ?? ""
      #expect(detail.hasSuffix("…") && detail.utf8.count < 8300)
      #expect(letters[1].routingKey == "delivery.webhook")
      #expect(letters[1].headers == nil)
    }
    try world.remove()
  }

  @Test func `a dead letter that no queue takes is not taken`() async throws {
    let world = try await World()
    let publisher = try world.publisher()
    try await withServices(publisher) {
      let outcomes = try await publisher.publish([world.message("up")])
      #expect(outcomes == [.confirmed])
      let connection = try Connection.open(world.configuration.urls[0], name: "test", heartbeat: .seconds(10))
      connection.delete(queue: world.configuration.deadLetters)
      connection.close()
      let letter = OutboxMessage(id: 1, routingKey: "delivery.webhook", contentType: "application/json", headers: [], body: [])
      #expect(try await publisher.publish([letter]) == [])
    }
    try world.remove()
  }

  @Test func `without a broker, publishing fails with the reason`() async throws {
    var world = try await World()
    let port = try FreePorts.take(1)[0]
    world.configuration.urls = [AMQPURL(host: "127.0.0.1", port: port)]
    let publisher = try world.publisher(ground: .nothing)
    try await withServices(publisher) { [world] in
      let error = await #expect(throws: AMQPError.self) { try await publisher.publish([world.message("x")]) }
      #expect(error?.code == .unreachable)
      #expect(error?.description.contains("127.0.0.1:\(port)") == true)
      #expect(error?.isRetriable == true)
    }
    let error = await #expect(throws: AMQPError.self) { try await publisher.publish([world.message("x")]) }
    #expect(error?.code == .stopped)
  }
}
