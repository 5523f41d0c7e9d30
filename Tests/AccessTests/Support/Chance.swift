import Fanfare
import RandomFixture
import StoreConformance

/// The same events and the same people every time.
struct Chance: RandomNumberGenerator {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func next() -> UInt64 { generator.next() }

  mutating func isOneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

  mutating func pick<Element>(_ elements: some Collection<Element>) -> Element {
    // Never empty where it is called.
    elements.randomElement(using: &self)!
  }

  mutating func maybe(_ elements: [String]) -> String? { isOneIn(4) ? nil : pick(elements) }
}

extension Chance {
  static let groups = ["a", "b", "c", "d", "auditor", "project:p:global:read", "*"]
  static let users = ["ada", "bob", "eve"]
  static let projects = ["p", "q"]
  static let types = ["ADD_BUILD", "USER_SIGNUP", "CREATE_STATE_DEPLOYMENT", "SOMETHING_NEW"]

  mutating func event(_ number: Int) -> Event {
    let inventory = maybe(Self.projects).map { project in
      let application = maybe(["x", "y"])
      return InventoryPlace(project: project, application: application, version: application == nil ? nil : maybe(["v1", "1", "2"]))
    }
    let state = maybe(Self.projects).map { project in
      let environment = maybe(["prod", "test"])
      return StatePlace(
        project: project, environment: environment, deployment: environment == nil ? nil : maybe(["web/1", "db", "deployment"]))
    }
    return Event(
      id: isOneIn(5) ? "e/\(number) ü?" : "event-\(number)", type: EventType(pick(Self.types)),
      occurredAt: Timestamp(seconds: Int64.random(in: 0..<50, using: &self)), receivedAt: World.now, username: maybe(Self.users),
      audience: Audience((0..<Int.random(in: 0...2, using: &self)).map { _ in pick(Self.groups) }),
      path: EventPath(inventory: inventory, state: state), data: Array(#"{"secretly":"\#(number % 3)"}"#.utf8))
  }

  mutating func person(_ number: Int) -> Person {
    let roles = ["auditor", "project:p:global:read", "project:p:global:write", "project:q:global:owner", "project:p:global:none"]
    return Person(
      "person-\(number)", username: isOneIn(5) ? "stranger" : pick(Self.users),
      groups: Set((0..<Int.random(in: 0...2, using: &self)).map { _ in pick(Self.groups.prefix(4)) }),
      roles: Set((0..<Int.random(in: 0...2, using: &self)).map { _ in pick(roles) }))
  }
}
