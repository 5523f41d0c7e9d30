import Fanfare

/// Decides which delivery is attempted next. A value without I/O, clocks or tasks: the dispatcher tells it what happened and does what it says.
///
/// - Slots are limited over all and for each endpoint; retries and replays have shares of either, so that first attempts always find some.
/// - Subscriptions take turns: a dead endpoint costs the others nothing but its own slots, and none once its breaker is open.
/// - What waits in memory is bounded: a lane may have half of what the others leave free, so nobody fills it. Past the bound deliveries wait
///   in the store's table, and a lane that has any there takes no fresh ones until it has caught up: nothing is overtaken for ever.
/// - What waits too long for a Slack URL goes out together.
struct DispatchPlan {
  struct LaneState {
    var endpoint: EndpointID
    var queue = Queue<DeliveryTask>()
    /// Whether the table may hold deliveries of this lane that are due and not in memory.
    var isBehind = false
    var isClaiming = false
    /// Whether what is being claimed was read before something changed.
    var isClaimStale = false
    /// When the earliest delivery that is known to wait in the table becomes due.
    var nextDue: Timestamp?
    /// The newest delivery that a claim can have brought. What is offered and not newer may have been claimed, and even made, on its way here.
    var claimedUpTo: Int64

    var isIdle: Bool { queue.isEmpty && !isBehind && !isClaiming && nextDue == nil }
  }

  struct EndpointState {
    var gate: EndpointGate
    var lanes: Set<Lane> = []
  }

  enum Alarm: Hashable {
    /// Something in the lane's table becomes due.
    case lane(Lane)
    /// The endpoint may be sent to again.
    case endpoint(EndpointID)
    /// The subscription's pace lets the next one go.
    case subscription(Int64)
  }

  let limits: DispatchLimits
  /// When the service started; nil in a plan that need not care what was sent before.
  let start: Timestamp?
  var lanes: [Lane: LaneState] = [:]
  var endpoints: [EndpointID: EndpointState] = [:]
  /// By subscription, what must not be claimed again: waiting in memory, in flight, or not written down yet.
  var held: [Int64: Set<DeliveryID>] = [:]
  var paces: [Int64: Pace] = [:]
  /// Lanes that have something to send, in the order of their turns.
  var turns: [Urgency: Queue<Lane>] = [:]
  var havingTurn: Set<Lane> = []
  /// Lanes that lost their turn because slots were scarce, and not for any reason of their own.
  var crowdedOut: Set<Lane> = []
  /// Lanes that are behind and have nothing left in memory.
  var wanting: Set<Lane> = []
  var alarms = AlarmClock<Alarm>()
  /// ``LaneState/claimedUpTo`` of the lanes that are forgotten: what it is for lanes that are new.
  var forgottenUpTo: Int64 = 0

  /// Endpoints that are only probed.
  private(set) var openBreakers: Set<EndpointID> = []
  var waiting = 0
  /// What claims under way may bring.
  var claiming = 0
  var inFlight: [Urgency: Int] = [:]
  private(set) var unrecorded = 0

  init(limits: DispatchLimits, start: Timestamp? = nil) {
    self.limits = limits
    self.start = start
  }

  /// When the plan is to be asked again although nothing happened.
  var nextWakeUp: Timestamp? { alarms.next }
  var attemptsInFlight: Int { inFlight.values.reduce(0, +) }

  // MARK: What happened

  /// Fresh deliveries, due at once, straight from their commit.
  mutating func offer(_ tasks: [DeliveryTask]) {
    for task in tasks {
      let lane = Lane(of: task)
      attach(lane, to: task.endpoint, isSlack: task.subscription.kind == .slack)
      guard let index = lanes.index(forKey: lane) else { continue }
      let isShut = openBreakers.contains(task.endpoint)
      let isLate =
        lanes.values[index].isBehind || lanes.values[index].isClaiming || task.id.row <= lanes.values[index].claimedUpTo
      if isShut || isLate || lanes.values[index].queue.count >= (limits.held - waiting) / 2 {
        fallBehind(lane)
      } else {
        enqueue(task, in: lane)
      }
    }
  }

  /// What the store says is scheduled, and how endpoints fare. Of those that something is under way for, the plan knows better.
  mutating func found(
    _ due: [DueLane], health: [EndpointID: EndpointHealth], pauses: [EndpointID: Timestamp] = [:], at now: Timestamp
  ) {
    for entry in due { attach(entry.lane, to: entry.endpoint, isSlack: nil) }
    for endpoint in endpoints.keys where isQuiet(endpoint) {
      endpoints[endpoint]?.gate.found(health[endpoint], at: now)
      noteBreaker(of: endpoint)
    }
    for (endpoint, until) in pauses where until > now { endpoints[endpoint]?.gate.pause(until: until) }
    for entry in due { schedule(entry.lane, at: entry.dueAt, now: now) }
  }

  /// What a claim brought. Fewer than it asked for means that the lane has caught up with the table up to `now`.
  ///
  /// - Parameter upTo: the newest delivery that it can have brought.
  mutating func claimed(_ tasks: [DeliveryTask], by claim: Claim, nextDue: Timestamp?, upTo newest: Int64, now: Timestamp) {
    let lane = claim.lane
    if let index = lanes.index(forKey: lane) { lanes.values[index].claimedUpTo = max(lanes.values[index].claimedUpTo, newest) }
    let isStale = ended(claim)
    let isOfThis = { (task: DeliveryTask) in Lane(of: task) == lane }
    if isStale || tasks.count(where: isOfThis) >= claim.limit { lanes[lane]?.isBehind = true }
    if !isStale {
      for task in tasks where isOfThis(task) && held[lane.subscription]?.contains(task.id) != true {
        attach(lane, to: task.endpoint, isSlack: task.subscription.kind == .slack)
        enqueue(task, in: lane)
      }
    }
    // What was let go by deliveries that the claim found to be unwanted.
    offer(tasks.filter { !isOfThis($0) })
    proceed(lane)
    if let nextDue { schedule(lane, at: nextDue, now: now) }
    if let endpoint = lanes[lane]?.endpoint { dropIfIdle(endpoint, at: now) }
  }

  /// A claim failed: the lane stays behind and is claimed again.
  mutating func claimFailed(_ claim: Claim) {
    ended(claim)
    lanes[claim.lane]?.isBehind = true
    wanting.insert(claim.lane)
  }

  /// - Returns: whether something changed since it began.
  @discardableResult
  private mutating func ended(_ claim: Claim) -> Bool {
    claiming -= claim.limit
    defer {
      lanes[claim.lane]?.isClaiming = false
      lanes[claim.lane]?.isClaimStale = false
    }
    return lanes[claim.lane]?.isClaimStale == true
  }

  /// An attempt came back. Its slot is free; its deliveries stay held until they are written down.
  ///
  /// - Returns: what is to be kept of the endpoint, if that changed, and whether its breaker opened or closed.
  mutating func finished(
    _ task: DeliveryTask, _ sign: EndpointSign, at now: Timestamp, using random: inout some RandomNumberGenerator
  ) -> (report: EndpointReport, isToggled: Bool)? {
    unrecorded += task.digest?.members.count ?? 1
    giveBackSlot(of: task, at: now)
    let endpoint = task.endpoint
    let isChanged = endpoints[endpoint]?.gate.judge(sign, limits, at: now, using: &random) == true
    let isToggled = noteBreaker(of: endpoint)
    let health = endpoints[endpoint]?.gate.health
    if isToggled, health != nil { forgetWaiting(of: endpoint) }
    reopen(endpoint)
    guard isChanged else { return nil }
    let report = EndpointReport(
      endpoint: endpoint, health: health, isGivenUp: health?.isHopeless(at: now, rules: limits.breaker) == true)
    return (report, isToggled)
  }

  /// An endpoint was given up, and that is written down: whoever resumes its subscriptions begins anew.
  mutating func gaveUp(_ endpoint: EndpointID) {
    endpoints[endpoint]?.gate.gaveUp()
    noteBreaker(of: endpoint)
  }

  /// A granted attempt that is not to be made: its subscription has changed since, and the table knows what becomes of the delivery.
  mutating func withdrawn(_ task: DeliveryTask, at now: Timestamp) {
    giveBackSlot(of: task, at: now)
    leftOut(task)
    reopen(task.endpoint)
  }

  /// As ``withdrawn(_:at:)``, of one that would have gone in a digest: the others still go.
  mutating func leftOut(_ task: DeliveryTask) {
    letGo(task)
    fallBehind(Lane(of: task))
  }

  /// An attempt is written down, and what it left the delivery as.
  mutating func recorded(_ record: AttemptRecord, now: Timestamp) {
    let task = record.result.task
    unrecorded -= 1
    letGo(task)
    if let until = record.verdict.pausesEndpointUntil, until > now {
      endpoints[task.endpoint]?.gate.pause(until: until)
      alarms.set(.endpoint(task.endpoint), at: until)
    }
    if case .scheduled(let dueAt) = record.verdict.state {
      let lane = Lane(of: task, triesMade: task.triesMade + (record.verdict.countsAsTry ? 1 : 0))
      // Where it leads by now is known, if it is known at all.
      if lanes[lane] == nil { attach(lane, to: task.endpoint, isSlack: task.subscription.kind == .slack) }
      schedule(lane, at: dueAt, now: now)
    }
    dropIfIdle(task.endpoint, at: now)
  }

  /// Forgets everything that only waits in memory: something changed, and the table knows better.
  mutating func forgetWaiting() {
    for endpoint in endpoints.keys { forgetWaiting(of: endpoint) }
  }

  /// - Returns: whether its breaker opened or closed since it was last looked at.
  @discardableResult
  private mutating func noteBreaker(of endpoint: EndpointID) -> Bool {
    if endpoints[endpoint]?.gate.isOpenBreaker == true { return openBreakers.insert(endpoint).inserted }
    return openBreakers.remove(endpoint) != nil
  }

  // MARK: What to do

  /// What to read from the table.
  struct Claim: Sendable {
    var lane: Lane
    var excluding: Set<DeliveryID>
    var limit: Int
  }

  mutating func claims(at now: Timestamp) -> [Claim] {
    wake(at: now)
    var claims: [Claim] = []
    for lane in wanting {
      guard let endpoint = lanes[lane]?.endpoint, let state = endpoints[endpoint] else { continue }
      if claims.count >= limits.claims { break }
      wanting.remove(lane)
      if let until = state.gate.closure(at: now) {
        alarms.set(.endpoint(endpoint), at: until)
        continue
      }
      let claim = Claim(lane: lane, excluding: held[lane.subscription] ?? [], limit: state.gate.isOpenBreaker ? 1 : claimLimit)
      // What comes from now on, the claim may miss.
      lanes[lane]?.isBehind = false
      lanes[lane]?.isClaiming = true
      claiming += claim.limit
      claims.append(claim)
    }
    return claims
  }

  /// Half of what is free; a few even if nothing is, so that those who fill the memory can't keep a lane out; one at the very least.
  private var claimLimit: Int {
    let room = limits.held - waiting - claiming
    if room > 0 { return min(limits.claim, max(limits.smallClaim, room / 2)) }
    return -room < limits.held ? limits.smallClaim : 1
  }

  /// Lets due times and closures that have passed take effect.
  mutating func wake(at now: Timestamp) {
    for alarm in alarms.due(at: now) {
      switch alarm {
      case .lane(let lane):
        guard let due = lanes[lane]?.nextDue else { continue }
        lanes[lane]?.nextDue = nil
        schedule(lane, at: due, now: now)
      case .endpoint(let endpoint):
        reopen(endpoint)
        dropIfIdle(endpoint, at: now)
      case .subscription(let row):
        for urgency in Urgency.allCases { proceed(Lane(subscription: row, urgency: urgency)) }
      }
    }
  }
}
