import Fanfare

/// Decides which delivery is attempted next. A value without I/O, clocks or tasks: the dispatcher tells it what happened and does what it says.
///
/// - Slots are limited over all and for each endpoint; retries may use at most three quarters of either, so that first attempts always
///   find some.
/// - Endpoints take turns: a dead one costs the others nothing but its own slots.
/// - What waits in memory is bounded, over all and for each lane. Past the bound deliveries wait in the store's table, and a lane that has
///   any there takes no fresh ones until it has caught up with the table: nothing is overtaken for ever.
struct DispatchPlan {
  private struct LaneState {
    var queue = Queue<DeliveryTask>()
    /// Whether the table may hold deliveries of this lane that are due and not in memory.
    var isBehind = false
    var isClaiming = false
    /// When the earliest delivery that is known to wait in the table becomes due.
    var nextDue: Timestamp?

    var isIdle: Bool { queue.isEmpty && !isBehind && !isClaiming && nextDue == nil }
  }

  private struct EndpointState {
    var inFlight = 0
    var retriesInFlight = 0
    var pausedUntil: Timestamp?
    /// What must not be claimed again: waiting in memory, in flight, or not written down yet.
    var held: Set<DeliveryID> = []
  }

  let limits: DispatchLimits
  private var lanes: [Lane: LaneState] = [:]
  private var endpoints: [EndpointID: EndpointState] = [:]
  /// Lanes that can send, in the order of their turns.
  private var firstTurns = Queue<Lane>()
  private var retryTurns = Queue<Lane>()
  private var havingTurn: Set<Lane> = []
  /// Lanes that are behind and have nothing left in memory.
  private var wanting: Set<Lane> = []
  /// The earliest of all due times and ends of pauses.
  private(set) var nextWakeUp: Timestamp?

  private(set) var waiting = 0
  private(set) var inFlight = 0
  private(set) var retriesInFlight = 0
  private(set) var unrecorded = 0

  init(limits: DispatchLimits) { self.limits = limits }

  // MARK: What happened

  /// Fresh deliveries, due at once, straight from their commit.
  mutating func offer(_ tasks: [DeliveryTask]) {
    for task in tasks {
      let lane = Lane(of: task)
      let state = lanes[lane]
      if state?.isBehind == true || state?.isClaiming == true || waiting >= limits.held || state?.queue.count ?? 0 >= limits.held / 2 {
        fallBehind(lane)
      } else {
        enqueue(task, in: lane)
      }
    }
  }

  /// What the store says is scheduled.
  mutating func found(_ due: [DueLane], at now: Timestamp) {
    for entry in due { schedule(entry.lane, at: entry.dueAt, now: now) }
  }

  /// What a claim brought. Fewer than it asked for means that the lane has caught up with the table up to `now`.
  mutating func claimed(_ tasks: [DeliveryTask], by claim: Claim, nextDue: Timestamp?, now: Timestamp) {
    lanes[claim.lane, default: LaneState()].isClaiming = false
    if tasks.count < claim.limit { lanes[claim.lane]?.isBehind = false }
    for task in tasks where endpoints[task.endpoint]?.held.contains(task.id) != true { enqueue(task, in: claim.lane) }
    if lanes[claim.lane]?.isBehind == true, lanes[claim.lane]?.queue.isEmpty == true { wanting.insert(claim.lane) }
    if let nextDue { schedule(claim.lane, at: nextDue, now: now) }
    dropIfIdle(claim.lane.endpoint)
  }

  /// A claim failed: the lane stays behind and is claimed again.
  mutating func claimFailed(_ claim: Claim) {
    lanes[claim.lane]?.isClaiming = false
    wanting.insert(claim.lane)
  }

  /// An attempt came back. Its slot is free; the delivery stays held until it is written down.
  mutating func finished(_ task: DeliveryTask) {
    inFlight -= 1
    unrecorded += 1
    endpoints[task.endpoint]?.inFlight -= 1
    if Lane(of: task).isRetry {
      retriesInFlight -= 1
      endpoints[task.endpoint]?.retriesInFlight -= 1
    }
    takeTurns(task.endpoint)
  }

  /// A granted task that is not to be made: its subscription has changed since, and the table knows what becomes of the delivery.
  mutating func withdrawn(_ task: DeliveryTask) {
    let lane = Lane(of: task)
    inFlight -= 1
    endpoints[task.endpoint]?.inFlight -= 1
    endpoints[task.endpoint]?.held.remove(task.id)
    if lane.isRetry {
      retriesInFlight -= 1
      endpoints[task.endpoint]?.retriesInFlight -= 1
    }
    fallBehind(lane)
    takeTurns(task.endpoint)
  }

  /// An attempt is written down, and what it left the delivery as.
  mutating func recorded(_ record: AttemptRecord, now: Timestamp) {
    let task = record.result.task
    unrecorded -= 1
    endpoints[task.endpoint]?.held.remove(task.id)
    if let until = record.verdict.pausesEndpointUntil, until > now {
      endpoints[task.endpoint, default: EndpointState()].pausedUntil = until
      wakeUp(at: until)
    }
    if case .scheduled(let dueAt) = record.verdict.state {
      let isRetry = task.triesMade > 0 || record.verdict.countsAsTry
      schedule(Lane(endpoint: task.endpoint, isRetry: isRetry), at: dueAt, now: now)
    }
    dropIfIdle(task.endpoint)
  }

  /// Forgets everything that only waits in memory: something changed, and the table knows better.
  mutating func forgetWaiting() {
    for (lane, state) in lanes where !state.queue.isEmpty {
      var queue = state.queue
      while let task = queue.popFirst() { endpoints[lane.endpoint]?.held.remove(task.id) }
      lanes[lane]?.queue = queue
      fallBehind(lane)
    }
    waiting = 0
    firstTurns = Queue()
    retryTurns = Queue()
    havingTurn = []
  }

  // MARK: What to do

  /// The attempts to start now.
  mutating func grant(at now: Timestamp) -> [DeliveryTask] {
    wake(at: now)
    var granted: [DeliveryTask] = []
    while let task = nextFirst() ?? nextRetry() { granted.append(task) }
    return granted
  }

  /// What to read from the table.
  struct Claim: Sendable {
    var lane: Lane
    var excluding: Set<DeliveryID>
    var limit: Int
  }

  mutating func claims(at now: Timestamp) -> [Claim] {
    wake(at: now)
    if wanting.isEmpty { return [] }
    var claims: [Claim] = []
    // A lane with nothing in memory may always have a few, so that those who fill the memory can't keep it out.
    let limit = waiting < limits.held / 2 ? limits.claim : limits.smallClaim
    for lane in wanting where endpoints[lane.endpoint]?.pausedUntil == nil {
      lanes[lane]?.isClaiming = true
      claims.append(Claim(lane: lane, excluding: endpoints[lane.endpoint]?.held ?? [], limit: limit))
      if claims.count >= limits.claims { break }
    }
    for claim in claims { wanting.remove(claim.lane) }
    return claims
  }

  // MARK: Lanes

  private mutating func enqueue(_ task: DeliveryTask, in lane: Lane) {
    lanes[lane, default: LaneState()].queue.append(task)
    endpoints[task.endpoint, default: EndpointState()].held.insert(task.id)
    waiting += 1
    takeTurn(lane)
  }

  private mutating func fallBehind(_ lane: Lane) {
    lanes[lane, default: LaneState()].isBehind = true
    if let state = lanes[lane], state.queue.isEmpty, !state.isClaiming { wanting.insert(lane) }
  }

  private mutating func schedule(_ lane: Lane, at dueAt: Timestamp, now: Timestamp) {
    if dueAt <= now { return fallBehind(lane) }
    let earliest = min(lanes[lane]?.nextDue ?? dueAt, dueAt)
    lanes[lane, default: LaneState()].nextDue = earliest
    wakeUp(at: earliest)
  }

  private mutating func wakeUp(at time: Timestamp) {
    nextWakeUp = min(nextWakeUp ?? time, time)
  }

  /// Lets due times and pauses that have passed take effect.
  private mutating func wake(at now: Timestamp) {
    guard let next = nextWakeUp, next <= now else { return }
    nextWakeUp = nil
    for (lane, state) in lanes {
      guard let due = state.nextDue else { continue }
      if due > now {
        wakeUp(at: due)
      } else {
        lanes[lane]?.nextDue = nil
        fallBehind(lane)
      }
    }
    for (endpoint, state) in endpoints {
      guard let until = state.pausedUntil else { continue }
      if until > now {
        wakeUp(at: until)
      } else {
        endpoints[endpoint]?.pausedUntil = nil
        takeTurns(endpoint)
        dropIfIdle(endpoint)
      }
    }
  }

  /// Keeps the plan as small as what is going on: an endpoint with nothing to do leaves nothing behind.
  private mutating func dropIfIdle(_ endpoint: EndpointID) {
    if let state = endpoints[endpoint] {
      if !state.held.isEmpty { return }
      if state.inFlight == 0, state.pausedUntil == nil { endpoints[endpoint] = nil }
    }
    for isRetry in [false, true] {
      let lane = Lane(endpoint: endpoint, isRetry: isRetry)
      if lanes[lane]?.isIdle == true { lanes[lane] = nil }
    }
  }

  // MARK: Turns

  private mutating func takeTurns(_ endpoint: EndpointID) {
    takeTurn(Lane(endpoint: endpoint, isRetry: false))
    takeTurn(Lane(endpoint: endpoint, isRetry: true))
  }

  private mutating func takeTurn(_ lane: Lane) {
    if lanes[lane]?.queue.isEmpty ?? true || !canSend(lane) || !havingTurn.insert(lane).inserted { return }
    if lane.isRetry { retryTurns.append(lane) } else { firstTurns.append(lane) }
  }

  private func canSend(_ lane: Lane) -> Bool {
    guard let state = endpoints[lane.endpoint] else { return true }
    if state.pausedUntil != nil || state.inFlight >= limits.perEndpoint { return false }
    return !lane.isRetry || state.retriesInFlight < limits.retriesPerEndpoint
  }

  private var isFull: Bool { inFlight >= limits.concurrency || unrecorded >= limits.unrecorded }

  private mutating func nextFirst() -> DeliveryTask? {
    if isFull { return nil }
    while let lane = firstTurns.popFirst() {
      if let task = take(from: lane) { return task }
    }
    return nil
  }

  private mutating func nextRetry() -> DeliveryTask? {
    if isFull || retriesInFlight >= limits.retryConcurrency { return nil }
    while let lane = retryTurns.popFirst() {
      if let task = take(from: lane) {
        retriesInFlight += 1
        endpoints[lane.endpoint]?.retriesInFlight += 1
        // Its turn was judged before this retry counted; the next one is judged when the turn comes.
        return task
      }
    }
    return nil
  }

  private mutating func take(from lane: Lane) -> DeliveryTask? {
    havingTurn.remove(lane)
    guard canSend(lane), let task = lanes[lane]?.queue.popFirst() else { return nil }
    waiting -= 1
    inFlight += 1
    endpoints[lane.endpoint, default: EndpointState()].inFlight += 1
    if lanes[lane]?.queue.isEmpty == true {
      if lanes[lane]?.isBehind == true, lanes[lane]?.isClaiming == false { wanting.insert(lane) }
    } else {
      takeTurn(lane)
    }
    return task
  }
}

/// How much the dispatcher does and holds at once.
public struct DispatchLimits: Sendable {
  /// Attempts in flight (`delivery.concurrency`).
  public var concurrency = 256
  /// Attempts in flight for each endpoint (`delivery.perEndpointConcurrency`).
  public var perEndpoint = 16
  /// Deliveries waiting in memory.
  public var held = 4096
  /// Attempts that ended and are not written down yet; beyond it nothing new is started.
  public var unrecorded = 2048
  /// How many deliveries of a lane are claimed at once; fewer when the memory is half full.
  public var claim = 256
  public var smallClaim = 32
  /// How many claims are made in one turn.
  public var claims = 64

  var retryConcurrency: Int { max(1, concurrency * 3 / 4) }
  var retriesPerEndpoint: Int { max(1, perEndpoint * 3 / 4) }

  public init() {}
}

extension Lane {
  init(of task: DeliveryTask) {
    self.init(endpoint: task.endpoint, isRetry: task.triesMade > 0)
  }
}
