import Fanfare
import Testing

/// Every route that shows events or their deliveries, for random people on random events, against a model that looks at each of them.
@Suite struct VisibilityTests {
  @Test(arguments: DefaultVisibility.allCases)
  func `every listing of events shows each caller what he may see, in order, page by page`(visibility: DefaultVisibility) async throws {
    try await World.run(visibility) { world in
      var chance = Chance(seed: 41)
      let random = try await RandomWorld(world, visibility, events: 140, people: 7, using: &chance)
      for person in random.people {
        for route in ListingRoute.all {
          let expected = random.model.ids(for: person, where: route.fits)
          let size = Int.random(in: 3...60, using: &chance)
          #expect(try await world.walk(route.target, size: size, as: person) == expected, "\(route.target) for \(person)")
        }
      }
    }
  }

  @Test(arguments: DefaultVisibility.allCases)
  func `one event, and its explanation, are there for whom it is visible, and else as if it never was`(
    visibility: DefaultVisibility
  ) async throws {
    try await World.run(visibility) { world in
      var chance = Chance(seed: 42)
      let random = try await RandomWorld(world, visibility, events: 40, people: 6, using: &chance)
      for person in random.people {
        for event in random.model.events {
          let path = "/api/v1/events/event/\(event.id.percentEncoded)"
          let mayFrom = try await world.get("/api/v1/events/query/?page_from=\(event.id.percentEncoded)", as: person)
          for target in [path, path + "/", path + "/explain", path + "/explain/"] {
            let answer = try await world.get(target, as: person)
            if random.model.may(person, see: event) {
              #expect(answer.status == 200, "\(target) for \(person)")
              let json = try answer.json
              #expect((json["event"] ?? json)["id"]?.stringValue == event.id)
              #expect(mayFrom.status == 200)
            } else {
              let never = try await world.get(target.replacing(event.id.percentEncoded, with: "never"), as: person)
              #expect(answer.status == 404)
              #expect(answer.code == "unknown_event")
              #expect(answer.text == never.text.replacing(#""never""#, with: JSONValue.string(event.id).text))
              #expect(mayFrom.status == 400)
            }
          }
          if mayFrom.status == 400 {
            let never = try await world.get("/api/v1/events/query/?page_from=never", as: person)
            #expect(mayFrom.text == never.text.replacing(#""never""#, with: JSONValue.string(event.id).text))
          }
        }
      }
    }
  }

  @Test(arguments: DefaultVisibility.allCases)
  func `every listing of deliveries and dead letters shows each caller those of events he may see`(
    visibility: DefaultVisibility
  ) async throws {
    try await World.run(visibility) { world in
      var chance = Chance(seed: 43)
      let random = try await RandomWorld(world, visibility, events: 90, people: 6, using: &chance)
      let event = random.model.deliveries[20].task.event.id
      let filters: [(query: String, fits: (Model.Made) -> Bool)] = [
        ("", { _ in true }), ("project=p", { $0.project == "p" }), ("subscription=some", { $0.task.subscription.id == "some" }),
        ("project=q&subscription=all", { $0.project == "q" && $0.task.subscription.id == "all" }),
        ("event=\(event.percentEncoded)", { $0.task.event.id == event }), ("event=never", { _ in false }),
        ("project=nowhere", { _ in false }),
      ]
      for person in random.people where person.token != nil {
        for (query, fits) in filters {
          let size = Int.random(in: 2...50, using: &chance)
          for order in ["desc", "asc"] {
            func expected(_ state: String?) -> [String] {
              let ids = random.model.deliveries(for: person) { fits($0) && (state == nil || $0.state.name == state) }
              return order == "desc" ? ids : ids.reversed()
            }
            for state in [nil, "dead", "scheduled"] {
              let query = [query, state.map { "state=\($0)" } ?? "", "order=\(order)"].filter { !$0.isEmpty }.joined(separator: "&")
              let found = try await world.walkCursors("/api/v1/events/deliveries/?\(query)", size: size, as: person)
              #expect(found == expected(state), "\(query) for \(person)")
            }
            let dead = [query, "order=\(order)"].filter { !$0.isEmpty }.joined(separator: "&")
            let found = try await world.walkCursors("/api/v1/events/dead-letters/?\(dead)", size: size, as: person)
            #expect(found == expected("dead"), "\(dead) for \(person)")
          }
        }
      }
    }
  }

  @Test func `one delivery is there for whom its event is, and names its receiver to those who may read the subscriptions`() async throws {
    try await World.run { world in
      var chance = Chance(seed: 44)
      let random = try await RandomWorld(world, .restricted, events: 40, people: 8, using: &chance)
      let never = "23E0dGLAnH943qkNMvMEZeFsWya"
      for person in random.people where person.token != nil {
        let unknown = try await world.get("/api/v1/events/deliveries/\(never)", as: person)
        for made in random.model.deliveries {
          let answer = try await world.get("/api/v1/events/deliveries/\(made.id)", as: person)
          if random.model.may(person, see: made) {
            #expect(answer.status == 200)
            #expect(try answer.json["event"]?.stringValue == made.task.event.id)
            let shows = person.mayRead(made.project)
            #expect(answer.text.contains("receiver.example") == shows, "\(person)")
            #expect(answer.text.contains("from the receiver") == shows)
            #expect(!answer.text.contains("hidden"))
          } else {
            #expect(answer.status == 404)
            #expect(answer.text == unknown.text.replacing(never, with: made.id))
          }
        }
      }
    }
  }
}
