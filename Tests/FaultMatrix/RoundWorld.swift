import BrokerFixture
import Foundation
import PlainMatcher
import Reckoning
import ServiceFixture

/// What one round has for itself: a virtual host, a data directory, receivers, a producer; and what it remembers of each kill.
///
/// The service is started in it as often as the round wants.
final class RoundWorld {
  let amqpURL: String
  let directory: URL
  let receiver: MatrixReceiver
  let producer: MatrixProducer
  let subscriptions: [PlainSubscription]
  private(set) var kills: [Kill] = []
  private(set) var isSubscribed = false
  /// What was taken from the dead-letter queue before the end.
  private var earlierDeadLetters: [PublishedDeadLetter] = []

  private init(amqpURL: String, directory: URL, receiver: MatrixReceiver, producer: MatrixProducer) throws {
    self.amqpURL = amqpURL
    self.directory = directory
    self.receiver = receiver
    self.producer = producer
    subscriptions = try Traffic.subscriptions(at: receiver.url)
  }

  /// - Parameter directory: made, and not removed.
  static func with<Value: Sendable>(
    _ broker: MatrixBroker, directory: URL, manners: @escaping MatrixReceiver.Answer = Manners.answer,
    _ body: @Sendable (sending RoundWorld) async throws -> Value
  ) async throws -> Value {
    let amqpURL = broker.url(ofVirtualHost: try await broker.virtualHost())
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let receiver = try await MatrixReceiver.start(manners)
    let result: Result<Value, any Error>
    do {
      result = .success(
        try await MatrixProducer.running(on: amqpURL) { producer in
          try await body(RoundWorld(amqpURL: amqpURL, directory: directory, receiver: receiver, producer: producer))
        })
    } catch {
      result = .failure(error)
    }
    try await receiver.stop()
    return try result.get()
  }

  func start(_ settings: [String: String] = [:], environment: [String: String] = [:]) throws -> MatrixService {
    try MatrixService(in: directory, settings: ["amqp.url": amqpURL].merging(settings) { $1 }, environment: environment)
  }

  /// Has the service know the round's subscriptions; once that is certain, it is not done again.
  ///
  /// - Returns: whether it knows them.
  func subscribe(_ service: MatrixService) async -> Bool {
    if !isSubscribed { isSubscribed = await service.subscribe(Traffic.project, subscriptions.map(\.text)) }
    return isSubscribed
  }

  /// Looks at what a service left that was killed.
  func noteKill() async throws {
    await receiver.quiet()
    kills.append(Kill(store: try StoreImage(directory: directory), requests: receiver.requests.count))
  }

  /// Takes what is in the dead-letter queue: it is going to be deleted. The outbox is empty, and nobody publishes.
  func noteDeadLetters() async throws { earlierDeadLetters += try await producer.takeDeadLetters(of: amqpURL) }

  /// The account, once the service has ended.
  func reckon() async throws -> Reckoning {
    await receiver.quiet()
    let letters = earlierDeadLetters + (try await producer.takeDeadLetters(of: amqpURL))
    var evidence = Evidence(
      sent: producer.sent, subscriptions: subscriptions, store: try StoreImage(directory: directory, checksIntegrity: true),
      requests: receiver.requests, deadLetters: letters)
    evidence.kills = kills
    return try Reckoning(of: evidence)
  }
}
