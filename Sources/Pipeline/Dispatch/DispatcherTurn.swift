import Failpoints
import Fanfare
import Logging
import Threading

/// The state of the dispatcher's one task.
struct DispatcherTurn<Sender: DeliverySender> {
  typealias Message = Dispatcher<Sender>.Message

  let dispatcher: Dispatcher<Sender>
  var plan: DispatchPlan
  /// Judged, and waiting for the record that is being written.
  var unwritten: [AttemptRecord] = []
  /// With them, what changed in how endpoints fare: the last word on each.
  var reports: [EndpointID: EndpointReport] = [:]
  /// Names digests.
  var ids = KSUIDGenerator()
  var isRecording = false
  var isStopping = false
  var timer: Timestamp?

  init(dispatcher: Dispatcher<Sender>) {
    self.dispatcher = dispatcher
    plan = DispatchPlan(limits: dispatcher.configuration.limits, start: dispatcher.clock())
  }

  mutating func run(in group: inout DiscardingTaskGroup) async {
    look(in: &group)
    for await batch in dispatcher.messages {
      for message in batch {
        guard handle(message, in: &group) else { return }
      }
      act(in: &group)
      if isStopping, plan.attemptsInFlight == 0, plan.unrecorded == 0 { return }
    }
  }

  /// - Returns: whether to go on.
  private mutating func handle(_ message: Message, in group: inout DiscardingTaskGroup) -> Bool {
    let now = dispatcher.clock()
    switch message {
    case .offered(let tasks): plan.offer(tasks)
    case .ended(let results): judge(results, now: now)
    case .found(let lanes, let endpoints): plan.found(lanes, health: endpoints.health, pauses: endpoints.pauses, at: now)
    case .claimed(let claim, let tasks, let nextDue, let newest):
      plan.claimed(tasks, by: claim, nextDue: nextDue, upTo: newest, now: now)
    case .claimFailed(let claim): plan.claimFailed(claim)
    case .recorded(let records, let givenUp, let receipt):
      isRecording = false
      for endpoint in givenUp { plan.gaveUp(endpoint) }
      for record in records { plan.recorded(record, now: now) }
      plan.offer(receipt.deliveries)
      dispatcher.onRecorded(receipt)
    case .changed(let forgetWaiting):
      if forgetWaiting { plan.forgetWaiting() }
      look(in: &group)
    case .timerFired(let time): if timer == time { timer = nil }
    case .stop:
      if isStopping { return true }
      isStopping = true
      let dispatcher = dispatcher
      group.addTask {
        // The time to stop itself, for what does not end by then.
        try? await Task.sleep(for: dispatcher.configuration.drainTimeout)
        dispatcher.messages.send(.drainTimedOut)
      }
    case .drainTimedOut:
      dispatcher.logger.warning(
        "attempts were still in flight when the time to stop was over; they stay scheduled",
        metadata: ["attempts": "\(plan.attemptsInFlight)"])
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
    dispatcher.gauges.set(inFlight: plan.attemptsInFlight, waiting: plan.waiting, openBreakers: plan.openBreakers.count)
  }

  /// Starts what is granted, but for what a change of its subscription has overtaken on its way here.
  private mutating func send(at now: Timestamp) {
    while true {
      let granted = plan.grant(at: now)
      if granted.isEmpty { return }
      let attempts = granted.compactMap { attempt(for: $0, at: now) }
      Failpoint.slotsGranted.reach()
      if !attempts.isEmpty { dispatcher.sender.send(attempts) }
      if attempts.count == granted.count { return }
    }
  }

  /// The task to send for a grant; nil if nothing of it is current.
  private mutating func attempt(for grant: Grant, at now: Timestamp) -> DeliveryTask? {
    if grant.tasks.count == 1, dispatcher.store.isCurrent(grant.tasks[0]) { return grant.tasks[0] }
    let current = grant.tasks.filter { dispatcher.store.isCurrent($0) }
    // The slot was counted for the first: another that is as urgent may take its place.
    guard let leader = current.first, leader.urgency == grant.tasks[0].urgency else {
      for task in grant.tasks.dropFirst() { plan.leftOut(task) }
      plan.withdrawn(grant.tasks[0], at: now)
      return nil
    }
    if current.count < grant.tasks.count {
      let kept = Set(current.map(\.id))
      for task in grant.tasks where !kept.contains(task.id) { plan.leftOut(task) }
    }
    if current.count > 1 {
      var random = SystemRandomNumberGenerator()
      return leader.leading(Digest(id: ids.next(at: now, using: &random), members: current))
    }
    return leader
  }

  // MARK: Results

  private mutating func judge(_ results: [AttemptResult], now: Timestamp) {
    var random = SystemRandomNumberGenerator()
    for result in results {
      if case .failure(let failure) = result.outcome, failure.kind == .stopped {
        // It was not made: its deliveries stay as they are in the table.
        plan.withdrawn(result.task, at: now)
        for member in result.task.digest?.members.dropFirst() ?? [] { plan.leftOut(member) }
        continue
      }
      let policy = dispatcher.configuration.retryPolicy
      if let (report, isToggled) = plan.finished(result.task, policy.endpointSign(of: result), at: now, using: &random) {
        reports[report.endpoint] = report
        if isToggled || report.isGivenUp { dispatcher.log(report, of: result.task) }
      }
      for result in result.ofEachDelivery {
        let record = AttemptRecord(result: result, verdict: policy.verdict(on: result, now: now, using: &random))
        dispatcher.gauges.count(record)
        dispatcher.log(record)
        unwritten.append(record)
      }
    }
    Failpoint.attemptsJudged.reach()
  }

  private mutating func record(in group: inout DiscardingTaskGroup) {
    if isRecording || unwritten.isEmpty { return }
    isRecording = true
    let records = unwritten
    let reports = Array(reports.values)
    unwritten = []
    self.reports = [:]
    let dispatcher = dispatcher
    group.addTask {
      let receipt = await dispatcher.untilDone("writing attempts down failed") {
        try await dispatcher.store.record(records, endpoints: reports)
      }
      Failpoint.recordCommitted.reach()
      if let receipt { dispatcher.messages.send(.recorded(records, givenUp: reports.filter(\.isGivenUp).map(\.endpoint), receipt)) }
    }
  }

  // MARK: The table

  private func look(in group: inout DiscardingTaskGroup) {
    let dispatcher = dispatcher
    group.addTask {
      let found = await dispatcher.untilDone("looking for due deliveries failed") {
        let endpoints = FoundEndpoints(
          health: try await dispatcher.store.endpointHealth(), pauses: try await dispatcher.store.endpointPauses())
        return (try await dispatcher.store.dueLanes(), endpoints)
      }
      if let (lanes, endpoints) = found { dispatcher.messages.send(.found(lanes, endpoints)) }
    }
  }

  private func claim(_ claim: DispatchPlan.Claim, in group: inout DiscardingTaskGroup) {
    let dispatcher = dispatcher
    group.addTask {
      let now = dispatcher.clock()
      do {
        let tasks = try await dispatcher.store.claim(claim.lane, dueAt: now, excluding: claim.excluding, limit: claim.limit)
        let nextDue = tasks.count < claim.limit ? try await dispatcher.store.nextDue(of: claim.lane, after: now) : nil
        if !tasks.isEmpty { Failpoint.deliveriesClaimed.reach() }
        let newest = tasks.isEmpty ? 0 : try await dispatcher.store.newestDelivery()
        dispatcher.messages.send(.claimed(claim, tasks, nextDue: nextDue, upTo: newest))
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

extension AttemptResult {
  /// The same for each delivery that went in the digest.
  fileprivate var ofEachDelivery: [AttemptResult] {
    guard let digest = task.digest else { return [self] }
    return digest.members.map {
      AttemptResult(task: $0, startedAt: startedAt, duration: duration, outcome: outcome, digest: digest.id)
    }
  }
}
