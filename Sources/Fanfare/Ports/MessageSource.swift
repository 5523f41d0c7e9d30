/// A broker that events come from.
public protocol MessageSource: Sendable {
  associatedtype Batches: AsyncSequence<[InboundMessage], Never> & Sendable

  /// All that arrived since the last batch was taken, never empty. Ends when the source has stopped. One consumer.
  var batches: Batches { get }

  /// Settles every message up to and including this one. A token of an older connection is dropped: its messages come again.
  func acknowledge(upTo token: AckToken)
}

/// Publishes to the dead-letter exchange.
public protocol DeadLetterPublisher: Sendable {
  /// Publishes and waits for the broker's confirms.
  ///
  /// - Returns: the messages that the broker has taken; the others are to be offered again.
  /// - Throws: if there is no broker to be had at the moment.
  func publish(_ messages: [OutboxMessage]) async throws -> [OutboxMessage.ID]
}

/// Makes attempts.
public protocol DeliverySender: Sendable {
  associatedtype Results: AsyncSequence<[AttemptResult], Never> & Sendable

  /// Starts attempts and returns at once. Each task comes back exactly once in ``results``.
  func send(_ tasks: [DeliveryTask])

  /// Attempts that ended since the last batch was taken, never empty. Ends when the sender has stopped. One consumer.
  var results: Results { get }
}
