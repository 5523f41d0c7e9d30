import Fanfare
import RandomFixture
import Testing

extension StoreConformance {
  static var historyCases: [StoreCase<World>] {
    DefaultVisibility.allCases.map { visibility in
      StoreCase("\(visibility) by default: a walk back over a scope shows what a plain model says, each event once") { world in
        let store = try await world.open(TestClock(), defaultVisibility: visibility)
        #expect(store.defaultVisibility == visibility)
        var random = SeededGenerator(seed: 2_110)
        let events = try await EventModel.ingestRandomEvents(300, in: store, using: &random)
        let model = EventModel(events: events, visibility: visibility)
        for _ in 0..<80 {
          let reader = EventModel.randomReader(using: &random)
          let side = SubscriptionScope.Side.allCases[Int.random(in: 0..<3, using: &random)]
          let scope = SubscriptionScope(side: side, project: ["p", "q", "never"][Int.random(in: 0..<3, using: &random)])
          let span = [Int64.random(in: 0..<60, using: &random), Int64.random(in: 0..<60, using: &random)].sorted()
          var request = HistoryRequest(since: Timestamp(seconds: span[0]), until: Timestamp(seconds: span[1]))
          request.events = Int.random(in: 1...40, using: &random)
          if Int.random(in: 0..<4, using: &random) == 0 { request.bytes = Int.random(in: 1...2_000, using: &random) }
          var filter = EventFilter()
          (filter.since, filter.until) = (request.since, request.until)
          let fitting = Set(events.filter { scope.contains($0) }.map(\.id))
          let expected = model.ids(in: .everything, for: reader, filter).filter { fitting.contains($0) }
          #expect(try await walk(store, scope, reader, request) == expected, "\(scope) for \(reader)")
        }
        try await world.close(store)
      }
    } + [tellings]
  }

  private static var tellings: StoreCase<World> {
    StoreCase("a past event knows the subscriptions that were told when it was stored, and no others") { world in
      let store = try await world.open(TestClock())
      let inventory = SubscriptionScope(side: .inventory, project: "shop")
      let first = try await store.put([hook("a"), hook("b", events: [Glob("USER_*")])])
      let side = try await store.put([hook("a", in: inventory)], in: inventory)
      let tasks = try await store.ingest([sampleEvent("e1", groups: ["dev"])]).deliveries
      try await store.record([attempt(tasks[0], .dead(.refused))])
      // Removed and made again under the same id, it is another one.
      try await store.put([hook("b")])
      let second = try await store.put([hook("a"), hook("b")])
      _ = try await store.ingest([
        sampleEvent("e2", at: Timestamp(seconds: 1_780_000_001)), sampleEvent("e3", at: Timestamp(seconds: 1_780_000_002), inventory: nil),
      ])
      let request = HistoryRequest(since: Timestamp(seconds: 0), until: Timestamp(seconds: 1_790_000_000))
      let page = try await store.history(of: shop, for: .everything, from: request)
      #expect(page.next == nil)
      #expect(page.events.map(\.event.id) == ["e2", "e1"])
      #expect(page.events[0].told == Set([second[0].row, second[1].row, side[0].row]))
      #expect(page.events[1].told == Set([first[0].row, side[0].row]))
      #expect(second[0].row != first[0].row && second[1].row == first[1].row)
      try await world.close(store)
    }
  }

  private static func walk(
    _ store: World.Store, _ scope: SubscriptionScope, _ reader: Reader, _ request: HistoryRequest
  ) async throws -> [String] {
    var request = request
    var ids: [String] = []
    while true {
      let page = try await store.history(of: scope, for: reader, from: request)
      ids += page.events.map(\.event.id)
      guard let next = page.next else { return ids }
      #expect(!page.events.isEmpty, "a walk that stands still never ends")
      if page.events.isEmpty { return ids }
      request.place = next
    }
  }
}
