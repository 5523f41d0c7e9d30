import Fanfare
import Hummingbird

/// What a set of subscriptions would have sent of what happened lately, against what the present one sent. Changes nothing.
///
/// For those who may read the project's subscriptions: it shows no more than the present set and the events that the caller may see.
struct DryRunRoutes: Sendable {
  /// A run reads much; so many may be made at the same time.
  private static let maximumRuns = 2
  private static let defaultDays = 7
  private static let maximumDays = 3_650

  private let ports: APIPorts
  private let slots = Slots(limit: maximumRuns)

  init(ports: APIPorts) { self.ports = ports }

  var routes: [Route] {
    SubscriptionScope.Side.allCases.map { side in
      Route(.post, "/api/v1/events/subscriptions/\(side.rawValue)/{project}/test") {
        try await test($0, SubscriptionScope(side: side, project: $0["project"]))
      }
    }
  }

  private func test(_ call: Call, _ scope: SubscriptionScope) async throws -> Response {
    try call.require(.read, project: scope.project)
    var query = call.query
    let span = span(&query)
    try query.finish()
    let drafts = try Subscription.drafts(parsing: try await call.document(), scope: scope, makeID: ports.makeID)
    guard let slot = slots.take() else { throw APIError.tooMany("dry runs", limit: slots.limit) }
    defer { withExtendedLifetime(slot) {} }
    let present = try await ports.subscriptions.subscriptions(of: scope).subscriptions
    var run = DryRun(drafts, against: present, byDefault: ports.events.defaultVisibility)
    let walk = HistoryWalk(events: ports.events, scope: scope, reader: call.caller.reader, since: span.lowerBound, until: span.upperBound)
    let extent = try await walk.run(questionsPerEvent: run.questionsPerEvent) { try run.examine($0) }
    return .json(DryRunReport(scope: scope, walk: walk, extent: extent, differences: run.result).json)
  }

  /// The last `days`, or from `since` on; to `until`, or now.
  private func span(_ query: inout QueryReader) -> Range<Timestamp> {
    // 0 is what nobody can ask for.
    let days = query.integer("days", in: 1...Self.maximumDays, default: 0)
    let since = query.timestamp("since")
    let until = query.timestamp("until") ?? ports.now()
    if days != 0, since != nil { query.reject("days", String(days), "cannot be given together with since") }
    let start = since ?? until - .seconds((days == 0 ? Self.defaultDays : days) * 86_400)
    if start >= until { query.reject("since", start.rfc3339, "must be before until, which is \(until.rfc3339)") }
    return min(start, until)..<until
  }
}
