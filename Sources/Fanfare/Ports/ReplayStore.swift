/// Carries replays out, step by step.
public protocol ReplayStore: Sendable {
  /// The replays that are running, the earliest made first.
  func runningReplays() async throws -> [KSUID]

  /// Takes the next step of a replay, all of it or nothing, durably: looks at a bounded number of candidates, schedules those that match,
  /// and moves the replay on behind them.
  func advance(_ replay: KSUID, within limits: ReplayLimits) async throws -> ReplayStep

  /// Fires after replayed deliveries were settled: there may be room for more. One consumer.
  var replayedDeliveriesSettled: AsyncStream<Void> { get }
}

/// How much of a replay is under way at once, apart from all that is live.
public struct ReplayLimits: Sendable, Hashable {
  /// How many of a replay's deliveries may be scheduled and not settled.
  public var pending: Int
  /// How many candidates a step looks at while it only counts them, and while it schedules.
  public var counted = 4_096
  public var examined = 500
  /// About how many deliveries a step makes: the last event's are all in the step or none is.
  public var scheduled: Int

  public init(pending: Int = 1_000, scheduled: Int = 250) {
    self.pending = pending
    self.scheduled = scheduled
  }

  /// How many may be made now. Waits until a quarter of ``pending`` is free, so that steps are worth their commit.
  public func room(beside pending: Int) -> Int {
    pending > self.pending * 3 / 4 ? 0 : min(scheduled, self.pending - pending)
  }
}

public enum ReplayStep: Sendable, Hashable {
  /// It has moved on, and so many deliveries are due; none while it counts, or where nothing matched.
  case advanced(scheduled: Int)
  /// As much is under way as may be.
  case held
  /// It is not running, or not any more.
  case stopped
}
