import Fanfare
import PlainMatcher
import RandomFixture
import Testing

/// What the service says of an event and a subscription, against a second implementation of contract §6.
@Suite struct IndependentMatcherTests {
  private static let pairs = 100_000

  /// One event, or one subscription, as both sides read it.
  private struct Read<Plain, Product> {
    let plain: Plain
    let product: Product
  }

  @Test func `matches, verdicts and clauses agree with another matcher on 100,000 random pairs`() throws {
    var random = RandomPairs(using: SeededGenerator(seed: 20_211_015))
    var seen: [String: Int] = [:]
    var compared = 0
    var round = 0
    while compared < Self.pairs {
      let visibility = DefaultVisibility.allCases[round % 3]
      round += 1
      let matcher = PlainMatcher(showsUnnamed: visibility != .restricted)
      let subscriptions = try (0..<60).map { row in try subscription(random.subscription(), row: Int64(row + 1)) }
      let index = SubscriptionIndex(subscriptions.map(\.product), defaultVisibility: visibility)
      for _ in 0..<50 {
        let event = try event(random.event())
        var matched: Set<Int64> = []
        var judged: [Int64: SubscriptionVerdict] = [:]
        for (subscription, verdict) in index.verdicts(on: event.product) { judged[subscription.row] = verdict }
        for subscription in subscriptions {
          let objection = matcher.objection(of: subscription.plain, to: event.plain)
          let verdict = judged[subscription.product.row]
          if objection == nil { matched.insert(subscription.product.row) }
          if objection != .scope { compared += 1 }
          let expected = name(of: objection, isPaused: subscription.plain.isPaused)
          seen[expected, default: 0] += 1
          guard verdict.map(name) ?? "scope" == expected else {
            Issue.record("\(verdict.map(name) ?? "scope"), not \(expected): \(subscription.plain.text) on \(event.plain.text)")
            continue
          }
          if let verdict { try checkClause(of: verdict, subscription, event, matcher) }
        }
        let found = index.matches(event.product).map(\.row)
        #expect(found.count == matched.count && Set(found) == matched, "\(event.plain.text)")
      }
    }
    // A mix in which nothing is rare: else the agreement says little.
    for name in ["scope", "disabled", "type", "groups", "filter 1", "filter 2", "matched", "paused"] {
      #expect(seen[name, default: 0] >= 1_000, "\(name): \(seen)")
    }
    #expect(seen["filter 3", default: 0] >= 500, "\(seen)")
  }

  private func checkClause(
    of verdict: SubscriptionVerdict, _ subscription: Read<PlainSubscription, Subscription>, _ event: Read<PlainEvent, Event>,
    _ matcher: PlainMatcher
  ) throws {
    switch (verdict, subscription.product.clause(of: verdict, on: event.product)) {
    case (.matched, nil), (.paused, nil), (.disabled, nil): break
    case (.type, .events(let type, let globs)?):
      #expect(type == event.product.type && globs == subscription.product.events?.map(\.pattern))
    case (.groups, .groups(let allowed, _)?): #expect(allowed == subscription.product.allowedGroups)
    case (.filter(let index), .filter(let failed)?):
      #expect(failed.number == index + 1 && failed.count == subscription.product.filters.count)
      let value = matcher.value(ofFilter: index, of: subscription.plain, in: event.plain)
      #expect((value == nil) == (failed.value == nil))
      if let value, let shown = failed.value {
        let read = try PlainJSON(String(decoding: shown.bytes, as: UTF8.self))
        #expect(read.isEqual(to: value), "\(failed.filter.path) of \(event.plain.text)")
      }
    case (_, let clause): Issue.record("\(verdict) rests on \(String(describing: clause))")
    }
  }

  private func name(of objection: PlainMatcher.Objection?, isPaused: Bool) -> String {
    switch objection {
    case nil: isPaused ? "paused" : "matched"
    case .scope: "scope"
    case .disabled: "disabled"
    case .type: "type"
    case .groups: "groups"
    case .filter(let index): "filter \(index + 1)"
    }
  }

  private func name(_ verdict: SubscriptionVerdict) -> String {
    if case .filter(let index) = verdict { "filter \(index + 1)" } else { verdict.name }
  }

  // MARK: Reading

  private func event(_ plain: PlainEvent) throws -> Read<PlainEvent, Event> {
    let readings = EventDecoder().read(
      EventDecoder.Content(
        body: Array(plain.text.utf8), receivedAt: Timestamp(nanoseconds: RandomPairs<SeededGenerator>.receivedNanoseconds)),
      makeID: { "made" })
    return Read(plain: plain, product: try #require(readings.first).result.get())
  }

  private func subscription(_ plain: PlainSubscription, row: Int64) throws -> Read<PlainSubscription, Subscription> {
    let side = try #require(SubscriptionScope.Side(rawValue: plain.side.rawValue))
    let draft = try #require(
      try Subscription.drafts(
        parsing: Array("[\(plain.text)]".utf8), scope: SubscriptionScope(side: side, project: plain.project), makeID: { "made" }
      ).first)
    return Read(
      plain: plain,
      product: Subscription(
        row: row, scope: draft.scope, id: draft.id, kind: draft.kind, url: draft.url, events: draft.events, filters: draft.filters,
        allowedGroups: draft.allowedGroups, isDisabled: draft.isDisabled, isPaused: draft.isPaused))
  }
}
