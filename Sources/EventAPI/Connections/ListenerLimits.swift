/// How many clients a listener serves, and how long each may keep it waiting.
public struct ListenerLimits: Sendable, Hashable {
  /// Connections that are served at once. Further ones are answered with 503, and when there are many of those, too, they wait in the
  /// system's backlog.
  public var maxConnections: Int
  /// How long a connection may stay open between two requests.
  public var idleTimeout: Duration
  /// How long a request's head may take from its first byte, and a new connection to send one (TLS handshake included).
  public var headerTimeout: Duration
  /// How long a client may take to send, or to read, the next ``leastProgress`` bytes of a body.
  public var bodyTimeout: Duration

  public init(
    maxConnections: Int = 1024, idleTimeout: Duration = .seconds(60), headerTimeout: Duration = .seconds(10),
    bodyTimeout: Duration = .seconds(30)
  ) {
    self.maxConnections = maxConnections
    self.idleTimeout = idleTimeout
    self.headerTimeout = headerTimeout
    self.bodyTimeout = bodyTimeout
  }
}

extension ListenerLimits {
  /// Bytes of all headers and the request line.
  static let maximumHeadBytes = 32 * 1024
  static let maximumHeaderFields = 100
  /// Connections beyond ``maxConnections`` that are told so at the same time.
  static let maximumRefusals = 128
  /// Bytes of a body that have to move within ``bodyTimeout``: a byte now and then is not progress.
  static let leastProgress = 16 * 1024
  /// What is still read of a body that nobody wants, to keep the connection for the next request.
  static let maximumDrainedBytes = 64 * 1024
  /// How long a client has for reading its last answer and closing, while what it still sends is thrown away: closing with unread bytes
  /// would reset the connection and take the answer away from it.
  static let lingerTime = Duration.seconds(2)
}
