import Fanfare
import Glibc
import RandomFixture
import SQLiteStore

/// Events of fifty projects, one of which has half of them, of the Inventory and of the State in turn, and who may see them.
///
/// Every event names the group `all` and that of a team. One in a hundred names `hundredth` as well, one in 100,000 (but 120 at least, so
/// that there are pages of them in the smallest store) names `rare`, and one in a hundred was made by `maker`, for nobody else to see.
struct Population: Hashable {
  static let start = Timestamp(seconds: 1_700_000_000)
  /// The one with half of the events.
  static let project = "project-0"

  let events: Int
  let audiences: Int

  var name: String { "pages-\(events)-\(audiences)" }
  var end: Timestamp { Self.start + .seconds(events) }
  private var rareEvery: Int { max(1, events / max(120, events / 100_000)) }

  /// The store of these events, made if it is not there yet.
  func store(in directory: String) async throws -> SQLiteStore {
    let path = "\(directory)/\(name)"
    if access(path, F_OK) == 0 { return try Self.open(path) }
    let part = path + ".part"
    guard mkdir(part, 0o700) == 0 else { throw ExitError("\(part) cannot be made; if it is left from a run that was ended, remove it") }
    let store = try Self.open(part)
    try await fill(store)
    try await store.close()
    guard rename(part, path) == 0 else { throw ExitError("\(part) cannot be renamed") }
    return try Self.open(path)
  }

  private static func open(_ directory: String) throws -> SQLiteStore {
    // There are no secrets in it.
    guard let key = SecretKey(bytes: [UInt8](repeating: 0, count: SecretKey.byteCount)) else {
      throw ExitError("the key has another length")
    }
    var configuration = SQLiteStoreConfiguration(directory: directory, secretKey: { _ in key }, clock: { start })
    // The batches that a store is filled with are large.
    configuration.writerBytesBound = 1 << 30
    return try SQLiteStore.open(configuration)
  }

  private func fill(_ store: SQLiteStore) async throws {
    // Large batches: their rows are sorted, so a page of the database is written once for all that goes there.
    let batch = 100_000
    let clock = ContinuousClock.now
    for first in stride(from: 0, to: events, by: batch) {
      let arrivals = (first..<min(first + batch, events)).map { Arrival.event(event($0), Self.origin) }
      _ = try await store.ingest(arrivals)
      print("\(name): \(first + arrivals.count) of \(events) events, \(ContinuousClock.now - clock)")
    }
  }

  private static let origin = Origin(door: .amqp(exchange: "inventory.events", routingKey: "event"), raw: [])

  private func event(_ number: Int) -> Event {
    var random = SeededGenerator(seed: UInt64(number))
    let team = Int.random(in: 0..<audiences, using: &random)
    // A team works on one project, as teams do; every second one on the same.
    var project = "project-\(team.isMultiple(of: 2) ? 0 : team % 100)"
    var groups = ["all", "team-\(team)"]
    // One in a hundred of many sets, or one more beside few.
    if audiences > 100 ? team / 2 % 100 == 3 : Int.random(in: 0..<100, using: &random) == 0 { groups.append("hundredth") }
    if number % rareEvery == rareEvery / 2 {
      groups = ["all", "rare"]
      project = Self.project
    }
    let isOwn = Int.random(in: 0..<100, using: &random) == 0
    let path =
      number.isMultiple(of: 2)
      ? EventPath(
        inventory: InventoryPlace(
          project: project, application: "application-\(Int.random(in: 0..<10, using: &random))",
          version: "1.\(Int.random(in: 0..<50, using: &random))"))
      : EventPath(
        state: StatePlace(
          project: project, environment: Int.random(in: 0..<3, using: &random) == 0 ? "production" : "testing",
          deployment: "deployment-\(Int.random(in: 0..<30, using: &random))"))
    let occurredAt = Self.start + .seconds(number)
    return Event(
      id: "event-\(number)", type: EventType(number.isMultiple(of: 2) ? "ADD_BUILD" : "UPDATE_STATE_DEPLOYMENT"), occurredAt: occurredAt,
      receivedAt: occurredAt + .milliseconds(3), username: isOwn ? "maker" : "user-\(Int.random(in: 0..<500, using: &random))",
      audience: isOwn ? .nobody : Audience(groups), path: path,
      data: Array(
        #"{"commit":"\#(Int.random(in: 0..<1 << 60, using: &random))","branch":"main","duration":\#(Int.random(in: 0..<900, using: &random)),"status":"passed","message":"Build \#(number) of the service, as the pipeline has made it from the branch"}"#
          .utf8))
  }
}

struct ExitError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
