import Fanfare

/// What goes out as one attempt: a delivery, or several in a digest.
struct Grant: Sendable {
  /// The longest due first.
  var tasks: [DeliveryTask]
}

extension DispatchPlan {
  /// How many go into one digest at most; the rest goes into the next.
  private static let largestDigest = 1_000

  /// The attempts to start now.
  mutating func grant(at now: Timestamp) -> [Grant] {
    wake(at: now)
    var granted: [Grant] = []
    while let grant = next(.first, at: now) ?? next(.retry, at: now) ?? next(.replay, at: now) { granted.append(grant) }
    return granted
  }

  private var isFull: Bool { attemptsInFlight >= limits.concurrency || unrecorded >= limits.unrecorded }

  private mutating func next(_ urgency: Urgency, at now: Timestamp) -> Grant? {
    let counts = UrgencyCounts(retries: inFlight[.retry] ?? 0, replays: inFlight[.replay] ?? 0)
    if isFull || !counts.haveRoom(for: urgency, of: limits.concurrency) { return nil }
    while let lane = turns[urgency]?.popFirst() {
      havingTurn.remove(lane)
      if let grant = take(from: lane, at: now) { return grant }
    }
    return nil
  }

  /// The lane's next, unless its endpoint or its pace stand against it. Then the lane comes back when that is over.
  private mutating func take(from lane: Lane, at now: Timestamp) -> Grant? {
    // Not the whole state: whoever holds on to the queue has it copied when its head is taken.
    guard let index = lanes.index(forKey: lane), let head = lanes.values[index].queue.first else { return nil }
    let endpoint = lanes.values[index].endpoint
    guard let gate = endpoints[endpoint]?.gate else { return nil }
    // Its subscription has got another URL since: the table knows better.
    if head.endpoint != endpoint {
      _ = lanes[lane]?.queue.popFirst()
      waiting -= 1
      leftOut(head)
      return nil
    }
    switch gate.opening(for: lane.urgency, limits, at: now) {
    case .full: return nil
    case .closed(let until):
      alarms.set(.endpoint(endpoint), at: until)
      return nil
    case .open: break
    }
    // The last quarter is shared: many endpoints that hang, each with its own few, may not take all there is.
    let free = limits.concurrency - attemptsInFlight
    if free <= limits.concurrency / 4, gate.inFlight >= max(1, free) {
      crowdedOut.insert(lane)
      return nil
    }
    if let perSecond = head.subscription.rateLimitPerSecond {
      var pace = paces[lane.subscription].flatMap { $0.perSecond == perSecond ? $0 : nil } ?? Pace(perSecond: perSecond)
      if let next = pace.opens(after: now) {
        alarms.set(.subscription(lane.subscription), at: next)
        return nil
      }
      pace.sent(at: now)
      paces[lane.subscription] = pace
    }
    let tasks = digest(for: endpoint, gate, at: now) ?? (lanes[lane]?.queue.popFirst()).map { [$0] } ?? []
    guard let leader = tasks.first else { return nil }
    waiting -= tasks.count
    inFlight[leader.urgency, default: 0] += 1
    endpoints[endpoint]?.gate.started(leader.urgency, at: now)
    proceed(lane)
    return Grant(tasks: tasks)
  }

  /// What has waited too long for a Slack URL, and looks the same there. Nil for fewer than two.
  private mutating func digest(for endpoint: EndpointID, _ gate: EndpointGate, at now: Timestamp) -> [DeliveryTask]? {
    guard gate.isSlack, let lanesOfIt = endpoints[endpoint]?.lanes else { return nil }
    let patience = limits.digestsAfter
    func isLate(_ task: DeliveryTask) -> Bool { now - task.dueAt > patience }
    let late = lanesOfIt.flatMap { lanes[$0]?.queue.elements(where: isLate) ?? [] }.sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }
    guard let leader = late.first else { return nil }
    let members = late.filter { $0.looksLike(leader) }.prefix(Self.largestDigest)
    if members.count < 2 { return nil }
    let ids = Set(members.map(\.id))
    for lane in lanesOfIt { lanes[lane]?.queue.removeAll { ids.contains($0.id) } }
    for lane in lanesOfIt { proceed(lane) }
    return Array(members)
  }
}

extension DeliveryTask {
  /// Whether both can stand in one message.
  fileprivate func looksLike(_ other: DeliveryTask) -> Bool {
    subscription.slackUsername == other.subscription.slackUsername && subscription.slackIcon == other.subscription.slackIcon
      && isPlainText == other.isPlainText
  }
}
