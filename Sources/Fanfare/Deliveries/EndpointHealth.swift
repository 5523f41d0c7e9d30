/// How an endpoint fares that fails: a circuit breaker (contract §7). An endpoint that is well has none.
///
/// Ten failures in a row open it: from then on one delivery at a time is sent as a probe, with gaps that grow, until one succeeds. A value
/// without a clock; the store keeps it, so that a restart forgets nothing.
public struct EndpointHealth: Sendable, Hashable {
  /// In a row, up to now.
  public private(set) var failures: Int
  /// When the first of them was.
  public let failingSince: Timestamp
  /// Not before this instant is the next probe made; nil while the breaker is closed.
  public private(set) var probeAt: Timestamp?
  /// Probes that failed since the breaker opened.
  public private(set) var probes: Int

  public init(failures: Int, failingSince: Timestamp, probeAt: Timestamp?, probes: Int) {
    self.failures = failures
    self.failingSince = failingSince
    self.probeAt = probeAt
    self.probes = probes
  }

  /// The first failure of an endpoint that was well.
  public init(failingSince now: Timestamp) {
    self.init(failures: 0, failingSince: now, probeAt: nil, probes: 0)
  }

  /// One whose subscriptions were resumed just now: well until it fails, and with a backlog.
  public init(resumedAt now: Timestamp) {
    self.init(failures: 0, failingSince: now, probeAt: nil, probes: 0)
  }

  public var isOpen: Bool { probeAt != nil }
  public var isResumed: Bool { failures == 0 }

  /// Counts a failure.
  ///
  /// - Parameter isProbe: whether it was a probe's. What was in flight when the breaker opened does not make the gap grow.
  public mutating func fail(isProbe: Bool, at now: Timestamp, rules: BreakerRules, using random: inout some RandomNumberGenerator) {
    failures += 1
    if isProbe {
      probes += 1
      probeAt = now + rules.gap(after: probes, using: &random)
    } else if probeAt == nil, failures >= rules.threshold {
      probeAt = now + rules.gap(after: 0, using: &random)
    }
  }

  /// A probe was answered in a way that says nothing of the endpoint: the next one comes after the same gap.
  public mutating func rest(at now: Timestamp, rules: BreakerRules, using random: inout some RandomNumberGenerator) {
    probeAt = now + rules.gap(after: probes, using: &random)
  }

  /// Whether it has failed for so long that its subscriptions are to be paused.
  public func isHopeless(at now: Timestamp, rules: BreakerRules) -> Bool { isOpen && now - failingSince >= rules.pausesAfter }
}

/// When a breaker opens, how often it lets a probe through, and when it gives up.
public struct BreakerRules: Sendable, Hashable {
  /// Failures in a row that open it.
  public var threshold = 10
  /// The gap before the first probe; it gets half as long again with each probe that fails.
  public var firstGap: Duration = .seconds(1)
  public var longestGap: Duration = .seconds(300)
  /// How long an endpoint may fail before its subscriptions are paused (`delivery.pauseAfter`).
  public var pausesAfter: Duration

  public init(pausesAfter: Duration = .seconds(5 * 86_400)) { self.pausesAfter = pausesAfter }

  /// Up to a tenth longer than that, so that endpoints that fell together are not probed together.
  func gap(after probes: Int, using random: inout some RandomNumberGenerator) -> Duration {
    var gap = firstGap.wholeNanoseconds
    for _ in 0..<probes where gap < longestGap.wholeNanoseconds { gap += gap / 2 }
    gap = min(gap, longestGap.wholeNanoseconds)
    return .nanoseconds(gap + Int64.random(in: 0...gap / 10, using: &random))
  }
}

/// What changed in how an endpoint fares, for the store to keep.
public struct EndpointReport: Sendable, Hashable {
  public var endpoint: EndpointID
  /// Nil if it is well again.
  public var health: EndpointHealth?
  /// Whether its subscriptions are to be paused, because it failed for too long.
  public var isGivenUp: Bool

  public init(endpoint: EndpointID, health: EndpointHealth?, isGivenUp: Bool = false) {
    self.endpoint = endpoint
    self.health = health
    self.isGivenUp = isGivenUp
  }
}
