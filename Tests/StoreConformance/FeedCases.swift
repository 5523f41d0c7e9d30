import Fanfare
import RandomFixture
import Testing

extension StoreConformance {
  static var feedCases: [StoreCase<World>] {
    DefaultVisibility.allCases.map { visibility in
      StoreCase("\(visibility) by default: who follows along gets what a plain model says, in the order of storing") { world in
        let store = try await world.open(TestClock(), defaultVisibility: visibility)
        var random = SeededGenerator(seed: 815)
        let events = try await EventModel.ingestRandomEvents(400, in: store, using: &random)
        let model = EventModel(events: events, visibility: visibility)
        for _ in 0..<100 {
          let reader = EventModel.randomReader(using: &random)
          let filter = EventModel.randomFilter(using: &random)
          let visible = Set(model.ids(in: .everything, for: reader, filter))
          let after = Int64.random(in: 0...400, using: &random)
          let expected = events[Int(after)...].map(\.id).filter { visible.contains($0) }
          let size = Int.random(in: 1...60, using: &random)
          #expect(try await follow(store, reader, filter, after: after, size: size) == expected, "\(reader) with \(filter)")
        }
        try await world.close(store)
      }
    } + [boundedPages, tail, receipt, shortPages]
  }

  private static var boundedPages: StoreCase<World> {
    StoreCase("a look ahead ends with so many events or bytes, after a bounded number of others, and says how far it came") { world in
      let store = try await world.open(TestClock())
      let data = "\"" + String(repeating: "x", count: 1000) + "\""
      for start in stride(from: 0, to: 6_000, by: 1_000) {
        _ = try await store.ingest(
          (start..<start + 1_000).map { sampleEvent("e\($0)", groups: [$0 == 5_999 ? "mine" : "theirs"], data: "{\"d\":\(data)}") })
      }
      let everything = Reader.everything
      let few = try await store.events(for: everything, filter: EventFilter(), from: FeedRequest(after: 10, events: 3))
      #expect(few.events.map(\.id) == ["e10", "e11", "e12"])
      #expect(few.examined == 13)
      #expect(!few.isAtEnd)
      let small = try await store.events(for: everything, filter: EventFilter(), from: FeedRequest(after: 0, events: 100, bytes: 2_500))
      #expect(small.events.map(\.id) == ["e0", "e1", "e2"])
      let one = try await store.events(for: everything, filter: EventFilter(), from: FeedRequest(after: 0, events: 100, bytes: 1))
      #expect(one.events.map(\.id) == ["e0"])

      let member = Reader.member(groups: ["mine"], username: nil)
      let nothing = try await store.events(for: member, filter: EventFilter(), from: FeedRequest(after: 0))
      #expect(nothing.events.isEmpty)
      #expect((1..<5_999).contains(nothing.examined))
      #expect(!nothing.isAtEnd)
      #expect(try await follow(store, member, EventFilter(), after: 0, size: 10) == ["e5999"])
      try await world.close(store)
    }
  }

  private static var tail: StoreCase<World> {
    StoreCase("a follower at the end gets what is stored next, and nothing of it twice") { world in
      let store = try await world.open(TestClock())
      #expect(try await store.lastSequence() == 0)
      let empty = try await store.events(for: .everything, filter: EventFilter(), from: FeedRequest(after: 0))
      #expect(empty.events.isEmpty && empty.isAtEnd && empty.examined == 0)
      _ = try await store.ingest([sampleEvent("a"), sampleEvent("b", at: Timestamp(seconds: 1))])
      let position = try await store.lastSequence()
      #expect(position == 2)
      _ = try await store.ingest([sampleEvent("a"), sampleEvent("c", at: Timestamp(seconds: 0))])
      let page = try await store.events(for: .everything, filter: EventFilter(), from: FeedRequest(after: position))
      #expect(page.events.map(\.id) == ["c"])
      #expect(page.isAtEnd)
      #expect(try await store.events(for: .everything, filter: EventFilter(), from: FeedRequest(after: page.examined)).events.isEmpty)
      try await world.close(store)
    }
  }

  private static var receipt: StoreCase<World> {
    StoreCase("a follower may begin with what was received at an instant") { world in
      let store = try await world.open(TestClock())
      let events = (1...50).map { number in
        var event = sampleEvent("e\(number)")
        event.receivedAt = Timestamp(seconds: Int64(number / 2) * 10)
        return event
      }
      #expect(try await store.sequence(receivedBefore: Timestamp(seconds: 5)) == 0)
      _ = try await store.ingest(events)
      for (seconds, sequence) in [(-1, 0), (0, 0), (1, 1), (10, 1), (11, 3), (20, 3), (250, 49), (251, 50)] as [(Int64, Int64)] {
        #expect(try await store.sequence(receivedBefore: Timestamp(seconds: seconds)) == sequence, "\(seconds)")
      }
      try await world.close(store)
    }
  }

  private static var shortPages: StoreCase<World> {
    StoreCase("a page of a listing ends early with the bytes that it may have, and the next goes on after it") { world in
      let store = try await world.open(TestClock())
      _ = try await store.ingest((0..<30).map { sampleEvent("e\($0)", at: Timestamp(seconds: Int64($0)), data: "{\"n\":\"0123456789\"}") })
      var ids: [String] = []
      var pages = 0
      while true {
        let page = try await store.events(
          in: .everything, for: .everything, filter: EventFilter(), page: EventPageRequest(size: 20, from: ids.last, bytes: 300))
        ids += page.events.map(\.id)
        pages += 1
        #expect((1...4).contains(page.events.count))
        if !page.hasMore { break }
      }
      #expect(ids == (0..<30).reversed().map { "e\($0)" })
      #expect(pages > 7)
      try await world.close(store)
    }
  }

  private static func follow(
    _ store: World.Store, _ reader: Reader, _ filter: EventFilter, after: Int64, size: Int
  ) async throws -> [String] {
    var ids: [String] = []
    var position = after
    while true {
      let page = try await store.events(for: reader, filter: filter, from: FeedRequest(after: position, events: size))
      #expect(page.events.count <= size)
      #expect(page.events.allSatisfy { $0.sequence > position && $0.sequence <= page.examined })
      ids += page.events.map(\.id)
      position = page.examined
      if page.isAtEnd { return ids }
    }
  }
}
