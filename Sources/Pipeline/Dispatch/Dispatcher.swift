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
    case found([DueLane])
    case claimed(DispatchPlan.Claim, [DeliveryTask], nextDue: Timestamp?)
    case claimFailed(DispatchPlan.Claim)
    case recorded([AttemptRecord])
    case changed(forgetWaiting: Bool)
    case timerFired(Timestamp)
    case stop
    case drainTimedOut
  }

  private let configuration: Configuration
  private let store: any DeliveryStore
  private let sender: Sender
  private let clock: @Sendable () -> Timestamp
  private let onDead: @Sendable () -> Void
  private let logger: Logger
  private let messages = BatchStream<Message>()
  private let gauges = DispatchGauges()

  /// - Parameter onDead: told when dead letters were written to the outbox.
  public init(
    configuration: Configuration, store: any DeliveryStore, sender: Sender, clock: @escaping @Sendable () -> Timestamp, logger: Logger,
    onDead: @escaping @Sendable () -> Void
  ) {
    self.configuration = configuration
    self.store = store
    self.sender = sender
    self.clock = clock
    self.logger = logger
    self.onDead = onDead
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
        var turn = Turn(dispatcher: self)
        await turn.run(in: &group)
        group.cancelAll()
      }
    } onCancelOrGracefulShutdown: { [messages] in
      messages.send(.stop)
    }
  }

  /// The state of the one task.
  private struct Turn {
    let dispatcher: Dispatcher
    var plan: DispatchPlan
    /// Judged, and waiting for the record that is being written.
    var unwritten: [AttemptRecord] = []
    var isRecording = false
    var isStopping = false
    var timer: Timestamp?

    init(dispatcher: Dispatcher) {
      self.dispatcher = dispatcher
      plan = DispatchPlan(limits: dispatcher.configuration.limits)
    }

    mutating func run(in group: inout DiscardingTaskGroup) async {
      look(in: &group)
      for await batch in dispatcher.messages {
        for message in batch {
          guard handle(message, in: &group) else { return }
        }
        act(in: &group)
        if isStopping, plan.inFlight == 0, plan.unrecorded == 0 { return }
      }
    }

    /// - Returns: whether to go on.
    private mutating func handle(_ message: Message, in group: inout DiscardingTaskGroup) -> Bool {
      let now = dispatcher.clock()
      switch message {
      case .offered(let tasks): plan.offer(tasks)
      case .ended(let results): judge(results, now: now)
      case .found(let lanes): plan.found(lanes, at: now)
      case .claimed(let claim, let tasks, let nextDue): plan.claimed(tasks, by: claim, nextDue: nextDue, now: now)
      case .claimFailed(let claim): plan.claimFailed(claim)
      case .recorded(let records):
        isRecording = false
        for record in records { plan.recorded(record, now: now) }
        if records.contains(where: { $0.verdict.state.isDead }) { dispatcher.onDead() }
      case .changed(let forgetWaiting):
        if forgetWaiting { plan.forgetWaiting() }
        look(in: &group)
      case .timerFired(let time): if timer == time { timer = nil }
      case .stop:
        if isStopping { return true }
        isStopping = true
        let dispatcher = dispatcher
        group.addTask {
          try? await Task.sleep(for: dispatcher.configuration.drainTimeout)
          dispatcher.messages.send(.drainTimedOut)
        }
      case .drainTimedOut:
        dispatcher.logger.warning(
          "attempts were still in flight when the time to stop was over; they stay scheduled", metadata: ["attempts": "\(plan.inFlight)"])
        return false
      }
      return true
    }

    private mutating func act(in group: inout DiscardingTaskGroup) {
      let now = dispatcher.clock()
      record(in: &group)
      if !isStopping {
        send(at: now)
        for claim in plan.claims(at: now) { self.claim(claim, in: &group) }
        setTimer(in: &group)
      }
      dispatcher.gauges.set(inFlight: plan.inFlight, waiting: plan.waiting)
    }

    /// Starts what is granted, but for what a change of its subscription has overtaken on its way here.
    private mutating func send(at now: Timestamp) {
      while true {
        let granted = plan.grant(at: now)
        if granted.isEmpty { return }
        let current = granted.filter { dispatcher.store.isCurrent($0) }
        if !current.isEmpty { dispatcher.sender.send(current) }
        if current.count == granted.count { return }
        let kept = Set(current.map(\.id))
        for task in granted where !kept.contains(task.id) { plan.withdrawn(task) }
      }
    }

    // MARK: Results

    private mutating func judge(_ results: [AttemptResult], now: Timestamp) {
      var random = SystemRandomNumberGenerator()
      for result in results {
        plan.finished(result.task)
        let verdict = dispatcher.configuration.retryPolicy.verdict(on: result, now: now, using: &random)
        let record = AttemptRecord(result: result, verdict: verdict)
        if case .failure(let failure) = result.outcome, failure.kind == .stopped {
          // It was not made: the delivery stays as it is in the table.
          plan.recorded(record, now: now)
          continue
        }
        dispatcher.gauges.count(record)
        dispatcher.log(record)
        unwritten.append(record)
      }
    }

    private mutating func record(in group: inout DiscardingTaskGroup) {
      if isRecording || unwritten.isEmpty { return }
      isRecording = true
      let records = unwritten
      unwritten = []
      let dispatcher = dispatcher
      group.addTask {
        guard await dispatcher.recordUntilDone(records) else { return }
        dispatcher.messages.send(.recorded(records))
      }
    }

    // MARK: The table

    private func look(in group: inout DiscardingTaskGroup) {
      let dispatcher = dispatcher
      group.addTask {
        if let lanes = await dispatcher.untilDone("looking for due deliveries failed", { try await dispatcher.store.dueLanes() }) {
          dispatcher.messages.send(.found(lanes))
        }
      }
    }

    private func claim(_ claim: DispatchPlan.Claim, in group: inout DiscardingTaskGroup) {
      let dispatcher = dispatcher
      group.addTask {
        let now = dispatcher.clock()
        do {
          let tasks = try await dispatcher.store.claim(claim.lane, dueAt: now, excluding: claim.excluding, limit: claim.limit)
          let nextDue = tasks.count < claim.limit ? try await dispatcher.store.nextDue(of: claim.lane, after: now) : nil
          dispatcher.messages.send(.claimed(claim, tasks, nextDue: nextDue))
        } catch {
          dispatcher.logger.error("claiming deliveries failed; it is tried again", metadata: ["error": "\(error)"])
          // A back-off: the disk sends no signal when it is well again.
          try? await Task.sleep(for: .seconds(1))
          dispatcher.messages.send(.claimFailed(claim))
        }
      }
    }

    private mutating func setTimer(in group: inout DiscardingTaskGroup) {
      guard let next = plan.nextWakeUp else { return }
      // One that fires earlier is armed already, and sets the next.
      if let timer, timer <= next { return }
      timer = next
      let dispatcher = dispatcher
      group.addTask {
        let wait = next - dispatcher.clock()
        // Until a due time.
        if wait > .zero { try? await Task.sleep(for: wait, tolerance: .milliseconds(1)) }
        if !Task.isCancelled { dispatcher.messages.send(.timerFired(next)) }
      }
    }
  }

  private func recordUntilDone(_ records: [AttemptRecord]) async -> Bool {
    await untilDone("writing attempts down failed") { try await self.store.record(records) } != nil
  }

  /// Tries again, with growing gaps, until it works or the task is cancelled.
  private func untilDone<Value: Sendable>(
    _ failure: Logger.Message, _ work: @Sendable () async throws -> Value
  ) async -> Value? {
    var delay = Duration.milliseconds(100)
    while true {
      do {
        return try await work()
      } catch {
        if Task.isCancelled { return nil }
        logger.error(failure, metadata: ["error": "\(error)", "retry_in": "\(delay)"])
        // A back-off, as above.
        try? await Task.sleep(for: delay)
        delay = min(delay * 2, .seconds(5))
      }
    }
  }

  /// One wide line an attempt.
  private func log(_ record: AttemptRecord) {
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
        "reason": "\(record.verdict.reason)", "decision": "\(record.verdict.state.decision)",
      ])
  }
}

extension DeliveryState {
  var isDead: Bool { if case .dead = self { true } else { false } }

  fileprivate var decision: String {
    switch self {
    case .scheduled(let dueAt): "retry at \(dueAt.rfc3339)"
    case .succeeded, .cancelled: name
    case .dead(let reason): "dead (\(reason.rawValue))"
    }
  }
}
