/// What went wrong between us and a broker.
public struct AMQPError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// No connection: no address, refused, timed out.
    case unreachable
    /// TLS: the peer's certificate or ours, or the handshake.
    case tls
    /// The broker does not know the user, or the user may not use the virtual host.
    case refusedLogin = "refused_login"
    /// Exchanges or queues are missing, or are other than expected.
    case topology
    /// The connection ended, or its peer fell silent.
    case connectionLost = "connection_lost"
    /// The broker closed the connection or the channel, and said why.
    case closedByBroker = "closed_by_broker"
    /// The broker cancelled the consumer: the queue was deleted or its leader has gone.
    case consumerCancelled = "consumer_cancelled"
    /// Published, and not confirmed in time.
    case confirmsMissing = "confirms_missing"
    /// There is no connection at the moment.
    case notConnected = "not_connected"
    /// The service has stopped, or was never to run again.
    case stopped
  }

  public let code: Code
  /// librabbitmq's status (negative) or AMQP's reply code (positive); 0 where there is none.
  public let nativeCode: Int
  /// A sentence without its full stop. Names hosts and queues, never a password.
  public let description: String

  /// Whether trying again may help with nothing changed by a person.
  public var isRetriable: Bool {
    switch code {
    case .unreachable, .connectionLost, .closedByBroker, .consumerCancelled, .confirmsMissing, .notConnected: true
    case .tls, .refusedLogin, .topology, .stopped: false
    }
  }

  init(_ code: Code, native: Int = 0, _ description: String) {
    self.code = code
    self.nativeCode = native
    self.description = description
  }
}
