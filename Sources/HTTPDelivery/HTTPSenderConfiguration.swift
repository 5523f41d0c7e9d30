public import Fanfare

/// How attempts are made.
public struct HTTPSenderConfiguration: Sendable {
  /// The whole attempt: name, connection, request and response.
  public var timeout: Duration
  /// The part of it until the connection stands, TLS included.
  public var connectTimeout: Duration
  /// How much of a response's body is read and kept.
  public var maxResponseBytes: Int
  /// Private and other special networks that may be connected to all the same.
  public var allowNetworks: [CIDR]
  /// All attempts go through it, and none past it; nil for none. Never taken from the environment.
  ///
  /// The proxy is connected to whatever its address is. It resolves the names of receivers, out of the address guard's sight: literal
  /// addresses and `localhost` are refused here all the same, and which other addresses it connects to is for the proxy to limit.
  public var proxy: ProxyURL?
  /// How long an address that DNS gave is used for further connections.
  public var nameCacheTime: Duration
  /// Refuses `http://` URLs.
  public var requireHTTPS: Bool
  /// For `User-Agent: Fanfare/<version>`.
  public var userAgentVersion: String
  /// Idle connections that are kept for the next attempt.
  public var connectionCacheSize: Int
  /// How long attempts in flight may go on once the sender is told to stop.
  public var stopGrace: Duration
  /// A PEM file of certificate authorities instead of the system's.
  public var caFile: String?
  /// Reads the time, for signatures and for when an attempt started.
  public var clock: @Sendable () -> Timestamp

  public init(
    timeout: Duration = .seconds(15), connectTimeout: Duration = .seconds(10), maxResponseBytes: Int = 8192, allowNetworks: [CIDR] = [],
    proxy: ProxyURL? = nil, nameCacheTime: Duration = .seconds(60), requireHTTPS: Bool = false, userAgentVersion: String,
    connectionCacheSize: Int = 256, stopGrace: Duration = .seconds(10),
    caFile: String? = nil, clock: @escaping @Sendable () -> Timestamp
  ) {
    self.timeout = timeout
    self.connectTimeout = connectTimeout
    self.maxResponseBytes = maxResponseBytes
    self.allowNetworks = allowNetworks
    self.proxy = proxy
    self.nameCacheTime = nameCacheTime
    self.requireHTTPS = requireHTTPS
    self.userAgentVersion = userAgentVersion
    self.connectionCacheSize = connectionCacheSize
    self.stopGrace = stopGrace
    self.caFile = caFile
    self.clock = clock
  }
}
