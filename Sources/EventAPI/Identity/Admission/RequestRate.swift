import Fanfare

/// How many requests a second one caller may make: a bucket for each of them, kept as the one instant at which it is full again.
struct RequestRate: Sendable {
  static let maximumCallers = 10_000

  private let interval: Duration
  private let depth: Duration
  /// When the bucket of each caller is full.
  private var fullAt = BoundedLedger<Timestamp>(limit: RequestRate.maximumCallers)

  init(_ limit: RequestLimit) {
    interval = .seconds(1) / limit.perSecond
    depth = interval * limit.burst
  }

  /// Takes one request out of the caller's bucket.
  ///
  /// - Returns: nil if he may; else how long it is until he may again.
  mutating func take(_ caller: String, at now: Timestamp) -> Duration? {
    let (interval, depth) = (interval, depth)
    func take(_ fullAt: inout Timestamp) -> Duration? {
      // A bucket that is emptier than empty has seen another clock.
      let start = fullAt - now > depth ? now : max(fullAt, now)
      let wait = start + interval - depth - now
      if wait > .zero { return wait }
      fullAt = start + interval
      return nil
    }
    return fullAt.change(caller, at: now, fresh: now, isOver: { $0 <= now }, by: take)
  }
}

/// `http.requestsPerSecond` and `http.requestBurst`.
public struct RequestLimit: Sendable, Hashable {
  public var perSecond: Int
  /// As many may come at once after a pause.
  public var burst: Int

  /// - Parameter burst: a second's worth if nil.
  public init(perSecond: Int, burst: Int? = nil) {
    precondition(perSecond > 0 && burst ?? 1 > 0, "a limit that lets nothing through")
    self.perSecond = perSecond
    self.burst = burst ?? perSecond
  }
}
