/// What one try at a delivery came to, before anybody judged it.
public struct AttemptResult: Sendable {
  public let task: DeliveryTask
  public let startedAt: Timestamp
  public let duration: Duration
  public let outcome: Outcome
  /// The digest that the delivery went in; the task's if none is given.
  public let digest: KSUID?

  public init(task: DeliveryTask, startedAt: Timestamp, duration: Duration, outcome: Outcome, digest: KSUID? = nil) {
    self.task = task
    self.startedAt = startedAt
    self.duration = duration
    self.outcome = outcome
    self.digest = digest ?? task.digest?.id
  }
}

/// What the other side did.
public enum Outcome: Sendable, Hashable {
  /// An HTTP response. `body` is at most its first 8 KiB. `retryAfter` is the header's text as it came.
  case response(status: Int, body: [UInt8], retryAfter: String?)
  case failure(TransportFailure)
}

/// Why no response came.
public struct TransportFailure: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case nameNotResolved = "name_not_resolved"
    case notConnected = "not_connected"
    /// The time for the connection, TLS included, was over before it stood.
    case connectTimedOut = "connect_timed_out"
    /// The connection stood, and the response had not ended when the attempt's time was over, however much of it had come.
    case timedOut = "timed_out"
    case tls = "tls"
    /// The connection broke after it stood.
    case broken = "broken"
    /// The address after DNS is one that the guard refuses.
    case addressRefused = "address_refused"
    /// The request could not be made at all: a URL that does not parse, a header that is not allowed.
    case badRequest = "bad_request"
    /// The service stopped before an answer came; the delivery stays as it was.
    case stopped = "stopped"
  }

  public var kind: Kind
  /// A sentence from the library underneath, without the URL's query.
  public var detail: String

  public init(kind: Kind, detail: String) {
    self.kind = kind
    self.detail = detail
  }
}

/// An attempt as it is recorded, with the state it leaves the delivery in.
public struct AttemptRecord: Sendable {
  public let result: AttemptResult
  public let verdict: Verdict

  public init(result: AttemptResult, verdict: Verdict) {
    self.result = result
    self.verdict = verdict
  }
}

/// What follows from an attempt.
public struct Verdict: Sendable, Hashable {
  public var state: DeliveryState
  /// Whether the attempt used up one of the retry schedule's.
  public var countsAsTry: Bool
  /// For the log, the attempt's record and a metric's label: `succeeded`, `http_500`, `timed_out`, `slack_no_service`…
  public var reason: String
  /// The decision in a sentence: which rule it follows, and how much of the schedule is left.
  public var why: String?
  /// Whether the next attempt is to be made as plain text (a Slack message that was refused with its blocks).
  public var asPlainText: Bool
  /// Whether the subscription is to be paused (410, a Slack endpoint that is gone).
  public var pausesSubscription: Bool
  /// Until when nothing more is sent to the endpoint (`Retry-After`).
  public var pausesEndpointUntil: Timestamp?

  public init(
    state: DeliveryState, countsAsTry: Bool = true, reason: String, why: String? = nil, asPlainText: Bool = false,
    pausesSubscription: Bool = false, pausesEndpointUntil: Timestamp? = nil
  ) {
    self.state = state
    self.countsAsTry = countsAsTry
    self.reason = reason
    self.why = why
    self.asPlainText = asPlainText
    self.pausesSubscription = pausesSubscription
    self.pausesEndpointUntil = pausesEndpointUntil
  }
}
