internal import CCurl
internal import Failpoints
public import Fanfare
public import Logging
public import Metrics
public import ServiceLifecycle
internal import Synchronization
public import Threading

/// Makes attempts over HTTP: webhooks and Slack messages, many at once on one thread, over connections that are kept.
///
/// Requests are rendered and signed on the caller's side of ``send(_:)``; the thread does nothing but move bytes. The sender has no
/// queue of its own and starts all that it is given: whoever sends holds to a bound (the dispatcher's slots).
///
/// Any thread may call it. It works while ``run()`` does; tasks sent before are started then. When it is told to stop, attempts in
/// flight have ``HTTPSenderConfiguration/stopGrace`` to end, what comes back unanswered is `.failure(.stopped)`, and ``results``
/// finishes. What is sent after that is dropped: its delivery still stands in the store as scheduled.
public final class HTTPSender: DeliverySender, HealthReporting, Service {
  public let results = BatchStream<AttemptResult>()

  private let configuration: HTTPSenderConfiguration
  private let renderer: RequestRenderer
  private let addressGuard: AddressGuard
  private let waker: Waker
  private let mailbox: Mailbox<SenderMessage>
  private let phase = Mutex(Phase.waiting)
  private let inFlight = Atomic(0)
  private let metrics: SenderMetrics
  private let logger: Logger

  private enum Phase {
    /// Made, not yet run.
    case waiting
    case running
    case stopping
    case stopped
  }

  /// - Throws: ``ThreadingError`` if the process has no descriptors left.
  public init(configuration: HTTPSenderConfiguration, logger: Logger, metrics: any MetricsFactory = MetricsSystem.factory) throws {
    self.configuration = configuration
    self.logger = logger
    self.metrics = SenderMetrics(factory: metrics)
    addressGuard = AddressGuard(allowing: configuration.allowNetworks)
    renderer = RequestRenderer(userAgentVersion: configuration.userAgentVersion, requireHTTPS: configuration.requireHTTPS)
    let waker = try Waker()
    self.waker = waker
    mailbox = Mailbox { waker.wake() }
  }

  public func send(_ tasks: [DeliveryTask]) {
    let now = configuration.clock()
    var prepared: [PreparedAttempt] = []
    prepared.reserveCapacity(tasks.count)
    var refused: [AttemptResult] = []
    for task in tasks {
      switch renderer.request(for: task, at: now).flatMap(allowed) {
      case .success(let request): prepared.append(PreparedAttempt(task: task, request: request, startedAt: now))
      case .failure(let refusal):
        refused.append(AttemptResult(task: task, startedAt: now, duration: .zero, outcome: .failure(refusal.failure)))
      }
    }
    Failpoint.requestRendered.reach()
    results.send(refused)
    if !prepared.isEmpty { start(prepared) }
  }

  /// Through a proxy the address that is connected to is the proxy's, so the receiver's is judged here as far as it can be.
  func allowed(_ request: OutboundRequest) -> Result<OutboundRequest, RequestRenderer.Refusal> {
    guard configuration.proxy != nil, let (address, kind) = addressGuard.refusal(ofHostIn: request.url) else { return .success(request) }
    return .failure(RequestRenderer.Refusal(.refused(address, kind: kind)))
  }

  /// Starts attempts whose requests are made already.
  func start(_ prepared: [PreparedAttempt]) {
    // Under the lock, so that nothing is posted after the thread has drained the mailbox for the last time.
    phase.withLock { phase in
      if phase != .stopped { mailbox.post(.start(prepared)) }
    }
  }

  /// Works until the surrounding service group shuts down or the task is cancelled; cancelled, it grants no grace.
  ///
  /// - Throws: ``CurlError`` or ``ThreadingError`` if the thread cannot be set up. Tasks that were sent come back as stopped then.
  public func run() async throws {
    Self.initializeCurl
    phase.withLock { $0 = .running }
    let fault = Mutex<(any Error)?>(nil)
    defer { end() }
    try await withGracefulShutdownHandler {
      try await withDedicatedThread(named: "fanfare-curl") {
        do { try self.loop() } catch { fault.withLock { $0 = error } }
      } onCancel: {
        self.mailbox.post(.stop(grace: .zero))
      }
    } onGracefulShutdown: {
      self.mailbox.post(.stop(grace: self.configuration.stopGrace))
    }
    if let error = fault.withLock({ $0 }) { throw error }
  }

  public func health() async -> Health {
    let count = inFlight.load(ordering: .relaxed)
    return switch phase.withLock({ $0 }) {
    case .waiting: Health(part: "delivery", isReady: false, reason: "HTTP delivery has not started yet")
    case .running: Health(part: "delivery", isReady: true, reason: "\(count) attempts are in flight")
    case .stopping: Health(part: "delivery", isReady: false, reason: "HTTP delivery is stopping; \(count) attempts are in flight")
    case .stopped: Health(part: "delivery", isReady: false, reason: "HTTP delivery has stopped")
    }
  }

  // MARK: The curl thread

  private func loop() throws {
    let limits = TransferLimits(
      timeout: configuration.timeout, connectTimeout: configuration.connectTimeout, maxResponseBytes: configuration.maxResponseBytes,
      caFile: configuration.caFile, proxy: configuration.proxy?.text, nameCacheTime: configuration.nameCacheTime, addressGuard: addressGuard
    )
    var multi = try CurlMulti(limits: limits, connectionCacheSize: configuration.connectionCacheSize, waker: waker)
    var opened = 0
    var deadline: ContinuousClock.Instant?
    var finished: [AttemptResult] = []
    logger.info("HTTP delivery has started")

    while true {
      for message in mailbox.drain() {
        switch message {
        case .start(let attempts):
          for attempt in attempts {
            Failpoint.requestTaken.reach()
            let result = deadline == nil ? multi.start(attempt) : attempt.stopped
            if let result { finished.append(result) }
          }
        case .stop(let grace):
          // The first word counts, unless a later one is in more of a hurry.
          let end = ContinuousClock.now + grace
          deadline = min(deadline ?? end, end)
          phase.withLock { $0 = .stopping }
        }
      }
      multi.collect(into: &finished)
      if let deadline, deadline <= .now {
        let abandoned = multi.abandonAll()
        if !abandoned.isEmpty {
          logger.warning("HTTP delivery stopped before some attempts had ended", metadata: ["attempts": "\(abandoned.count)"])
        }
        finished += abandoned
      }
      if !finished.isEmpty {
        Failpoint.answersRead.reach()
        for result in finished { metrics.attemptEnded(result) }
        results.send(finished)
        finished = []
      }
      metrics.connectionsOpened(multi.connectionsOpened - opened)
      opened = multi.connectionsOpened
      if inFlight.exchange(multi.inFlight, ordering: .relaxed) != multi.inFlight { metrics.inFlight(multi.inFlight) }
      if deadline != nil, multi.inFlight == 0 { break }
      multi.turn(waiting: deadline.map { $0 - .now } ?? .seconds(60))
    }
    logger.info("HTTP delivery has stopped")
  }

  /// Gives back what was never started, and finishes the results.
  private func end() {
    let left = phase.withLock { phase in
      phase = .stopped
      return mailbox.drain()
    }
    for case .start(let attempts) in left { results.send(attempts.map(\.stopped)) }
    results.finish()
  }

  /// Once in a process, before any other thread uses libcurl.
  private static let initializeCurl: Void = { curl_global_init(Int(CURL_GLOBAL_ALL)) }()
}

/// What the curl thread is told.
private enum SenderMessage: Sendable {
  case start([PreparedAttempt])
  case stop(grace: Duration)
}

extension PreparedAttempt {
  var stopped: AttemptResult {
    AttemptResult(task: task, startedAt: startedAt, duration: .zero, outcome: .failure(.stopped))
  }
}
