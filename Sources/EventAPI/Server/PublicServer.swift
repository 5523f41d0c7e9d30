public import Fanfare
public import Logging
public import ServiceLifecycle

/// The public listener: queries, subscriptions, deliveries, health, metrics and the front page.
public struct PublicServer: Service {
  public struct Configuration: Sendable {
    public var address: ListenAddress
    /// `events.maxBytes`: the longest request body.
    public var maxBodyBytes: Int
    public var version: String
    public var admission: AdmissionRules
    public var limits = ListenerLimits()
    /// With it the listener speaks TLS 1.2 and newer, and nothing else.
    public var certificate: ServerCertificate?
    /// Networks of the proxies whose `X-Forwarded-For` is believed.
    public var trustedProxies: [CIDR] = []
    /// The pages of other sites that browsers let in.
    public var crossOrigin = CrossOrigin()
    public var stream = StreamLimits()

    public init(
      address: ListenAddress, maxBodyBytes: Int = 1_048_576, version: String, admission: AdmissionRules = AdmissionRules()
    ) {
      self.address = address
      self.maxBodyBytes = maxBodyBytes
      self.version = version
      self.admission = admission
    }
  }

  private let listener: Listener
  /// All that it answers.
  let routes: [Route]

  /// - Parameters:
  ///   - authenticator: guards everything but health and the front page.
  ///   - metrics: what `/metrics` shows, and where this server counts its requests.
  public init(
    configuration: Configuration, ports: APIPorts, authenticator: any Authenticator, metrics: PrometheusMetrics,
    logger: Logger = Logger(label: "fanfare.http")
  ) {
    routes = Self.routes(for: configuration, ports: ports, metrics: metrics)
    listener = Listener(
      address: configuration.address, limits: configuration.limits, certificate: configuration.certificate,
      responder: APIResponder(
        table: RouteTable(routes),
        admission: Admission(authenticator: authenticator, rules: configuration.admission, metrics: metrics, now: ports.now),
        requestIDs: RequestIDs(now: ports.now), metrics: HTTPMetrics(factory: metrics), maxBodyBytes: configuration.maxBodyBytes,
        trustedProxies: configuration.trustedProxies, crossOrigin: configuration.crossOrigin, logger: logger),
      metrics: ConnectionMetrics(listener: "public", factory: metrics), logger: logger)
  }

  /// The port it listens on; waits until it does.
  ///
  /// - Throws: ``ListenError`` if it could not.
  public var port: Int { get async throws { try await listener.boundPort.value } }

  public func run() async throws { try await listener.run() }

  /// All that the server answers.
  static func routes(for configuration: Configuration, ports: APIPorts, metrics: PrometheusMetrics) -> [Route] {
    let described =
      EventRoutes(events: ports.events).routes + ExplainRoute(events: ports.events).routes
      + StreamRoutes(ports: ports, limits: configuration.stream, metrics: metrics).routes
      + ExportRoutes(ports: ports, limits: configuration.stream).routes + SubscriptionRoutes(ports: ports).routes
      + DryRunRoutes(ports: ports).routes + SubscriptionEntryRoutes(ports: ports).routes + PingRoutes(ports: ports).routes
      + DeliveryRoutes(ports: ports).routes
      + DeadLetterRoutes(ports: ports).routes + QuarantineRoutes(ports: ports).routes
      + ReplayRoutes(ports: ports).routes
      + AccountRoutes(ports: ports).routes + KeyRoutes(ports: ports).routes
      + HealthRoutes(parts: ports.health, version: configuration.version).routes
      + MetricsRoutes(metrics: metrics, inspection: ports.inspection, now: ports.steadyNow, version: configuration.version).routes
      + FrontPage(version: configuration.version).routes
    return described + DocumentationRoutes(describing: described, version: configuration.version).routes
  }
}
