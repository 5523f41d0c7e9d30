/// Deliveries that are made once more, as a job that goes on where it was whatever stops the service.
public struct Replay: Sendable, Identifiable {
  public enum State: String, Hashable, Sendable, CaseIterable {
    case running
    /// Nothing more is scheduled until it is resumed, and what was made waits as well.
    case paused
    /// Everything was made, and is settled.
    case done
    case cancelled
  }

  public let id: KSUID
  public let order: ReplayOrder
  public let state: State
  /// Why it is cancelled, if nobody asked for that.
  public let cancelReason: CancelReason?
  public let createdAt: Timestamp
  /// When it was done or cancelled.
  public let endedAt: Timestamp?
  public let figures: Figures

  /// How far it has come, in deliveries.
  public struct Figures: Hashable, Sendable {
    /// How many there are to make; while they are counted, those that were found so far.
    public var matched: Int
    public var isCounted: Bool
    /// How many were made. May come to something else than ``matched`` in the end if subscriptions change meanwhile.
    public var done: Int
    public var succeeded: Int
    public var dead: Int
    public var cancelled: Int

    public init(matched: Int, isCounted: Bool, done: Int, succeeded: Int, dead: Int, cancelled: Int) {
      self.matched = matched
      self.isCounted = isCounted
      self.done = done
      self.succeeded = succeeded
      self.dead = dead
      self.cancelled = cancelled
    }

    /// Made, and neither settled nor cancelled yet.
    public var pending: Int { done - succeeded - dead - cancelled }
  }

  public init(
    id: KSUID, order: ReplayOrder, state: State, cancelReason: CancelReason? = nil, createdAt: Timestamp, endedAt: Timestamp? = nil,
    figures: Figures
  ) {
    self.id = id
    self.order = order
    self.state = state
    self.cancelReason = cancelReason
    self.createdAt = createdAt
    self.endedAt = endedAt
    self.figures = figures
  }
}

extension Replay {
  /// How many may be running or paused at a time, in all projects.
  public static let maximumOpen = 250

  /// What may be asked of a replay.
  public enum Change: String, Sendable, CaseIterable {
    case pause, resume, cancel
  }

  /// What a change makes of it, or that it comes too late. What it is already, it stays.
  public func state(after change: Change) throws(ReplayError) -> State {
    switch (change, state) {
    case (.pause, .running), (.pause, .paused): return .paused
    case (.resume, .running), (.resume, .paused): return .running
    case (.cancel, .running), (.cancel, .paused), (.cancel, .cancelled): return .cancelled
    case (_, .done), (_, .cancelled): throw .ended(state)
    }
  }
}

/// Why there is no replay, or why it stays as it is.
public enum ReplayError: Error, Sendable, Hashable {
  /// The order's project has no subscription of this id.
  case unknownSubscription(String)
  /// As many are running or paused as may be: ``Replay/maximumOpen``.
  case tooMany
  /// It is over.
  case ended(Replay.State)
}
