import Fanfare
import PlainMatcher
import RandomFixture
import SQLiteStore
import StoreConformance
import Testing

/// What a store that has ingested says of its events, against a second implementation of contract §6.
@Suite struct IndependentMatcherTests {
  @Test func `explanations and deliveries of stored events agree with another matcher`() async throws {
    try await withWorld { world in
      var random = RandomPairs(using: SeededGenerator(seed: 4))
      let store = try await world.open(TestClock(), defaultVisibility: .restricted)
      let subscriptions = try (0..<80).map { _ in try random.subscription() }
      for (scope, members) in Dictionary(grouping: subscriptions, by: { "\($0.side) \($0.project.utf8.map(\.self))" }) {
        let first = try #require(members.first, "\(scope)")
        let side = try #require(SubscriptionScope.Side(rawValue: first.side.rawValue))
        let scope = SubscriptionScope(side: side, project: first.project)
        let body = "[\(members.map(\.text).joined(separator: ","))]"
        let drafts = try Subscription.drafts(parsing: Array(body.utf8), scope: scope, makeID: { "made" })
        _ = try await store.replace(scope, with: drafts, ifVersion: nil)
      }
      let events = try (0..<150).map { _ in try random.event() }
      let receivedAt = Timestamp(nanoseconds: RandomPairs<SeededGenerator>.receivedNanoseconds)
      let arrivals = try events.map { event in
        let content = EventDecoder.Content(body: Array(event.text.utf8), receivedAt: receivedAt)
        let reading = try #require(EventDecoder().read(content, makeID: { "made" }).first)
        return Arrival.event(try reading.result.get(), Origin(door: .http, raw: content.body))
      }
      _ = try await store.ingest(arrivals)

      let matcher = PlainMatcher(showsUnnamed: false)
      var seen: [String: Int] = [:]
      for event in events {
        let explanation = try #require(try await store.explanation(of: event.id, for: .everything))
        var expected: [String: String] = [:]
        for subscription in subscriptions {
          let objection = matcher.objection(of: subscription, to: event)
          if objection != .scope { expected[subscription.id] = name(of: objection, subscription.isPaused) }
        }
        var found: [String: String] = [:]
        for subscription in explanation.subscriptions {
          let verdict = subscription.verdict.rawValue
          found[subscription.id] = verdict
          seen[verdict, default: 0] += 1
          #expect(subscription.deliveries.count == ([.matched, .paused].contains(subscription.verdict) ? 1 : 0))
        }
        #expect(found == expected, "\(event.text)")
      }
      for verdict in ["matched", "paused", "type", "groups", "disabled", "filter"] { #expect(seen[verdict, default: 0] >= 50, "\(seen)") }
      try await store.close()
    }
  }

  /// A paused subscription is given its deliveries all the same.
  private func name(of objection: PlainMatcher.Objection?, _ isPaused: Bool) -> String {
    switch objection {
    case nil: isPaused ? "paused" : "matched"
    case .scope: "scope"
    case .disabled: "disabled"
    case .type: "type"
    case .groups: "groups"
    case .filter: "filter"
    }
  }
}
