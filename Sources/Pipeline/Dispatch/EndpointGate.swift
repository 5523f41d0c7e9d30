import Fanfare

/// Whether an endpoint may be sent to: its slots, `Retry-After`, its breaker, its recovery, and the rest that Slack wants.
struct EndpointGate {
  enum Opening: Equatable {
    case open
    /// Not before something that is in flight ends.
    case full
    case closed(until: Timestamp)
  }

  private(set) var inFlight = 0
  private var counts = UrgencyCounts(retries: 0, replays: 0)
  /// What `Retry-After` said.
  private var pausedUntil: Timestamp?
  private(set) var health: EndpointHealth?
  private var recovery: Recovery?
  private var isProbing = false
  /// For Slack: when the next message may be sent. Counted from the end of the one before, so that they arrive apart.
  private var nextMessage: Timestamp?
  var isSlack = false

  /// - Parameter firstMessage: when Slack may get its first message; who knows what was sent just before the service started.
  init(firstMessage: Timestamp?) { nextMessage = firstMessage }

  func opening(for urgency: Urgency, _ limits: DispatchLimits, at now: Timestamp) -> Opening {
    if let until = closure(at: now) { return .closed(until: until) }
    if health?.isOpen == true { return inFlight == 0 ? .open : .full }
    if inFlight >= (isSlack ? 1 : limits.perEndpoint) { return .full }
    if let next = isSlack ? nextMessage : recovery?.nextSend, next > now { return .closed(until: next) }
    return counts.haveRoom(for: urgency, of: limits.perEndpoint) ? .open : .full
  }

  /// Until when nothing at all is sent, so that nothing need be read either.
  func closure(at now: Timestamp) -> Timestamp? {
    let until = [pausedUntil, health?.probeAt].compactMap { $0 }.filter { $0 > now }
    return until.max()
  }

  /// Whether only one at a time is of use.
  var isOpenBreaker: Bool { health?.isOpen == true }

  /// Whether forgetting it would change nothing.
  func isIdle(at now: Timestamp) -> Bool {
    inFlight == 0 && health == nil && recovery?.isForgotten(at: now) ?? true && (pausedUntil ?? now) <= now
      && (!isSlack || (nextMessage ?? now) <= now)
  }

  // MARK: What happened

  mutating func started(_ urgency: Urgency, at now: Timestamp) {
    inFlight += 1
    count(urgency, 1)
    if isOpenBreaker { isProbing = true }
    recovery?.sent(at: now)
  }

  mutating func ended(_ urgency: Urgency, _ limits: DispatchLimits, at now: Timestamp) {
    inFlight -= 1
    count(urgency, -1)
    if isSlack { nextMessage = now + limits.slackRest }
  }

  /// What an attempt says of the endpoint.
  ///
  /// - Returns: whether that changed what is to be kept of it.
  mutating func judge(_ sign: EndpointSign, _ limits: DispatchLimits, at now: Timestamp, using random: inout some RandomNumberGenerator)
    -> Bool
  {
    let wasProbe = isProbing && isOpenBreaker
    isProbing = false
    switch sign {
    case .neutral:
      // It neither opens nor closes the breaker; the next probe keeps its distance all the same.
      if wasProbe { health?.rest(at: now, rules: limits.breaker, using: &random) }
      return wasProbe
    case .succeeded:
      recovery?.succeeded(at: now)
      if recovery?.isOver == true { recovery = nil }
      guard let health else { return false }
      if health.isOpen, !isSlack { recovery = Recovery(at: now) }
      self.health = nil
      return true
    case .failed:
      recovery?.failed(at: now)
      var health = health ?? EndpointHealth(failingSince: now)
      health.fail(isProbe: wasProbe, at: now, rules: limits.breaker, using: &random)
      if health.isOpen { recovery = nil }
      self.health = health
      return true
    }
  }

  mutating func pause(until: Timestamp) { pausedUntil = max(pausedUntil ?? until, until) }

  /// What the store says, where nothing is under way that it does not know of yet.
  mutating func found(_ health: EndpointHealth?, at now: Timestamp) {
    // Somebody has resumed it: its backlog waits as it does after an outage.
    if health?.isResumed == true, self.health?.isResumed != true, !isSlack { recovery = Recovery(at: now) }
    self.health = health
  }

  mutating func gaveUp() { health = nil }

  private mutating func count(_ urgency: Urgency, _ change: Int) {
    switch urgency {
    case .first: break
    case .retry: counts.retries += change
    case .replay: counts.replays += change
    }
  }
}
