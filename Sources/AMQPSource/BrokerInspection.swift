import Synchronization
import Threading

/// How the broker stands, for whoever looks without taking a message.
public struct BrokerInspection: Sendable, Hashable {
  /// The one that answered, without its password.
  public var broker: String
  /// Messages in the queue that wait.
  public var waiting: Int
  /// Who consumes from the queue.
  public var consumers: Int
  /// In the queue of dead letters.
  public var deadLetters: Int

  /// Connects to the first broker of the list that answers, asks passively for each exchange and queue, and hangs up. Declares nothing.
  ///
  /// - Throws: ``AMQPError``: `topology` with a sentence for each thing that is missing, else why no broker was to be had.
  public static func look(at configuration: AMQPConfiguration) async throws -> BrokerInspection {
    let outcome = Mutex<Result<BrokerInspection, any Error>?>(nil)
    // A connection belongs to one thread, and its calls block.
    try await withDedicatedThread(named: "amqp-look") { @Sendable in
      let result = Result { try inspect(configuration) }
      outcome.withLock { $0 = result }
    } onCancel: {
      // Connecting and asking end by themselves, by their time-outs.
    }
    guard let result = outcome.withLock({ $0 }) else { throw AMQPError(.stopped, "the look at the broker did not begin") }
    return try result.get()
  }

  private static func inspect(_ configuration: AMQPConfiguration) throws -> BrokerInspection {
    var failures: [AMQPError] = []
    for url in configuration.urls {
      do throws(AMQPError) {
        let connection = try Connection.open(url, name: configuration.connectionName + " (look)", heartbeat: configuration.heartbeat)
        try Topology(configuration).ensure(declaring: false, on: connection)
        let queue = try connection.queueDepth(configuration.queue)
        let dead = try connection.queueDepth(configuration.deadLetters)
        return BrokerInspection(broker: "\(url)", waiting: queue.messages, consumers: queue.consumers, deadLetters: dead.messages)
      } catch {
        if error.code == .topology { throw error }
        failures.append(error)
      }
    }
    guard let last = failures.last else { throw AMQPError(.unreachable, "there is no broker to ask") }
    throw last
  }
}
