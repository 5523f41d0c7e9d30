import Fanfare
import SQLiteStore
import StoreConformance

/// What the table's requests are about, made anew as often as a request may change it.
struct Subjects {
  /// By the names that the table has for them.
  private(set) var ids: [String: String] = [:]

  /// Both projects get the subscription t, which no event of the table is for, and s, which gets every event of its project.
  static func subscribe(_ store: SQLiteStore) async throws {
    for side in SubscriptionScope.Side.allCases {
      for project in ["p", "q"] {
        let scope = SubscriptionScope(side: side, project: project)
        let s = Subscription(scope: scope, id: "s", kind: .webhook, url: "https://x.example/", events: [Glob("*")])
        let t = Subscription(scope: scope, id: "t", kind: .webhook, url: "https://x.example/", events: [Glob("USER_SIGNUP")])
        // One s a project: an event has one delivery.
        _ = try await store.replace(scope, with: side == .project ? [s, t] : [t], ifVersion: nil)
      }
    }
  }

  /// - Parameters:
  ///   - number: keeps these subjects apart from others.
  ///   - row: the only one that they are for, which tells what is not needed; nil for any.
  init(_ number: Int, for row: AccessTable.Row? = nil, in store: SQLiteStore) async throws {
    let t = #"{"id":"t","type":"webhook","url":"https://x.example/","events":["USER_SIGNUP"]}"#
    ids["ONLY-T"] = "[\(t)]"
    ids["BOTH"] = #"[{"id":"s","type":"webhook","url":"https://x.example/","events":["*"]},\#(t)]"#
    ids["NAME"] = "name-\(number)"
    for project in ["p", "q"] {
      let order = #""project":"\#(project)","since":"2020-01-01T00:00:00Z","until":"2030-01-01T00:00:00Z""#
      ids["ORDER-\(project.uppercased())"] = "{\(order)}"
      ids["PREVIEW-\(project.uppercased())"] = #"{\#(order),"preview":true}"#
    }
    func isNeeded(_ names: String...) -> Bool { row.map { row in names.contains { row.mentions($0) } } ?? true }
    if isNeeded("EVENT-", "DEAD-", "QUARANTINED") { try await makeEvents(number, in: store) }
    if isNeeded("REPLAY-") { try await makeReplays(in: store) }
    if isNeeded("ACCOUNT", "OWN", "KEY") { try await makeAccount(number, in: store) }
  }

  /// The text with ids in the place of names.
  func fill(_ text: String) -> String {
    var (filled, word) = ("", "")
    for character in text + " " {
      if character.isUppercase || character == "-" {
        word.append(character)
      } else {
        filled += (ids[word] ?? word) + String(character)
        word = ""
      }
    }
    return String(filled.dropLast())
  }

  private mutating func makeEvents(_ number: Int, in store: SQLiteStore) async throws {
    let subjects = [("A", "p", "a"), ("B", "p", "b"), ("ALL", "p", "*"), ("Q", "q", "a")]
    let events = subjects.enumerated().map { index, subject in
      let (name, project, group) = subject
      return Event(
        // Of the type whose own deaths are not told of, so that these are all the events there are.
        id: "\(name.lowercased())-\(number)", type: .deliveryDead, occurredAt: World.now + .seconds(index), receivedAt: World.now,
        audience: Audience([group]),
        path: EventPath(
          inventory: InventoryPlace(project: project, application: "shop", version: "1"),
          state: StatePlace(project: project, environment: "prod", deployment: "web/1")))
    }
    let unread = Quarantined(
      reason: .unknownType, detail: "not known at the time",
      origin: Origin(door: .http, raw: Array(#"{"id":"unread-\#(number)","type":"ADD_BUILD","timestamp":1}"#.utf8)), receivedAt: World.now)
    let arrivals = events.map { Arrival.event($0, Origin(door: .http, raw: [])) } + [.quarantined(unread)]
    let tasks = try await store.ingest(arrivals).deliveries
    try await store.record(
      tasks.map { task in
        AttemptRecord(
          result: AttemptResult(
            task: task, startedAt: World.now, duration: .zero, outcome: .response(status: 404, body: [], retryAfter: nil)),
          verdict: Verdict(state: .dead(.refused), reason: "http_404"))
      })
    for event in events {
      let name = event.id.prefix { $0 != "-" }.uppercased()
      ids["EVENT-\(name)"] = event.id
      ids["DEAD-\(name)"] = tasks.first { $0.event.id == event.id }?.id.description
    }
    ids["QUARANTINED"] = try await store.quarantine(page: CursorPage(size: 1, order: .descending)).elements.first?.id.description
  }

  private mutating func makeReplays(in store: SQLiteStore) async throws {
    for project in ["p", "q"] {
      let order = ReplayOrder(project: project, since: World.now, until: World.now + .seconds(1))
      ids["REPLAY-\(project.uppercased())"] = try await store.makeReplay(order).id.description
    }
  }

  private mutating func makeAccount(_ number: Int, in store: SQLiteStore) async throws {
    let account = try await store.addAccount(Account.Profile(name: "somebody-\(number)")).id
    ids["ACCOUNT"] = account.description
    ids["KEY"] = try await Self.makeKey(number, of: account, in: store)
    (ids["OWN"], ids["OWN-KEY"]) = (ids["ACCOUNT"], ids["KEY"])
  }

  /// The subjects for whom this account is his own. It gets a key that he can do without, of which an account has only so many.
  func owned(
    by account: KSUID?, _ number: Int, for row: AccessTable.Row? = nil, in store: SQLiteStore
  ) async throws -> Subjects {
    guard let account, row?.mentions("OWN") ?? true else { return self }
    var subjects = self
    subjects.ids["OWN"] = account.description
    subjects.ids["OWN-KEY"] = try await Self.makeKey(number, of: account, in: store)
    return subjects
  }

  private static func makeKey(_ number: Int, of account: KSUID, in store: SQLiteStore) async throws -> String {
    let digest = APIKey.digest(of: "\(number) of \(account)")
    return try await store.addKey(APIKey.Draft(name: "k"), digest: digest, to: account).id.description
  }
}
