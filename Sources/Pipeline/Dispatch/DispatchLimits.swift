public import Fanfare

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
  /// When endpoints that fail are left alone.
  public var breaker = BreakerRules()
  /// The rest between two messages to one Slack URL (contract §8).
  public var slackRest = Duration.seconds(1)
  /// How long a Slack message may wait before it goes into a digest.
  public var digestsAfter = Duration.seconds(3)

  public init() {}
}

/// How many slots are taken by what is not a first attempt.
///
/// Retries and replays together leave a quarter to first attempts, and replays three quarters to what is live.
struct UrgencyCounts {
  var retries: Int
  var replays: Int

  func haveRoom(for urgency: Urgency, of slots: Int) -> Bool {
    switch urgency {
    case .first: true
    case .retry: retries + replays < max(1, slots * 3 / 4)
    case .replay: replays < max(1, slots / 4) && retries + replays < max(1, slots * 3 / 4)
    }
  }
}
