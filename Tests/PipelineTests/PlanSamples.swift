import Fanfare
import RandomFixture

@testable import Pipeline

let start = Timestamp(seconds: 1_000_000)

/// A plan with bounds that are small enough to be met.
func samplePlan(_ change: (inout DispatchLimits) -> Void = { _ in }) -> DispatchPlan {
  var limits = DispatchLimits()
  limits.concurrency = 8
  limits.perEndpoint = 4
  limits.held = 32
  limits.claim = 8
  limits.smallClaim = 2
  change(&limits)
  return DispatchPlan(limits: limits)
}

/// Each endpoint has one subscription, of the same number, if nothing else is said.
func task(
  _ row: Int64, endpoint: Int64 = 1, subscription: Int64? = nil, tries: Int = 0, kind: Subscription.Kind = .webhook, perSecond: Int? = nil,
  dueAt: Timestamp = start, replayOf: String? = nil, slackUsername: String? = nil
) -> DeliveryTask {
  DeliveryTask(
    id: DeliveryID(KSUID(timestamp: 1, high: 7, low: UInt64(row))),
    event: StoredEvent(
      sequence: row, id: "e\(row)", type: EventType("T"), occurredAt: start, receivedAt: start, compact: Array("{}".utf8), traceparent: nil),
    subscription: Subscription(
      row: subscription ?? endpoint, scope: SubscriptionScope(side: .project, project: "p"), id: "s", kind: kind, url: "http://x/",
      rateLimitPerSecond: perSecond, slackUsername: slackUsername),
    endpoint: EndpointID(row: endpoint), attemptsMade: tries, triesMade: tries, throttles: 0, dueAt: dueAt, replayOf: replayOf)
}

func record(_ task: DeliveryTask, _ state: DeliveryState, pause: Timestamp? = nil, countsAsTry: Bool = true) -> AttemptRecord {
  AttemptRecord(
    result: AttemptResult(
      task: task, startedAt: start, duration: .milliseconds(1), outcome: .response(status: 200, body: [], retryAfter: nil)),
    verdict: Verdict(state: state, countsAsTry: countsAsTry, reason: "r", pausesEndpointUntil: pause))
}

func lane(_ subscription: Int64, _ urgency: Urgency = .first) -> Lane { Lane(subscription: subscription, urgency: urgency) }

extension DispatchPlan {
  /// What is granted, where nothing goes in digests.
  mutating func granted(at now: Timestamp) -> [DeliveryTask] { grant(at: now).flatMap(\.tasks) }

  @discardableResult
  mutating func finished(_ task: DeliveryTask, _ sign: EndpointSign = .succeeded, at now: Timestamp = PipelineTests.start)
    -> EndpointReport?
  {
    var random = SeededGenerator(seed: 1)
    return finished(task, sign, at: now, using: &random)?.report
  }

  /// It came back and was written down.
  @discardableResult
  mutating func settled(_ task: DeliveryTask, _ sign: EndpointSign = .succeeded, at now: Timestamp = PipelineTests.start) -> EndpointReport?
  {
    let report = finished(task, sign, at: now)
    for member in task.digest?.members ?? [task] {
      recorded(record(member, sign == .succeeded ? .succeeded : .scheduled(at: now + .seconds(3600))), now: now)
    }
    return report
  }
}
