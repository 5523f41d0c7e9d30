import Fanfare
import Testing

extension StoreConformance {
  static var visibilityCases: [StoreCase<World>] {
    DefaultVisibility.allCases.map { visibility in
      StoreCase("\(visibility) by default: pages of every timeline, reader and filter are those of a plain model") { world in
        let store = try await world.open(TestClock(), defaultVisibility: visibility)
        var random = SeededGenerator(seed: 2_026)
        let events = (0..<400).map { EventModel.randomEvent($0, using: &random) }
        for start in stride(from: 0, to: events.count, by: 37) {
          _ = try await store.ingest(Array(events[start..<min(start + 37, events.count)]))
        }
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
    } + [manyAudiences, boundaries]
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
