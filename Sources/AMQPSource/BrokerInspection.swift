import Synchronization
import Threading

/// How the broker stands, for whoever looks without taking a message.
public struct BrokerInspection: Sendable, Hashable {
  /// The one that answered, without its password.
  public var broker: String
  /// Exchanges and queues that are missing, or are other than expected. With any, nothing else is asked for, and the numbers are 0. Whether a
  /// queue is bound cannot be asked for over AMQP.
  public var faults: [TopologyFault]
  /// Messages in the queue that wait.
  public var waiting: Int
  /// Who consumes from the queue.
  public var consumers: Int
  /// Messages in the queue of ``AMQPConfiguration/deadLetters``: what was published there and nobody took yet.
  public var published: Int

  /// Connects to the first broker of the list that answers, asks passively for each exchange and queue, and hangs up. Declares nothing;
  /// where the service declares, takes back bindings that nobody has, to learn whether the user may.
  ///
  /// - Throws: ``BrokerUnavailable`` of the last one if none was to be had.
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
    var failures: [BrokerUnavailable] = []
    for url in configuration.urls {
      do throws(AMQPError) {
        let connection = try Connection.open(url, name: configuration.connectionName + " (look)", heartbeat: configuration.heartbeat)
        let topology = Topology(configuration)
        var faults = try topology.faults(declares: configuration.declares, on: connection)
        // A service that declares nothing needs less.
        if faults.isEmpty, configuration.declares { faults = try topology.permissionFaults(on: connection) }
        if !faults.isEmpty { return BrokerInspection(broker: "\(url)", faults: faults, waiting: 0, consumers: 0, published: 0) }
        let queue = try connection.queueDepth(configuration.queue)
        let dead = try connection.queueDepth(configuration.deadLetters)
        return BrokerInspection(
          broker: "\(url)", faults: [], waiting: queue.messages, consumers: queue.consumers, published: dead.messages)
      } catch {
        failures.append(BrokerUnavailable(url: url, reason: error))
      }
    }
    guard let last = failures.last else { throw AMQPError(.unreachable, "there is no broker to ask") }
    throw last
  }
}

/// A broker that could not be looked at.
public struct BrokerUnavailable: Error, Sendable, Hashable, CustomStringConvertible {
  public let url: AMQPURL
  public let reason: AMQPError

  public var description: String { reason.description }
}
