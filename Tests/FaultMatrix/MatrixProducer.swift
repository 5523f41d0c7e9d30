import AMQPSource
import Fanfare
import Logging
import Reckoning
import ServiceFixture
import Synchronization
import Threading

/// Publishes with confirms and keeps the list: what was sent, and what the broker said that it has.
final class MatrixProducer: Sendable {
  private let publisher: AMQPPublisher
  private let list = Mutex<[SentMessage]>([])

  /// The exchanges and the queue are made before the first message goes out.
  static func running<Value: Sendable>(
    on url: String, _ body: @Sendable (MatrixProducer) async throws -> Value
  ) async throws -> Value {
    let publisher = try AMQPPublisher(AMQPConfiguration(urls: [try AMQPURL(parsing: url)]), ground: .topology, logger: .silent)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await publisher.run() }
      defer { group.cancelAll() }
      return try await body(MatrixProducer(publisher))
    }
  }

  private init(_ publisher: AMQPPublisher) { self.publisher = publisher }

  var sent: [SentMessage] { list.withLock { $0 } }

  /// Publishes in small portions, each confirmed before the next.
  func send(_ messages: [Traffic.Message], portion: Int = 20) async throws {
    for start in stride(from: 0, to: messages.count, by: portion) {
      try await publish(Array(messages[start..<min(start + portion, messages.count)]))
    }
  }

  /// What a broker that is busy refused, untried, is published again; what it may have or not is left at that.
  private func publish(_ messages: [Traffic.Message]) async throws {
    var open = messages
    while !open.isEmpty {
      let outcomes = try await publisher.publish(open.map(PublishMessage.init))
      var refused: [Traffic.Message] = []
      for (message, outcome) in zip(open, outcomes) {
        switch outcome {
        case .confirmed: note(message, isConfirmed: true)
        case .unconfirmed: note(message, isConfirmed: false)
        case .refused: refused.append(message)
        case .returned(let reason): throw MatrixFailure("a message came back: \(reason)")
        }
      }
      open = refused
    }
  }

  /// Publishes what a broker that comes and goes has not taken again, until it has; what it may have or not is left at that.
  ///
  /// - Parameter isPromised: false if what is confirmed may be deleted with its queue: it counts as unconfirmed.
  func sendUntilTaken(_ messages: [Traffic.Message], isPromised: Bool = true) async throws {
    var open = messages
    while !open.isEmpty {
      let outcomes = try await outcomes(of: open)
      var rest: [Traffic.Message] = []
      for (message, outcome) in zip(open, outcomes) {
        switch outcome {
        case .confirmed: note(message, isConfirmed: isPromised)
        case .unconfirmed: note(message, isConfirmed: false)
        case .refused, .returned: rest.append(message)
        }
      }
      open = rest
      // A back-off: no signal comes from a broker that is well again.
      if !open.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
    }
  }

  /// Publishes it as often as it takes to have it confirmed.
  func sendUntilConfirmed(_ message: Traffic.Message) async throws {
    while true {
      let isConfirmed = try await outcomes(of: [message]) == [.confirmed]
      note(message, isConfirmed: isConfirmed)
      if isConfirmed { return }
      // As above.
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  /// Nothing is published while there is no connection.
  private func outcomes(of messages: [Traffic.Message]) async throws -> [PublishOutcome] {
    do {
      return try await publisher.publish(messages.map(PublishMessage.init))
    } catch let error as AMQPError where error.code != .stopped {
      return messages.map { _ in .refused(error.description) }
    }
  }

  /// - Returns: whether the HTTP door has taken it.
  func post(_ document: Traffic.Message, to service: MatrixService) async -> Bool { await offer(document, to: service)?.status == 200 }

  /// - Returns: what the HTTP door answers; nil if the service is gone.
  func offer(_ document: Traffic.Message, to service: MatrixService) async -> Client.Answer? {
    let answer = await service.create(document.text)
    note(document, isConfirmed: answer?.status == 200)
    return answer
  }

  /// Posts events one after the other to the HTTP door, for as long as the service is there. What is not answered with 200 may be stored or
  /// not.
  func post(_ documents: [Traffic.Message], to service: MatrixService) async {
    for document in documents where service.process.isRunning {
      _ = await post(document, to: service)
    }
  }

  private func note(_ message: Traffic.Message, isConfirmed: Bool) {
    list.withLock { $0.append(SentMessage(event: message.event, text: message.text, isConfirmed: isConfirmed)) }
  }

  /// Everything in the queue `fanfare.dead`, which nobody else publishes to by now: a last message of our own says where it ends.
  func takeDeadLetters(of url: String) async throws -> [PublishedDeadLetter] {
    var configuration = AMQPConfiguration(urls: [try AMQPURL(parsing: url)])
    let end = PublishMessage(exchange: configuration.deadLetters, routingKey: "end", body: [])
    while try await publisher.publish([end]) != [.confirmed] {}
    configuration.exchanges = []
    configuration.queue = configuration.deadLetters
    configuration.declares = false
    let consumer = try AMQPConsumer(configuration, logger: .silent)
    return await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await consumer.run() }
      defer { group.cancelAll() }
      var letters: [PublishedDeadLetter] = []
      for await batch in consumer.batches {
        for message in batch {
          if message.routingKey == "end" { return letters }
          letters.append(PublishedDeadLetter(routingKey: message.routingKey, body: String(decoding: message.body, as: UTF8.self)))
        }
        if let last = batch.last { consumer.acknowledge(upTo: last.token) }
      }
      return letters
    }
  }
}

extension PublishMessage {
  fileprivate init(_ message: Traffic.Message) {
    self.init(exchange: message.exchange, routingKey: "test", body: Array(message.text.utf8))
  }
}

struct MatrixFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
