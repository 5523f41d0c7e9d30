import BrokerFixture
import CRabbitMQ
import Fanfare
import Logging
import ServiceLifecycle
import Threading

@testable import AMQPSource

/// One test's exchanges and queues, with names of its own, on a real broker.
struct World {
  let broker: PrivateBroker
  let log = LogWatch()
  var configuration: AMQPConfiguration

  /// - Parameter broker: nil for the one that all suites share.
  init(on broker: PrivateBroker? = nil, options: String = "") async throws {
    if let broker { self.broker = broker } else { self.broker = try await PrivateBroker.shared }
    configuration = AMQPConfiguration(urls: [try AMQPURL(parsing: self.broker.url + options)])
    configuration.exchanges = [PrivateBroker.uniqueName("state"), PrivateBroker.uniqueName("inventory")]
    configuration.queue = PrivateBroker.uniqueName("events")
    configuration.deadLetters = PrivateBroker.uniqueName("dead")
  }

  var exchange: String { configuration.exchanges[0] }

  func consumer(_ change: (inout AMQPConfiguration) -> Void = { _ in }) throws -> AMQPConsumer {
    var configuration = configuration
    change(&configuration)
    return try AMQPConsumer(configuration, logger: log.logger)
  }

  func publisher(
    ground: AMQPPublisher.Ground = .topology, log: LogWatch? = nil, _ change: (inout AMQPConfiguration) -> Void = { _ in }
  ) throws -> AMQPPublisher {
    var configuration = configuration
    change(&configuration)
    return try AMQPPublisher(configuration, ground: ground, logger: (log ?? LogWatch()).logger)
  }

  func message(_ text: String, id: String? = nil, key: String = "test.made") -> PublishMessage {
    PublishMessage(exchange: exchange, routingKey: key, body: Array(text.utf8), messageID: id)
  }

  /// `count` messages whose bodies are the numbers from `start` on.
  func messages(_ count: Int, from start: Int = 0) -> [PublishMessage] {
    (start..<start + count).map { message(String($0)) }
  }

  /// Removes what the test has made.
  func remove() throws {
    let connection = try Connection.open(configuration.urls[0], name: "test", heartbeat: .seconds(10))
    for queue in [configuration.queue, configuration.deadLetters] { connection.delete(queue: queue) }
    for exchange in configuration.exchanges + [configuration.deadLetters] { connection.delete(exchange: exchange) }
    connection.close()
  }
}

/// Runs services as the program does, and shuts them down gracefully when `body` has returned.
func withServices<Result: Sendable>(_ services: any Service..., body: @Sendable () async throws -> Result) async throws -> Result {
  let group = ServiceGroup(
    configuration: .init(
      services: services.map { .init(service: $0) }, gracefulShutdownSignals: [],
      logger: Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() }))
  return try await withThrowingTaskGroup(of: Void.self) { tasks in
    tasks.addTask { try await group.run() }
    do {
      let result = try await body()
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
      return result
    } catch {
      tasks.cancelAll()
      throw error
    }
  }
}

extension AMQPConsumer {
  /// Waits for at least `count` messages.
  func take(_ count: Int) async -> [InboundMessage] {
    var taken: [InboundMessage] = []
    for await batch in batches {
      taken += batch
      if taken.count >= count { break }
    }
    return taken
  }

  /// Waits for `count` messages, acknowledging each batch.
  func settle(_ count: Int) async -> [InboundMessage] {
    var taken: [InboundMessage] = []
    for await batch in batches {
      taken += batch
      acknowledge(upTo: batch[batch.count - 1].token)
      if taken.count >= count { break }
    }
    return taken
  }
}

extension InboundMessage {
  var text: String { String(decoding: body, as: UTF8.self) }
}
