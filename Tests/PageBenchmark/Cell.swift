import Fanfare
import RandomFixture
import SQLiteStore

/// One way of asking: who, where, and how deep.
struct Cell: Hashable {
  enum Who: String, CaseIterable {
    case admin = "admin, sees all"
    case member = "member, sees all"
    case hundredth = "1 %"
    case rare = "1 in 100,000"
    case maker = "own 1 %"

    var reader: Reader {
      switch self {
      case .admin: .everything
      case .member: .member(groups: ["all"], username: "reader")
      case .hundredth: .member(groups: ["hundredth"], username: "reader")
      case .rare: .member(groups: ["rare"], username: "reader")
      case .maker: .member(groups: ["nobody-else"], username: "maker")
      }
    }
  }

  enum Place: String, CaseIterable {
    case everything
    case project = "largest project"

    var timeline: Timeline {
      switch self {
      case .everything: .everything
      case .project: .inventoryProject(Population.project)
      }
    }
  }

  let who: Who
  let place: Place
  /// From the middle of the list instead of its head.
  let isDeep: Bool

  static let all = Who.allCases.flatMap { who in
    Place.allCases.flatMap { place in [false, true].map { Cell(who: who, place: place, isDeep: $0) } }
  }

  /// The time of each page in nanoseconds, read and written as JSON.
  func measure(_ population: Population, _ store: SQLiteStore, pages: Int) async throws -> [Int64] {
    var times: [Int64] = []
    for number in 0..<pages + 5 {
      let from = isDeep ? try await middle(population, store, number) : nil
      let request = EventPageRequest(size: 20, from: from)
      // Once untimed: a small store is all in memory, and the disk under a large one is not what is compared.
      _ = try await store.events(in: place.timeline, for: who.reader, filter: EventFilter(), page: request)
      let start = ContinuousClock.now
      let page = try await store.events(in: place.timeline, for: who.reader, filter: EventFilter(), page: request)
      var json = JSONWriter(capacity: 16_384)
      for event in page.events { event.appendWireJSON(to: &json) }
      let duration = ContinuousClock.now - start
      if page.events.isEmpty { throw ExitError("nothing to see for \(who.rawValue) in \(place.rawValue) of \(population.name)") }
      // The first ones warm the caches.
      if number >= 5 { times.append(duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000) }
    }
    return times
  }

  /// An event about the middle of what the caller sees.
  private func middle(_ population: Population, _ store: SQLiteStore, _ number: Int) async throws -> String {
    var random = SeededGenerator(seed: UInt64(number) &* 7919 &+ UInt64(population.events))
    var filter = EventFilter()
    filter.until = Population.start + .seconds(population.events / 2 + Int.random(in: 0..<max(1, population.events / 10), using: &random))
    let page = try await store.events(in: place.timeline, for: who.reader, filter: filter, page: EventPageRequest(size: 1))
    guard let event = page.events.first else { throw ExitError("no event about the middle of \(population.name)") }
    return event.id
  }
}
