public import Fanfare
public import Logging
public import ServiceLifecycle

/// The internal listener: the door for events, and health.
public struct InternalServer: Service {
  public struct Configuration: Sendable {
    public var address: ListenAddress
    /// Required from producers if there is one. On another address than loopback there has to be one; whoever composes this sees to it.
    public var token: String?
    /// `events.maxBytes`: the longest request body.
    public var maxBodyBytes: Int
    public var version: String
    public var limits = ListenerLimits()
    /// Networks of the proxies whose `X-Forwarded-For` is believed.
    public var trustedProxies: [CIDR] = []

    public init(address: ListenAddress, token: String? = nil, maxBodyBytes: Int = 1_048_576, version: String) {
      self.address = address
      self.token = token
      self.maxBodyBytes = maxBodyBytes
      self.version = version
    }
  }

  private let listener: Listener
  /// All that it answers.
  let routes: [Route]

  public init(
    configuration: Configuration, ports: APIPorts, metrics: PrometheusMetrics, logger: Logger = Logger(label: "fanfare.http.internal")
  ) {
    let access: Route.Access = configuration.token == nil ? .anonymousToo : .authenticated
    let described =
      CreateEventRoutes(intake: ports.intake, events: ports.events).routes.map { $0.with(access: access) }
      + HealthRoutes(parts: ports.health, version: configuration.version).routes
    routes = described + DocumentationRoutes(describing: described, version: configuration.version).routes
    let authenticator: any Authenticator =
      if let token = configuration.token { TokenAuthenticator(token: token, holder: .anonymous) } else { OpenDoor() }
    listener = Listener(
      address: configuration.address, limits: configuration.limits, certificate: nil,
      responder: APIResponder(
        table: RouteTable(routes),
        admission: Admission(authenticator: authenticator, rules: AdmissionRules(), metrics: metrics, now: ports.now),
        requestIDs: RequestIDs(now: ports.now), metrics: HTTPMetrics(factory: metrics), maxBodyBytes: configuration.maxBodyBytes,
        trustedProxies: configuration.trustedProxies, refusesPages: configuration.token == nil, logger: logger),
      metrics: ConnectionMetrics(listener: "internal", factory: metrics), logger: logger)
  }

  /// The port it listens on; waits until it does.
  ///
  /// - Throws: ``ListenError`` if it could not.
  public var port: Int { get async throws { try await listener.boundPort.value } }

  public func run() async throws { try await listener.run() }
}
