import Fanfare
import RandomFixture
import Testing

extension StoreConformance {
  static var visibilityCases: [StoreCase<World>] {
    DefaultVisibility.allCases.map { visibility in
      StoreCase("\(visibility) by default: pages of every timeline, reader and filter are those of a plain model") { world in
        let store = try await world.open(TestClock(), defaultVisibility: visibility)
        var random = SeededGenerator(seed: 2_026)
        let events = try await EventModel.ingestRandomEvents(400, in: store, using: &random)
        let model = EventModel(events: events, visibility: visibility)
        for _ in 0..<150 {
          let timeline = EventModel.randomTimeline(using: &random)
          let reader = EventModel.randomReader(using: &random)
          let filter = EventModel.randomFilter(using: &random)
          let expected = model.ids(in: timeline, for: reader, filter)
          let size = Int.random(in: 1...25, using: &random)
          let found = try await walk(store, timeline, reader, filter, size: size)
          #expect(found == expected, "\(timeline) for \(reader) with \(filter)")
        }
        for event in events.prefix(60) {
          let reader = EventModel.randomReader(using: &random)
          let seen = try await store.event(event.id, for: reader)
          #expect((seen != nil) == model.maySee(event, reader))
          #expect(try seen.map { try Event(compact: $0).path } ?? event.path == event.path)
        }
        try await world.close(store)
      }
    } + [manyAudiences, manyRareAudiences, laterAudiences, boundaries]
  }

  /// A caller of more groups than there are runs to merge.
  private static var manyAudiences: StoreCase<World> {
    StoreCase("a caller with hundreds of audiences sees what a plain model says") { world in
      let store = try await world.open(TestClock())
      let events = (0..<900).map { index in
        sampleEvent(
          "e\(index)", at: Timestamp(seconds: Int64(index / 7)), username: index % 50 == 0 ? "ada" : "bob", groups: ["group-\(index % 600)"]
        )
      }
      _ = try await store.ingest(events)
      let model = EventModel(events: events, visibility: .restricted)
      for count in [10, 250, 300, 590] {
        let reader = Reader.member(groups: Set((0..<count).map { "group-\($0)" }), username: "ada")
        for username in [nil, "ada", "bob"] {
          var filter = EventFilter()
          filter.username = username
          let expected = model.ids(in: .inventoryProject("shop"), for: reader, filter)
          #expect(try await walk(store, .inventoryProject("shop"), reader, filter, size: 100) == expected)
        }
      }
      try await world.close(store)
    }
  }

  /// Reading in time order and skipping what is not his would never end; a run for each audience is merged in the middle of a page.
  private static var manyRareAudiences: StoreCase<World> {
    StoreCase("a caller with hundreds of audiences that are seldom met sees what a plain model says") { world in
      let store = try await world.open(TestClock())
      let events = (0..<12_000).map { index in
        let isRare = index < 6_000 && index.isMultiple(of: 20) || index > 11_990
        return sampleEvent(
          "e\(index)", at: Timestamp(seconds: Int64(index / 3)), username: index.isMultiple(of: 1_000) ? "ada" : "bob",
          groups: [isRare ? "rare-\(index / 20)" : "many"])
      }
      _ = try await store.ingest(events)
      let model = EventModel(events: events, visibility: .restricted)
      let groups = Set((0..<600).map { "rare-\($0)" })
      for username in [nil, "ada"] {
        let reader = Reader.member(groups: groups, username: username)
        for size in [7, 100] {
          let expected = model.ids(in: .inventoryProject("shop"), for: reader, EventFilter())
          #expect(try await walk(store, .inventoryProject("shop"), reader, EventFilter(), size: size) == expected)
        }
      }
      try await world.close(store)
    }
  }

  private static var laterAudiences: StoreCase<World> {
    StoreCase("a caller who came before sees what is for audiences that were new since then") { world in
      let store = try await world.open(TestClock())
      let reader = Reader.member(groups: ["a", "b"], username: nil)
      func seen() async throws -> [String] { try await walk(store, .everything, reader, EventFilter(), size: 2) }
      _ = try await store.ingest([sampleEvent("1", groups: ["a"])])
      #expect(try await seen() == ["1"])
      _ = try await store.ingest([sampleEvent("2", groups: ["c"])])
      #expect(try await seen() == ["1"])
      _ = try await store.ingest([
        sampleEvent("3", groups: ["b", "c"]), sampleEvent("4", groups: ["*"]), sampleEvent("5", groups: ["c", "d"]),
      ])
      #expect(try await seen() == ["4", "3", "1"])
      try await world.close(store)
    }
  }

  private static var boundaries: StoreCase<World> {
    StoreCase("a page from an event that is unknown, or that the reader may not see, is refused alike") { world in
      let store = try await world.open(TestClock())
      _ = try await store.ingest([sampleEvent("mine", groups: ["a"]), sampleEvent("theirs", groups: ["b"])])
      let reader = Reader.member(groups: ["a"], username: nil)
      for id in ["theirs", "nothing"] {
        let error = await #expect(throws: UnknownEvent.self) {
          _ = try await store.events(in: .everything, for: reader, filter: EventFilter(), page: EventPageRequest(from: id))
        }
        #expect(error?.id == id)
      }
      let all = try await store.events(in: .everything, for: .everything, filter: EventFilter(), page: EventPageRequest(from: "theirs"))
      #expect(all.events.map(\.id) == ["mine"])
      try await world.close(store)
    }
  }

  private static func walk(
    _ store: World.Store, _ timeline: Timeline, _ reader: Reader, _ filter: EventFilter, size: Int
  ) async throws -> [String] {
    var ids: [String] = []
    while true {
      let page = try await store.events(
        in: timeline, for: reader, filter: filter, page: EventPageRequest(size: size, from: ids.last))
      ids += page.events.map(\.id)
      #expect(page.events.count <= size)
      if !page.hasMore { return ids }
      #expect(page.events.count == size)
      if page.events.isEmpty { return ids }
    }
  }
}
