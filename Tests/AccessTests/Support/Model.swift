import Fanfare

/// Who must be shown what, said as plainly as can be: by looking at every event.
struct Model: Sendable {
  /// In the order of arrival.
  var events: [Event]
  let visibility: DefaultVisibility
  var deliveries: [Made] = []

  /// A delivery, and what became of it.
  struct Made: Sendable {
    let task: DeliveryTask
    let state: DeliveryState

    var id: String { task.id.description }
    var project: String { task.subscription.scope.project }
  }

  func may(_ person: Person, see event: Event) -> Bool {
    if person.isAdmin { return true }
    if let username = person.username, event.username == username { return true }
    let named = Set(event.audience.groups)
    if named.contains("*") { return true }
    if !named.isDisjoint(with: person.groups.union(person.roles)) { return true }
    if !named.isEmpty { return false }
    switch visibility {
    case .restricted: return false
    case .authenticated: return person.username != nil
    case .public: return true
    }
  }

  /// What a listing must show, the newest first, ties by arrival.
  func listing(for person: Person, where fits: (Event) -> Bool) -> [Event] {
    events.enumerated().filter { may(person, see: $1) && fits($1) }
      .sorted { ($0.element.occurredAt, $0.offset) > ($1.element.occurredAt, $1.offset) }
      .map(\.element)
  }

  func ids(for person: Person, where fits: (Event) -> Bool) -> [String] { listing(for: person, where: fits).map(\.id) }

  /// What a stream from the beginning must show, as it was stored.
  func trail(for person: Person, where fits: (Event) -> Bool) -> [String] {
    events.filter { may(person, see: $0) && fits($0) }.map(\.id)
  }

  func may(_ person: Person, see delivery: Made) -> Bool { may(person, see: event(of: delivery)) }

  func event(of delivery: Made) -> Event { events[Int(delivery.task.event.sequence) - 1] }

  /// The newest first.
  func deliveries(for person: Person, where fits: (Made) -> Bool = { _ in true }) -> [String] {
    deliveries.reversed().filter { may(person, see: $0) && fits($0) }.map(\.id)
  }
}

/// One route that lists events, with what it must be about.
struct ListingRoute: Sendable {
  let target: String
  let fits: @Sendable (Event) -> Bool

  init(_ target: String, _ fits: @escaping @Sendable (Event) -> Bool) {
    self.target = "/api/v1/events/query" + target
    self.fits = fits
  }

  static let all: [ListingRoute] = everything + inventory + state

  private static let everything =
    [ListingRoute("") { _ in true }] + FilterCase.all.map { ListingRoute("/?" + $0.query, $0.fits) }

  private static let inventory = [
    ListingRoute("/inventory/") { $0.path.inventory != nil }, ListingRoute("/inventory/p/") { $0.path.inventory?.project == "p" },
    ListingRoute("/inventory/q/x") { $0.path.inventory?.project == "q" && $0.path.inventory?.application == "x" },
    ListingRoute("/inventory/p/x/1/") {
      $0.path.inventory?.project == "p" && $0.path.inventory?.application == "x" && ["1", "v1"].contains($0.path.inventory?.version)
    },
    ListingRoute("/inventory/nowhere/") { _ in false },
  ]

  private static let state = ["project", "state"].flatMap { side in
    [
      ListingRoute("/\(side)/") { $0.path.state != nil }, ListingRoute("/\(side)/p") { $0.path.state?.project == "p" },
      ListingRoute("/\(side)/q/prod/") { $0.path.state?.project == "q" && $0.path.state?.environment == "prod" },
      ListingRoute("/\(side)/p/prod/web/1") { $0.path.state == StatePlace(project: "p", environment: "prod", deployment: "web/1") },
      ListingRoute("/\(side)/p/prod/web%2F1") { $0.path.state == StatePlace(project: "p", environment: "prod", deployment: "web/1") },
      ListingRoute("/\(side)/p/test/deployment?deployment=db") {
        $0.path.state == StatePlace(project: "p", environment: "test", deployment: "db")
      },
      ListingRoute("/\(side)/nowhere/prod/") { _ in false },
    ]
  }
}
