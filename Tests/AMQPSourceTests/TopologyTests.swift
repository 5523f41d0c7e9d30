import BrokerFixture
import Fanfare
import Testing

@testable import AMQPSource

@Suite(.timeLimit(.minutes(20))) struct TopologyTests {
  /// The sentence that the consumer gives for what it found, from its health.
  private func complaint(of world: World, declares: Bool = true) async throws -> String {
    let consumer = try world.consumer { $0.declares = declares }
    return try await withServices(consumer) {
      await world.log.wait(for: "No connection to the broker, trying again")
      let health = await consumer.health()
      #expect(!health.isReady)
      return health.reason
    }
  }

  private func operate(_ world: World, _ body: (borrowing Connection) throws -> Void) throws {
    let connection = try Connection.open(world.configuration.urls[0], name: "operator", heartbeat: .seconds(10))
    try body(connection)
    connection.close()
  }

  @Test func `an exchange of another type is named`() async throws {
    let world = try await World()
    try operate(world) { try $0.makeExchange(world.exchange, type: "direct") }
    #expect(
      try await complaint(of: world)
        == "The exchange \"\(world.exchange)\" exists with type direct, and Fanfare expects topic: delete it, or set amqp.exchanges to another name"
    )
    try world.remove()
  }

  @Test func `an exchange that is not durable is named`() async throws {
    let world = try await World()
    try operate(world) { try $0.makeExchange(world.exchange, type: "topic", isDurable: false) }
    #expect(
      try await complaint(of: world).hasPrefix("The exchange \"\(world.exchange)\" exists with durable false, and Fanfare expects true: "))
    try world.remove()
  }

  @Test func `a classic queue is named when we declare`() async throws {
    let world = try await World()
    try operate(world) { try $0.makeQueue(world.configuration.queue) }
    #expect(
      try await complaint(of: world)
        == "The queue \"\(world.configuration.queue)\" exists with x-queue-type classic, and Fanfare expects quorum: "
        + "delete it, set amqp.queue to another name, or set amqp.declare to false to use it as it is")
    try world.remove()
  }

  @Test func `a quorum queue with a limit of its own is named`() async throws {
    let world = try await World()
    try operate(world) { try $0.makeQueue(world.configuration.queue, arguments: ["x-queue-type": "quorum", "x-max-length": 1000]) }
    let reason = try await complaint(of: world)
    #expect(
      reason.hasPrefix("The queue \"\(world.configuration.queue)\" exists with x-max-length 1000, and Fanfare expects none: "), "\(reason)")
    try world.remove()
  }

  @Test func `everything that is wrong is named at once`() async throws {
    let world = try await World()
    try operate(world) {
      try $0.makeExchange(world.configuration.exchanges[0], type: "direct")
      try $0.makeExchange(world.configuration.exchanges[1], type: "fanout")
      try $0.makeQueue(world.configuration.deadLetters)
    }
    let reason = try await complaint(of: world)
    for name in world.configuration.exchanges + [world.configuration.deadLetters] { #expect(reason.contains("\"\(name)\" exists with")) }
    try world.remove()
  }

  @Test func `without declaring, everything that is missing is named and nothing is made`() async throws {
    let world = try await World()
    let reason = try await complaint(of: world, declares: false)
    for name in world.configuration.exchanges + [world.configuration.deadLetters] {
      #expect(reason.contains("The exchange \"\(name)\" does not exist: create it, or set amqp.declare to true"))
    }
    #expect(reason.contains("The queue \"\(world.configuration.queue)\" does not exist"))
    try operate(world) { connection in
      #expect(throws: AMQPError.self) { try connection.ready(in: world.configuration.queue) }
    }
    try world.remove()
  }

  @Test func `without declaring, a classic queue of the operator's is consumed from`() async throws {
    let world = try await World()
    try operate(world) {
      for exchange in world.configuration.exchanges { try $0.makeExchange(exchange, type: "fanout") }
      try $0.makeExchange(world.configuration.deadLetters, type: "topic")
      try $0.makeQueue(world.configuration.queue)
      try $0.makeQueue(world.configuration.deadLetters)
      try $0.bindQueue(world.configuration.queue, to: world.exchange)
    }
    let consumer = try world.consumer { $0.declares = false }
    let publisher = try world.publisher { $0.declares = false }
    try await withServices(consumer, publisher) {
      let outcomes = try await publisher.publish([world.message("hello")])
      #expect(outcomes == [.confirmed])
      #expect(await consumer.settle(1).map(\.text) == ["hello"])
    }
    try world.remove()
  }

  @Test func `a topology that was wrong is used as soon as it is right`() async throws {
    let world = try await World()
    try operate(world) { try $0.makeExchange(world.exchange, type: "direct") }
    let consumer = try world.consumer()
    try await withServices(consumer) {
      await world.log.wait(for: "No connection to the broker, trying again")
      try operate(world) { $0.delete(exchange: world.exchange) }
      await world.log.wait(for: "Connected to the broker")
      #expect(await consumer.health().isReady)
    }
    // Said once, however often it was tried; something else may have been wrong between.
    let reasons = world.log.all.filter { $0.message == "No connection to the broker, trying again" }.map { $0.metadata["reason"] }
    #expect(zip(reasons, reasons.dropFirst()).allSatisfy { $0 != $1 }, "\(reasons)")
    try world.remove()
  }
}
