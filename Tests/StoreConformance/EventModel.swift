import Fanfare
import RandomFixture

/// What a store must answer, by looking at every event.
struct EventModel {
  /// Stores random events, some dozen at a time.
  static func ingestRandomEvents(_ count: Int, in store: some EventStore, using random: inout SeededGenerator) async throws -> [Event] {
    let events = (0..<count).map { randomEvent($0, using: &random) }
    for start in stride(from: 0, to: count, by: 37) { _ = try await store.ingest(Array(events[start..<min(start + 37, count)])) }
    return events
  }

  let events: [Event]
  let visibility: DefaultVisibility

  func ids(in timeline: Timeline, for reader: Reader, _ filter: EventFilter) -> [String] {
    events.enumerated()
      .filter { Timeline.all(of: $1).contains(timeline) && maySee($1, reader) && Self.fits($1, filter) }
      .sorted { ($0.element.occurredAt, $0.offset) > ($1.element.occurredAt, $1.offset) }
      .map(\.element.id)
  }

  func maySee(_ event: Event, _ reader: Reader) -> Bool {
    guard case .member(let groups, let username) = reader else { return true }
    if let username, event.username == username { return true }
    if !event.audience.isEmpty { return event.audience.meets(groups) }
    switch visibility {
    case .restricted: return false
    case .authenticated: return username != nil
    case .public: return true
    }
  }

  private static func fits(_ event: Event, _ filter: EventFilter) -> Bool {
    let (inventory, state) = (event.path.inventory, event.path.state)
    func equal(_ wanted: String?, _ there: String?) -> Bool { wanted == nil || wanted == there }
    func comparable(_ version: String?) -> String? { version.map { InventoryPlace.comparable(version: $0) } }
    return (filter.types.isEmpty || filter.types.contains { $0.matches(event.type.name) })
      && equal(filter.username, event.username) && (filter.since.map { event.occurredAt >= $0 } ?? true)
      && (filter.until.map { event.occurredAt < $0 } ?? true) && (!filter.hasDeployment || state?.deployment != nil)
      && equal(filter.inventoryProject, inventory?.project) && equal(filter.inventoryApplication, inventory?.application)
      && equal(comparable(filter.inventoryVersion), comparable(inventory?.version)) && equal(filter.stateProject, state?.project)
      && equal(filter.stateEnvironment, state?.environment) && equal(filter.stateDeployment, state?.deployment)
  }

  // MARK: Chance

  private static let groups = ["a", "b", "c", "d", "*"]
  private static let users = ["ada", "bob", "eve"]
  private static let projects = ["p", "q"]
  private static let types = ["ADD_BUILD", "USER_SIGNUP", "CREATE_STATE_DEPLOYMENT", "SOMETHING_NEW"]

  static func randomEvent(_ index: Int, using random: inout SeededGenerator) -> Event {
    sampleEvent(
      "event-\(index)", type: pick(types, &random), at: Timestamp(seconds: Int64.random(in: 0..<60, using: &random)),
      username: maybe(users, &random), groups: (0..<Int.random(in: 0...2, using: &random)).map { _ in pick(groups, &random) },
      inventory: randomInventory(&random), state: randomState(&random))
  }

  static func randomTimeline(using random: inout SeededGenerator) -> Timeline {
    let inventory = randomInventory(&random) ?? InventoryPlace(project: "p", application: "x", version: "v1")
    let state = randomState(&random) ?? StatePlace(project: "p", environment: "prod", deployment: "web/1")
    let timelines = Timeline.all(of: sampleEvent("", username: pick(users, &random), inventory: inventory, state: state))
    return Bool.random(using: &random) ? .everything : pick(timelines, &random)
  }

  static func randomReader(using random: inout SeededGenerator) -> Reader {
    if Int.random(in: 0..<4, using: &random) == 0 { return .everything }
    let member = (0..<Int.random(in: 0...2, using: &random)).map { _ in pick(groups.dropLast(), &random) }
    return .member(groups: Set(member), username: maybe(users + ["nobody"], &random))
  }

  static func randomFilter(using random: inout SeededGenerator) -> EventFilter {
    var filter = EventFilter()
    func rarely(_ random: inout SeededGenerator) -> Bool { Int.random(in: 0..<7, using: &random) == 0 }
    if rarely(&random) { filter.types = [Glob("*_STATE_*"), Glob("ADD_BUILD")] }
    if rarely(&random) { filter.types = [Glob("NOTHING_LIKE_IT")] }
    if rarely(&random) { filter.username = pick(users, &random) }
    if rarely(&random) { filter.since = Timestamp(seconds: Int64.random(in: 0..<60, using: &random)) }
    if rarely(&random) { filter.until = Timestamp(seconds: Int64.random(in: 0..<60, using: &random)) }
    if rarely(&random) { filter.inventoryProject = pick(projects, &random) }
    if rarely(&random) { filter.inventoryApplication = pick(["x", "y"], &random) }
    if rarely(&random) { filter.inventoryVersion = pick(["v1", "1", "2"], &random) }
    if rarely(&random) { filter.stateProject = pick(projects, &random) }
    if rarely(&random) { filter.stateEnvironment = pick(["prod", "test"], &random) }
    if rarely(&random) { filter.stateDeployment = pick(["web/1", "db"], &random) }
    filter.hasDeployment = rarely(&random)
    return filter
  }

  private static func randomInventory(_ random: inout SeededGenerator) -> InventoryPlace? {
    guard let project = maybe(projects, &random) else { return nil }
    let application = maybe(["x", "y"], &random)
    return InventoryPlace(
      project: project, application: application, version: application == nil ? nil : maybe(["v1", "1", "2"], &random))
  }

  private static func randomState(_ random: inout SeededGenerator) -> StatePlace? {
    guard let project = maybe(projects, &random) else { return nil }
    let environment = maybe(["prod", "test"], &random)
    return StatePlace(project: project, environment: environment, deployment: environment == nil ? nil : maybe(["web/1", "db"], &random))
  }

  private static func pick<Element>(_ elements: some Collection<Element>, _ random: inout SeededGenerator) -> Element {
    // Never empty where it is called.
    elements.randomElement(using: &random)!
  }

  private static func maybe(_ elements: [String], _ random: inout SeededGenerator) -> String? {
    Int.random(in: 0..<4, using: &random) == 0 ? nil : pick(elements, &random)
  }
}
