import Fanfare
import SQLiteStore
import Testing

/// Exports and streams of random events, for random people, against the model that looks at each event.
@Suite struct FollowingTests {
  @Test(arguments: DefaultVisibility.allCases)
  func `an export holds what the listing shows, line by line and row by row`(visibility: DefaultVisibility) async throws {
    try await World.run(visibility) { world in
      var chance = Chance(seed: 51)
      let random = try await RandomWorld(world, visibility, events: 140, people: 7, using: &chance)
      for person in random.people {
        for filter in FilterCase.all {
          let expected = random.model.listing(for: person, where: filter.fits)
          try await Self.check("/api/v1/events/export?\(filter.query)", holds: expected, for: person, in: world)
        }
      }
    }
  }

  @Test func `an export of several pages has no seams, where many events are of one instant either`() async throws {
    try await World.run { world in
      var chance = Chance(seed: 52)
      let random = try await RandomWorld(world, .restricted, events: 2_300, people: 2, using: &chance)
      for person in random.people {
        let expected = random.model.listing(for: person) { _ in true }
        if person.isAdmin { #expect(expected.count >= 2_300) }
        try await Self.check("/api/v1/events/export/?", holds: expected, for: person, in: world)
      }
    }
  }

  private static func check(_ target: String, holds expected: [Event], for person: Person, in world: World) async throws {
    let lines = try await world.get(target + "&format=jsonl", as: person)
    #expect(lines.status == 200)
    let ids = try lines.text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8))["id"]?.stringValue }
    #expect(ids == expected.map(\.id), "\(target) for \(person)")
    let table = try await world.get(target + "&format=csv", as: person)
    #expect(try CommaSeparated.rows(table.text).dropFirst() == expected.map(row)[...], "\(target) for \(person)")
  }

  private static func row(_ event: Event) -> [String] {
    let (inventory, state) = (event.path.inventory, event.path.state)
    return [
      event.id, event.type.name, event.occurredAt.rfc3339, event.receivedAt.rfc3339, event.username ?? "",
      event.audience.groups.joined(separator: ";"), inventory?.project ?? "", inventory?.application ?? "", inventory?.version ?? "",
      state?.project ?? "", state?.environment ?? "", state?.deployment ?? "", String(decoding: event.data ?? [], as: UTF8.self),
    ]
  }

  /// Is for everybody and fits every filter that anything fits: whoever follows gets it after all that there is for him.
  private static let end = Event(
    id: "the end", type: EventType("ADD_BUILD"), occurredAt: World.now, receivedAt: World.now, username: "ada", audience: Audience(["*"]),
    path: EventPath(
      inventory: InventoryPlace(project: "p", application: "x", version: "v1"), state: StatePlace(project: "q", environment: "prod")))

  private static func run(
    _ visibility: DefaultVisibility, seed: UInt64, _ body: @escaping @Sendable (World, RandomWorld, Chance) async throws -> Void
  ) async throws {
    try await World.run(visibility) { world in
      var chance = Chance(seed: seed)
      // More than the feed looks at in one go.
      let random = try await RandomWorld(world, visibility, events: 260, people: 6, using: &chance)
      _ = try await world.store.ingest([.event(end, Origin(door: .http, raw: []))])
      try await body(world, random, chance)
    }
  }

  @Test(arguments: DefaultVisibility.allCases)
  func `a stream from the beginning gives each caller what he may see, in the order of storing`(visibility: DefaultVisibility) async throws
  {
    try await Self.run(visibility, seed: 53) { world, random, _ in
      let filters = FilterCase.timeless.filter { $0.fits(Self.end) }
      #expect(filters.count >= 5)
      for person in random.people {
        for filter in filters {
          let since = filter.query + (filter.query.isEmpty ? "" : "&") + "since=1970-01-01T00:00:00Z"
          let found = try await world.follow(since, until: Self.end.id, as: person).map(\.id)
          #expect(found == random.model.trail(for: person, where: filter.fits) + [Self.end.id], "\(filter.query) for \(person)")
        }
      }
    }
  }

  @Test(arguments: DefaultVisibility.allCases)
  func `a stream goes on after any event that the caller may see, whatever the filter`(visibility: DefaultVisibility) async throws {
    try await Self.run(visibility, seed: 54) { world, random, chance in
      var chance = chance
      for person in random.people {
        let all = try await world.follow("since=1970-01-01T00:00:00Z", until: Self.end.id, as: person)
        let trail = random.model.trail(for: person) { _ in true }
        #expect(all.map(\.id) == trail + [Self.end.id])
        for _ in 0..<4 where !trail.isEmpty {
          let index = Int.random(in: 0..<trail.count, using: &chance)
          let position = all[index].position
          let header = try await world.follow("", lastEventID: position, until: Self.end.id, as: person).map(\.id)
          #expect(header == all[(index + 1)...].map(\.id), "after \(position) for \(person)")
          let rest = Set(header)
          let filtered = try await world.follow(
            "username=ada&last_event_id=\(position.percentEncoded)", until: Self.end.id, as: person)
          let expected = random.model.trail(for: person) { $0.username == "ada" && rest.contains($0.id) }
          #expect(filtered.map(\.id) == expected + [Self.end.id])
        }
      }
    }
  }

  @Test(arguments: DefaultVisibility.allCases)
  func `a stream does not go on after an event that is hidden, as if it never was`(visibility: DefaultVisibility) async throws {
    try await Self.run(visibility, seed: 55) { world, random, _ in
      for person in random.people {
        let target = "/api/v1/events/stream/?last_event_id="
        let never = try await world.get(target + "never", as: person)
        #expect(never.status == 404)
        for event in random.model.events.prefix(15) {
          let answer = try await world.get(target + event.id.percentEncoded.percentEncoded, as: person)
          if random.model.may(person, see: event) {
            #expect(answer.status == 200)
          } else {
            #expect(answer.status == 404)
            #expect(answer.text == never.text.replacing(#""never""#, with: JSONValue.string(event.id).text))
          }
        }
      }
    }
  }
}
