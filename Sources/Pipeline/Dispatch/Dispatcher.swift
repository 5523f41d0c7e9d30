public import Fanfare
public import Logging
import Metrics
public import ServiceLifecycle
import Threading

/// The path from the disk to the receivers: starts attempts as the plan grants them, judges what comes back, and has it written down.
///
/// One task owns the plan; everything reaches it as messages. Claims and records are child tasks whose results come back the same way.
/// Attempts that end while a record is being written gather for the next one.
public final class Dispatcher<Sender: DeliverySender>: Service, HealthReporting {
  public struct Configuration: Sendable {
    public var limits = DispatchLimits()
    public var retryPolicy: RetryPolicy
    /// How long attempts in flight may take to end once the service is asked to stop.
    public var drainTimeout = Duration.seconds(10)

    public init(retryPolicy: RetryPolicy) { self.retryPolicy = retryPolicy }
  }

  enum Message: Sendable {
    case offered([DeliveryTask])
    case ended([AttemptResult])
    case found([DueLane], FoundEndpoints)
    case claimed(DispatchPlan.Claim, [DeliveryTask], nextDue: Timestamp?, upTo: Int64)
    case claimFailed(DispatchPlan.Claim)
    case recorded([AttemptRecord], givenUp: [EndpointID], RecordReceipt)
    case changed(forgetWaiting: Bool)
    case timerFired(Timestamp)
    case stop
    case drainTimedOut
  }

  let configuration: Configuration
  let store: any DeliveryStore
  let sender: Sender
  let clock: @Sendable () -> Timestamp
  let onRecorded: @Sendable (RecordReceipt) -> Void
  let logger: Logger
  let messages = BatchStream<Message>()
  let gauges = DispatchGauges()

  /// - Parameter onRecorded: told what writing attempts down gave rise to, but for deliveries, which the dispatcher takes over itself.
  public init(
    configuration: Configuration, store: any DeliveryStore, sender: Sender, clock: @escaping @Sendable () -> Timestamp, logger: Logger,
    onRecorded: @escaping @Sendable (RecordReceipt) -> Void
  ) {
    self.configuration = configuration
    self.store = store
    self.sender = sender
    self.clock = clock
    self.logger = logger
    self.onRecorded = onRecorded
  }

  /// Takes deliveries over that are durable and due. Any thread; returns at once.
  public func offer(_ deliveries: [DeliveryTask]) {
    if !deliveries.isEmpty { messages.send(.offered(deliveries)) }
  }

  /// Looks at the table again: deliveries were scheduled without being offered.
  public func lookAgain() {
    messages.send(.changed(forgetWaiting: false))
  }

  /// Drops what waits in memory and reads it from the table again: subscriptions changed.
  public func subscriptionsChanged() {
    messages.send(.changed(forgetWaiting: true))
  }

  public func health() async -> Health {
    Health(part: "dispatch", isReady: true, reason: "\(gauges.attemptsInFlight) attempts in flight")
  }

  public func run() async throws {
    await withTaskCancellationOrGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        group.addTask { [messages, sender] in
          for await results in sender.results { messages.send(.ended(results)) }
        }
        var turn = DispatcherTurn(dispatcher: self)
        await turn.run(in: &group)
        group.cancelAll()
      }
    } onCancelOrGracefulShutdown: { [messages] in
      messages.send(.stop)
    }
  }

  /// Tries again, with growing gaps, until it works or the task is cancelled.
  func untilDone<Value: Sendable>(
    _ failure: Logger.Message, _ work: @Sendable () async throws -> Value
  ) async -> Value? {
    var delay = Duration.milliseconds(100)
    while true {
      do {
        return try await work()
      } catch {
        if Task.isCancelled { return nil }
        logger.error(failure, metadata: ["error": "\(error)", "retry_in": "\(delay)"])
        // A back-off: the disk sends no signal when it is well again.
        try? await Task.sleep(for: delay)
        delay = min(delay * 2, .seconds(5))
      }
    }
  }

  /// A line when a breaker opens or closes, and when an endpoint is given up.
  func log(_ report: EndpointReport, of task: DeliveryTask) {
    let place: Logger.Metadata = [
      "url": "\(task.subscription.kind.publicURL(task.subscription.url))", "project": "\(task.subscription.scope.project)",
      "subscription": "\(task.subscription.id)",
    ]
    guard let health = report.health else { return logger.notice("an endpoint that failed is well again", metadata: place) }
    logger.warning(
      report.isGivenUp
        ? "an endpoint has failed for too long; its subscriptions are paused" : "an endpoint keeps failing and is only probed now",
      metadata: place.merging([
        "failures": "\(health.failures)", "failing_since": "\(health.failingSince.rfc3339)",
        "next_probe": "\(health.probeAt?.rfc3339 ?? "-")",
      ]) { first, _ in first })
  }

  /// One wide line an attempt.
  func log(_ record: AttemptRecord) {
    let task = record.result.task
    let level: Logger.Level =
      switch record.verdict.state {
      case .succeeded: task.attemptNumber > 1 ? .info : .debug
      case .scheduled, .cancelled: .info
      case .dead: .warning
      }
    logger.log(
      level: level, "attempt made",
      metadata: [
        "delivery": "\(task.id)", "event": "\(task.event.id)", "type": "\(task.event.type)",
        "project": "\(task.subscription.scope.project)",
        "subscription": "\(task.subscription.id)", "attempt": "\(task.attemptNumber)", "duration": "\(record.result.duration)",
        "reason": "\(record.verdict.reason)", "digest": "\(record.result.digest?.description ?? "-")",
        "decision": "\(record.verdict.state.decision)",
      ])
  }
}

extension DeliveryState {
  fileprivate var decision: String {
    switch self {
    case .scheduled(let dueAt): "retry at \(dueAt.rfc3339)"
    case .succeeded, .cancelled: name
    case .dead(let reason): "dead (\(reason.rawValue))"
    }
  }
}

/// What the store knows of endpoints.
struct FoundEndpoints: Sendable {
  var health: [EndpointID: EndpointHealth]
  var pauses: [EndpointID: Timestamp]
}
