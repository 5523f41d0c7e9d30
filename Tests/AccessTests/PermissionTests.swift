import Fanfare
import SQLiteStore
import StoreConformance
import Testing

/// What a caller may do with a project's subscriptions and their deliveries.
@Suite struct PermissionTests {
  private static let reader = Person("reader", username: "rita", groups: ["a"], roles: ["project:p:global:read"])
  private static let writer = Person("writer", username: "will", groups: ["a"], roles: ["project:p:global:write"])
  private static let owner = Person("owner", username: "olga", groups: ["a"], roles: ["project:p:global:owner"])
  private static let stranger = Person(
    "stranger", username: "sam", groups: ["a"], roles: ["project:q:global:owner", "project:pp:global:owner"])
  private static let people = [reader, writer, owner, stranger, .anonymous, .admin]

  private static func run(_ body: @escaping @Sendable (World) async throws -> Void) async throws {
    try await World.run { world in
      for person in people { world.callers.add(person) }
      try await body(world)
    }
  }

  @Test(arguments: people, ["project", "inventory", "state"])
  func `subscriptions are read and written by roles, whether there are any or not`(person: Person, side: String) async throws {
    try await Self.run { world in
      let root = "/api/v1/events/subscriptions/\(side)"
      func put(_ project: String, as person: Person) async throws -> Answer {
        try await world.send("PUT", "\(root)/\(project)/", #"[{"id":"s","type":"webhook","url":"https://x.example/"}]"#, as: person)
      }
      #expect(try await put("p", as: .admin).status == 200)
      let requests: [(method: String, suffix: String, isWrite: Bool)] = [
        ("GET", "", false), ("GET", "/s/secret", true), ("POST", "/s/secret/rotate", true), ("POST", "/s/pause", true),
        ("POST", "/s/resume/", true), ("POST", "/none/pause", true),
      ]
      for (method, suffix, isWrite) in requests {
        let answer = try await world.send(method, "\(root)/p\(suffix)", as: person)
        if isWrite ? person.mayWrite("p") : person.mayRead("p") {
          #expect(answer.status == (suffix.hasPrefix("/none") ? 404 : 200), "\(method) \(suffix) for \(person): \(answer.text)")
        } else {
          #expect(answer.status == person.refusal.status)
          #expect(answer.code == person.refusal.code)
          // A project without subscriptions, and one that nobody ever heard of, look no other.
          let empty = try await world.send(method, "\(root)/unheard\(suffix)", as: person)
          #expect(empty.text.replacing("unheard", with: "p") == answer.text)
        }
      }
      #expect(try await put("p", as: person).status == (person.mayWrite("p") ? 200 : person.refusal.status))
      #expect(try await put("r", as: person).status == (person.isAdmin ? 200 : person.refusal.status))
    }
  }

  /// Four dead deliveries: of the projects p and q, of an event for a and one for b each.
  private static func deliver(_ world: World) async throws -> [String: DeliveryID] {
    for project in Chance.projects {
      let scope = SubscriptionScope(side: .project, project: project)
      let hook = Subscription(scope: scope, id: "s", kind: .webhook, url: "https://x.example/")
      _ = try await world.store.replace(scope, with: [hook], ifVersion: nil)
    }
    let events = Chance.projects.flatMap { project in
      ["a", "b"].map { group in
        Event(
          id: "\(project)-\(group)", type: EventType("ADD_BUILD"), occurredAt: World.now, receivedAt: World.now,
          audience: Audience([group]), path: EventPath(inventory: InventoryPlace(project: project)))
      }
    }
    let tasks = try await world.store.ingest(events.map { .event($0, Origin(door: .http, raw: [])) }).deliveries
    try await world.store.record(
      tasks.map { task in
        AttemptRecord(
          result: AttemptResult(
            task: task, startedAt: World.now, duration: .zero, outcome: .response(status: 404, body: [], retryAfter: nil)),
          verdict: Verdict(state: .dead(.refused), reason: "http_404"))
      })
    return Dictionary(uniqueKeysWithValues: tasks.map { ($0.event.id, $0.id) })
  }

  private static let deadLetters = "/api/v1/events/dead-letters"

  @Test(arguments: people)
  func `a retry is for who sees the delivery and may write the project`(person: Person) async throws {
    try await Self.run { world in
      let ids = try await Self.deliver(world)
      for (event, id) in ids {
        let sees = person.isAdmin || person.groups.contains(String(event.suffix(1)))
        let may = person.mayWrite(String(event.prefix(1)))
        for (method, target, body) in [
          ("POST", "/api/v1/events/deliveries/\(id)/retry", nil), ("POST", "\(Self.deadLetters)/requeue", #"{"id":"\#(id)"}"#),
          ("POST", "\(Self.deadLetters)/requeue", #"{"ids":["\#(id)"]}"#),
        ] {
          let answer = try await world.send(method, target, body, as: person)
          let isKnown = person.token != nil
          #expect(answer.status == (isKnown && !sees ? 404 : may ? 200 : person.refusal.status), "\(event) for \(person)")
          #expect(answer.code == (isKnown && !sees ? "unknown_delivery" : may ? nil : person.refusal.code))
        }
        let state = try await world.get("/api/v1/events/deliveries/\(id)", as: .admin).json["state"]
        #expect(state == (sees && may ? "scheduled" : "dead"))
      }
    }
  }

  @Test(arguments: people)
  func `a requeue by filter needs a project that may be written, and takes only what is visible`(person: Person) async throws {
    try await Self.run { world in
      let ids = try await Self.deliver(world)
      func requeue(_ body: String) async throws -> Answer {
        try await world.send("POST", Self.deadLetters + "/requeue", body, as: person)
      }
      let one = try #require(ids["p-a"])
      let other = try #require(ids["q-a"])
      if !person.isAdmin {
        for body in [#"{"all":true}"#, #"{"event":"p-a"}"#, #"{"subscription":"s"}"#, #"{"since":"2020-01-01T00:00:00Z"}"#] {
          let answer = try await requeue(body)
          #expect(answer.status == person.refusal.status)
          #expect(answer.code == person.refusal.code)
        }
        // One that he may not, and none is.
        let mixed = try await requeue(#"{"ids":["\#(one)","\#(other)"]}"#)
        #expect(mixed.status == person.refusal.status)
        #expect(try await world.get(Self.deadLetters, as: .admin).ids.count == 4)
      }
      let filtered = try await requeue(#"{"project":"p"}"#)
      if person.mayWrite("p") {
        #expect(filtered.text == #"{"requeued":\#(person.isAdmin ? 2 : 1)}"#)
        #expect(try await world.get(Self.deadLetters, as: .admin).ids.count == (person.isAdmin ? 2 : 3))
      } else {
        #expect(filtered.status == person.refusal.status)
        #expect(try await world.get(Self.deadLetters, as: .admin).ids.count == 4)
      }
    }
  }

  @Test func `the quarantine is for admins, and the figures for who has the role besides`() async throws {
    try await Self.run { world in
      let watcher = Person("watcher", username: "walt", roles: ["metrics:read"])
      world.callers.add(watcher)
      for person in Self.people + [watcher] {
        let listing = try await world.get("/api/v1/events/quarantine/", as: person)
        #expect(listing.status == (person.isAdmin ? 200 : person.refusal.status))
        let isAllowed = person.isAdmin || person.token == "watcher"
        #expect(try await world.get("/metrics", as: person).status == (isAllowed ? 200 : person.refusal.status))
      }
    }
  }
}
