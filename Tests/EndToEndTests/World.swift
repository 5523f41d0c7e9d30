import AMQPSource
import BrokerFixture
import Fanfare
import Foundation
import Logging
import ServiceFixture
import Threading

/// A test's own world: a virtual host on the shared broker, a data directory, and whoever lives in them.
struct World: Sendable {
  let broker: PrivateBroker
  let amqpURL: String
  let directory: URL
  let host: String?

  init(broker: PrivateBroker, amqpURL: String, directory: URL, host: String? = nil) {
    self.broker = broker
    self.amqpURL = amqpURL
    self.directory = directory
    self.host = host
  }

  static func with<Value: Sendable>(_ body: @Sendable (World) async throws -> Value) async throws -> Value {
    let broker = try await PrivateBroker.shared
    let host = PrivateBroker.uniqueName("world")
    try await broker.control("add_vhost", host)
    try await broker.control("set_permissions", "-p", host, "guest", ".*", ".*", ".*")
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-\(host)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let world = World(broker: broker, amqpURL: "\(broker.url)/\(host)", directory: directory, host: host)
    do {
      let value = try await body(world)
      try await world.remove()
      return value
    } catch {
      try? await world.remove()
      throw error
    }
  }

  private func remove() async throws {
    try FileManager.default.removeItem(at: directory)
    if let host { try await broker.control("delete_vhost", host) }
  }

  func start(_ settings: [String: String] = [:]) async throws -> ServiceProcess {
    try await ServiceProcess.start(in: directory, settings: ["amqp.url": amqpURL].merging(settings) { $1 })
  }

  func client(of service: ServiceProcess) throws -> Client { Client(url: service.url, token: try service.token) }

  /// Takes this many messages from the queue `fanfare.dead`.
  func deadLetters(_ count: Int) async throws -> [InboundMessage] {
    var configuration = AMQPConfiguration(urls: [try AMQPURL(parsing: amqpURL)])
    configuration.exchanges = []
    configuration.queue = configuration.deadLetters
    configuration.declares = false
    let consumer = try AMQPConsumer(configuration, logger: Logger(label: "undertaker", factory: { _ in SwiftLogNoOpLogHandler() }))
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await consumer.run() }
      defer { group.cancelAll() }
      var letters: [InboundMessage] = []
      for await batch in consumer.batches {
        letters += batch
        if letters.count >= count { break }
      }
      return letters
    }
  }

  /// Publishes with confirms while `body` runs.
  func publishing<Value: Sendable>(_ body: @Sendable (AMQPPublisher) async throws -> Value) async throws -> Value {
    let publisher = try AMQPPublisher(
      AMQPConfiguration(urls: [try AMQPURL(parsing: amqpURL)]), ground: .topology,
      logger: Logger(label: "producer", factory: { _ in SwiftLogNoOpLogHandler() }))
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await publisher.run() }
      defer { group.cancelAll() }
      return try await body(publisher)
    }
  }
}

extension AMQPPublisher {
  /// Publishes JSON to an exchange; every message must be confirmed.
  func send(_ bodies: [String], to exchange: String = "state.events", contentType: String? = "application/json") async throws {
    let messages = bodies.map { PublishMessage(exchange: exchange, routingKey: "test", body: Array($0.utf8), contentType: contentType) }
    // The first one alone: a broker that is busy refuses, untried, what a connection publishes before the quorum queue knows of it. A
    // producer publishes that again; what follows keeps its order then.
    var first = try await publish(Array(messages.prefix(1)))
    for _ in 0..<100 {
      guard case .refused? = first.first else { break }
      first = try await publish(Array(messages.prefix(1)))
    }
    for outcome in try await first + publish(Array(messages.dropFirst())) {
      guard case .confirmed = outcome else { throw ServiceFailure(description: "a message was not confirmed: \(outcome)") }
    }
  }
}
