public import Fanfare
public import Logging
internal import Metrics
public import ServiceLifecycle
internal import Synchronization
internal import Threading

/// Sends test messages by the same rules as deliveries, and apart from them: over connections of its own, with no say in what becomes of
/// deliveries and endpoints.
///
/// It has no bound of its own; whoever pings holds to one. It works while ``run()`` does.
public final class Pinger: Service {
  private let sender: HTTPSender
  private let renderer: RequestRenderer
  private let clock: @Sendable () -> Timestamp
  private let makeID: @Sendable () -> KSUID
  private let state = Mutex(State())

  private struct State {
    var waiting: [DeliveryID: Waiting] = [:]
    var hasEnded = false
  }

  private struct Waiting {
    let attempt: PreparedAttempt
    let continuation: CheckedContinuation<AttemptResult, Never>
  }

  /// - Parameters:
  ///   - configuration: as the deliveries' sender has it.
  ///   - makeID: never the same one twice.
  /// - Throws: ``ThreadingError`` if the process has no descriptors left.
  public init(configuration: HTTPSenderConfiguration, logger: Logger, makeID: @escaping @Sendable () -> KSUID) throws {
    var configuration = configuration
    // Few pings come one after the other.
    configuration.connectionCacheSize = 1
    var logger = logger
    logger.logLevel = max(logger.logLevel, .warning)
    // What is measured is the deliveries.
    sender = try HTTPSender(configuration: configuration, logger: logger, metrics: NOOPMetricsHandler.instance)
    renderer = RequestRenderer(userAgentVersion: configuration.userAgentVersion, requireHTTPS: configuration.requireHTTPS)
    clock = configuration.clock
    self.makeID = makeID
  }

  /// Sends one message and waits for what comes of it, which is at most as long as an attempt takes. Paused and disabled subscriptions
  /// are pinged, too.
  public func ping(_ subscription: Subscription) async -> PingReport {
    let now = clock()
    let task = Ping.task(for: subscription, id: makeID(), at: now)
    switch renderer.request(for: task, at: now).flatMap(sender.allowed) {
    case .failure(let refusal):
      return PingReport(kind: subscription.kind, request: nil, outcome: .failure(refusal.failure), duration: .zero)
    case .success(let request):
      let result = await result(of: PreparedAttempt(task: task, request: request, startedAt: now))
      return PingReport(
        kind: subscription.kind, request: Self.shown(request, of: subscription), outcome: result.outcome, duration: result.duration)
    }
  }

  private func result(of attempt: PreparedAttempt) async -> AttemptResult {
    await withCheckedContinuation { continuation in
      let hasEnded = state.withLock { state in
        if !state.hasEnded { state.waiting[attempt.task.id] = Waiting(attempt: attempt, continuation: continuation) }
        return state.hasEnded
      }
      if hasEnded { return continuation.resume(returning: attempt.stopped) }
      sender.start([attempt])
    }
  }

  private static func shown(_ request: OutboundRequest, of subscription: Subscription) -> PingReport.Request {
    let own = Set(subscription.headers.map { $0.name.lowercased() })
    return PingReport.Request(
      url: subscription.kind.publicURL(request.url),
      headers: request.headers.fields.map { own.contains($0.name.lowercased()) ? ($0.name, "…") : $0 }, body: request.body)
  }

  /// Works until the surrounding service group shuts down or the task is cancelled.
  public func run() async throws {
    defer { end() }
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await self.sender.run() }
      for await results in sender.results {
        for result in results { state.withLock { $0.waiting.removeValue(forKey: result.task.id) }?.continuation.resume(returning: result) }
      }
      try await tasks.waitForAll()
    }
  }

  /// What the sender dropped because it had stopped gets its answer here.
  private func end() {
    let left = state.withLock { state in
      state.hasEnded = true
      defer { state.waiting = [:] }
      return state.waiting
    }
    for waiting in left.values { waiting.continuation.resume(returning: waiting.attempt.stopped) }
  }
}
