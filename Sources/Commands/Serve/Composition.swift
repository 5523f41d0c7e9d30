import AMQPSource
import EventAPI
import Fanfare
import Glibc
import HTTPDelivery
import Logging
import Metrics
import Pipeline
import SQLiteStore
import ServiceLifecycle
import UnixSignals

/// Puts the parts together: the only place that sees more than one adapter.
///
/// The services start in the order of the path from the disk outwards and stop the other way round: first the doors, then the loops, the
/// store last. Each is awaited; what is in flight when its time is over stays scheduled.
struct Composition {
  let settings: Settings
  let configuration: ConfigurationReload

  func run() async throws {
    // A reload that comes before the ``Reloader`` listens must not end the start, nor be forgotten.
    let hangUps = await UnixSignalsSequence(trapping: .sighup)
    // A limit of file sizes is an error like that of a full disk, and no reason to die.
    signal(SIGXFSZ, SIG_IGN)
    let logger = Logger(label: "fanfare")
    // The store holds secrets: what is made from here on is for its owner alone.
    umask(0o077)
    let (limit, needed) = (FileDescriptors.raiseLimit(), FileDescriptors.needed(by: settings))
    if limit < needed {
      logger.warning("The system's limit of open files is low for these settings", metadata: ["limit": "\(limit)", "needed": "\(needed)"])
    }
    let prometheus = PrometheusMetrics(help: MetricsHelp.sentences)
    MetricsSystem.bootstrap(prometheus)
    // What may be wrong with files comes before anything is made.
    let certificate = try settings.http.tls.map { try ServerCertificate($0) }
    if let certificate { logger.info("The public listener speaks TLS", metadata: certificate.metadata) }
    let jwt = try await makeJWTParts()
    try makeDirectory(settings.dataDirectory)
    let hadKey = settings.secretKeyFile.isThere
    let store = try openStore(logger)
    try await prepareAccounts(store, hadKey: hadKey, logger)
    let ids = SubscriptionIDs()
    let sender = try makeSender()
    let pinger = try Pinger(configuration: senderConfiguration, logger: Logger(label: "fanfare.ping"), makeID: ids.nextKSUID)
    let broker = try makeBroker(store: store)
    let commits = CommitSignal()
    let dispatcher = makeDispatcher(store: store, sender: sender) { receipt in
      if receipt.hasEvents { commits.fire() }
      if receipt.hasOutbox { broker?.relay.wake() }
    }
    let onReceipt: @Sendable (IngestReceipt) -> Void = { receipt in
      commits.fire()
      dispatcher.offer(receipt.deliveries)
      if receipt.hasOutbox { broker?.relay.wake() }
    }

    let reader = MessageReader(decoder: decoder, clock: SystemClock.now)
    let door = EventDoor(reader: reader, store: store, quarantine: store, onReceipt: onReceipt)
    var health: [any HealthReporting] = [store, dispatcher, sender]
    if let endpoint = jwt?.endpoint { health.append(endpoint) }
    if let broker { health += [broker.consumer, broker.publisher] }
    let replays = ReplayRunner(store: store, logger: logger, onScheduled: dispatcher.lookAgain)
    var ports = APIPorts(
      intake: door, events: store, subscriptions: store, deliveries: store, accounts: store, inspection: store, health: health,
      now: SystemClock.now, makeID: ids.next, onRequeue: dispatcher.lookAgain, onSubscriptionsChanged: dispatcher.subscriptionsChanged,
      commits: commits, ping: pinger.ping)
    ports.steadyNow = SystemClock.steadyNow
    ports.onReplay = replays.wake
    let publicServer = PublicServer(
      configuration: publicConfiguration(certificate), ports: ports,
      authenticator: CredentialAuthenticator(
        keys: KeyAuthenticator(accounts: store, now: SystemClock.now), tokens: jwt?.authenticator), metrics: prometheus)
    let internalServer = InternalServer(configuration: internalConfiguration, ports: ports, metrics: prometheus)

    let retention = Retention(limits: settings.retention, store: store, clock: SystemClock.now, logger: Logger(label: "fanfare.retention"))

    let impatience = Impatience(logger: logger)
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
      .init(service: impatience),
      .init(service: store), .init(service: sender), .init(service: dispatcher), .init(service: pinger), .init(service: replays),
      .init(service: retention),
    ]
    if let broker {
      let ingestor = Ingestor(source: broker.consumer, reader: reader, store: store, logger: logger, onReceipt: onReceipt)
      services += [
        .init(service: broker.publisher), .init(service: broker.relay), .init(service: ingestor), .init(service: broker.consumer),
      ]
    } else {
      logger.warning("amqp.url is not set: events come in over HTTP only, and dead letters stay in the store")
    }
    if let endpoint = jwt?.endpoint { services.append(.init(service: endpoint)) }
    services += [.init(service: internalServer), .init(service: publicServer)]
    let reloadable = [configuration.reloadable, certificate?.reloadable].compactMap(\.self)
    services.append(.init(service: Reloader(hangUps: hangUps, parts: reloadable, logger: logger)))
    services.append(
      .init(service: Announcement(publicServer: publicServer, internalServer: internalServer, settings: settings, logger: logger)))

    var configuration = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], cancellationSignals: [], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(30)
    do {
      try await ServiceGroup(configuration: configuration).run()
    } catch is CancellationError where impatience.isStopping {
      // As after a kill, nothing is lost by it.
      logger.warning("The time to stop was over before everything had ended; the next start goes on with the rest")
    }
    logger.info("The service has stopped")
  }

  // MARK: Parts

  private var decoder: EventDecoder {
    EventDecoder(
      maximumBytes: settings.events.maxBytes, extraTypes: Set(settings.events.extraTypes), unknownTypes: settings.events.unknownTypes)
  }

  private func publicConfiguration(_ certificate: ServerCertificate?) -> PublicServer.Configuration {
    var configuration = PublicServer.Configuration(
      address: settings.httpListen, maxBodyBytes: settings.events.maxBytes, version: FanfareCommand.version)
    configuration.limits = settings.http.limits
    configuration.certificate = certificate
    configuration.trustedProxies = settings.http.trustedProxies
    configuration.crossOrigin = settings.http.crossOrigin
    configuration.stream = StreamLimits(
      maximumStreams: settings.stream.maximumConnections, heartbeat: settings.stream.heartbeat,
      patience: settings.stream.slowClientTimeout)
    configuration.admission = AdmissionRules(
      allowsAnonymous: settings.auth.anonymous == .public, requestLimit: settings.http.requestLimit)
    return configuration
  }

  private var internalConfiguration: InternalServer.Configuration {
    var configuration = InternalServer.Configuration(
      address: settings.internalListen, token: settings.internalToken, maxBodyBytes: settings.events.maxBytes,
      version: FanfareCommand.version)
    configuration.limits = settings.http.limits
    configuration.trustedProxies = settings.http.trustedProxies
    return configuration
  }

  private func openStore(_ logger: Logger) throws -> SQLiteStore {
    let keyFile = settings.secretKeyFile
    let hadKey = keyFile.isThere
    let store = try SQLiteStore.open(settings.storeConfiguration())
    if !hadKey {
      logger.notice(
        "A key was made that secrets in the store are encrypted with; a backup is of no use without it",
        metadata: ["file": "\(keyFile.path)"])
    }
    return store
  }

  private func prepareAccounts(_ store: SQLiteStore, hadKey: Bool, _ logger: Logger) async throws {
    let path = settings.adminTokenPath
    switch try await FirstStart.prepare(store, tokenPath: path) {
    case .accountMade(isTokenNew: false) where hadKey:
      // Somebody may have put both there; or the database is gone, and producers and receivers would not notice.
      logger.warning(
        "The store is empty, though admin.token and the key of its secrets were there: if it held anything, stop, and restore its backup",
        metadata: ["file": "\(settings.storePath)"])
    case .accountMade:
      logger.notice("The store had no account: admin was made, and its key is in admin.token", metadata: ["file": "\(path)"])
    case .nothingToDo: break
    case .noToken:
      logger.notice(
        "There is no admin.token; while the service is stopped, 'fanfare keys create admin --offline' makes a key",
        metadata: ["file": "\(path)"])
    }
  }

  private func makeSender() throws -> HTTPSender {
    try HTTPSender(configuration: senderConfiguration, logger: Logger(label: "fanfare.delivery"))
  }

  private var senderConfiguration: HTTPSenderConfiguration {
    let delivery = settings.delivery
    return HTTPSenderConfiguration(
      timeout: delivery.timeout, connectTimeout: min(delivery.timeout, .seconds(10)), allowNetworks: delivery.allowNetworks,
      proxy: delivery.proxy, requireHTTPS: delivery.requiresHTTPS, userAgentVersion: FanfareCommand.version,
      connectionCacheSize: delivery.concurrency, clock: SystemClock.now)
  }

  private func makeDispatcher(
    store: SQLiteStore, sender: HTTPSender, onRecorded: @escaping @Sendable (RecordReceipt) -> Void
  ) -> Dispatcher<HTTPSender> {
    var configuration = Dispatcher<HTTPSender>.Configuration(retryPolicy: RetryPolicy(schedule: settings.delivery.retrySchedule))
    configuration.limits.concurrency = settings.delivery.concurrency
    configuration.limits.perEndpoint = settings.delivery.perEndpointConcurrency
    configuration.limits.breaker = BreakerRules(pausesAfter: settings.delivery.pauseAfter)
    return Dispatcher(
      configuration: configuration, store: store, sender: sender, clock: SystemClock.steadyNow, logger: Logger(label: "fanfare.delivery"),
      onRecorded: onRecorded)
  }

  private struct Broker {
    let consumer: AMQPConsumer
    let publisher: AMQPPublisher
    let relay: OutboxRelay
  }

  /// Nil if no broker is configured.
  private func makeBroker(store: SQLiteStore) throws -> Broker? {
    if settings.amqp.urls.isEmpty { return nil }
    let configuration = settings.amqp.configuration
    var logger = Logger(label: "fanfare.amqp")
    let relayLogger = logger
    logger[metadataKey: "connection"] = "consumer"
    let consumer = try AMQPConsumer(configuration, logger: logger)
    logger[metadataKey: "connection"] = "publisher"
    let publisher = try AMQPPublisher(configuration, logger: logger)
    return Broker(
      consumer: consumer, publisher: publisher,
      relay: OutboxRelay(outbox: store, publisher: publisher, logger: relayLogger))
  }
}
