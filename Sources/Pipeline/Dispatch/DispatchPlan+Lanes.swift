import Fanfare

extension DispatchPlan {
  /// Sees to it that there is such a lane, and that it leads to this endpoint.
  ///
  /// - Parameter isSlack: nil if that is not known yet.
  mutating func attach(_ lane: Lane, to endpoint: EndpointID, isSlack: Bool?) {
    if endpoints[endpoint] == nil {
      endpoints[endpoint] = EndpointState(gate: EndpointGate(firstMessage: start.map { $0 + limits.slackRest }))
    }
    if let isSlack, endpoints[endpoint]?.gate.isSlack != isSlack { endpoints[endpoint]?.gate.isSlack = isSlack }
    if let known = lanes[lane]?.endpoint {
      if known == endpoint { return }
      endpoints[known]?.lanes.remove(lane)
      lanes[lane]?.endpoint = endpoint
    } else {
      lanes[lane] = LaneState(endpoint: endpoint, claimedUpTo: forgottenUpTo)
    }
    endpoints[endpoint]?.lanes.insert(lane)
  }

  mutating func enqueue(_ task: DeliveryTask, in lane: Lane) {
    lanes[lane]?.queue.append(task)
    held[lane.subscription, default: []].insert(task.id)
    waiting += 1
    takeTurn(lane)
  }

  mutating func fallBehind(_ lane: Lane) {
    lanes[lane]?.isBehind = true
    proceed(lane)
  }

  mutating func schedule(_ lane: Lane, at dueAt: Timestamp, now: Timestamp) {
    if dueAt <= now { return fallBehind(lane) }
    let earliest = min(lanes[lane]?.nextDue ?? dueAt, dueAt)
    lanes[lane]?.nextDue = earliest
    alarms.set(.lane(lane), at: earliest)
  }

  /// Something of the endpoint's may be possible that was not.
  mutating func reopen(_ endpoint: EndpointID) {
    for lane in endpoints[endpoint]?.lanes ?? [] { proceed(lane) }
  }

  /// Lets a lane have its turn, or the table be asked for more of it.
  mutating func proceed(_ lane: Lane) {
    guard let index = lanes.index(forKey: lane) else { return }
    if lanes.values[index].queue.isEmpty {
      if lanes.values[index].isBehind, !lanes.values[index].isClaiming { wanting.insert(lane) }
    } else {
      takeTurn(lane)
    }
  }

  mutating func letGo(_ task: DeliveryTask) {
    let row = task.subscription.row
    held[row]?.remove(task.id)
    if held[row]?.isEmpty == true { held[row] = nil }
  }

  /// Whether nothing of the endpoint's is in hand.
  func isQuiet(_ endpoint: EndpointID) -> Bool {
    guard let state = endpoints[endpoint], state.gate.inFlight == 0 else { return false }
    return state.lanes.allSatisfy { held[$0.subscription] == nil }
  }

  mutating func giveBackSlot(of task: DeliveryTask, at now: Timestamp) {
    inFlight[task.urgency, default: 0] -= 1
    endpoints[task.endpoint]?.gate.ended(task.urgency, limits, at: now)
    for lane in crowdedOut { proceed(lane) }
    crowdedOut = []
  }

  mutating func forgetWaiting(of endpoint: EndpointID) {
    for lane in endpoints[endpoint]?.lanes ?? [] {
      if lanes[lane]?.isClaiming == true { lanes[lane]?.isClaimStale = true }
      guard var queue = lanes[lane]?.queue, !queue.isEmpty else { continue }
      waiting -= queue.count
      while let task = queue.popFirst() { letGo(task) }
      lanes[lane]?.queue = queue
      fallBehind(lane)
    }
  }

  /// Keeps the plan as small as what is going on: an endpoint with nothing to do leaves nothing behind.
  mutating func dropIfIdle(_ endpoint: EndpointID, at now: Timestamp) {
    guard let state = endpoints[endpoint], isQuiet(endpoint) else { return }
    for lane in state.lanes where lanes[lane]?.isIdle == true {
      forgottenUpTo = max(forgottenUpTo, lanes[lane]?.claimedUpTo ?? 0)
      lanes[lane] = nil
      wanting.remove(lane)
      endpoints[endpoint]?.lanes.remove(lane)
      if paces[lane.subscription]?.isIdle(at: now) == true { paces[lane.subscription] = nil }
    }
    if endpoints[endpoint]?.lanes.isEmpty == true, state.gate.isIdle(at: now) { endpoints[endpoint] = nil }
  }

  /// - Precondition: something of the lane waits in memory.
  private mutating func takeTurn(_ lane: Lane) {
    if !havingTurn.insert(lane).inserted { return }
    turns[lane.urgency, default: Queue()].append(lane)
  }
}
