import Fanfare
import Logging
import ServiceLifecycle
import Synchronization

@testable import EventAPI

/// A public and an internal server on ports of their own, over a store of their own.
struct World: Sendable {
  static let adminToken = "fanfare-admin-token"

  let store: MemoryStore
  let metrics: PrometheusMetrics
  let nudges: Nudges
  let commits: CommitSignal
  let api: RawClient
  let door: RawClient
  let publicRoutes: [Route]
  let internalRoutes: [Route]

  /// How often the API told the dispatcher something.
  final class Nudges: Sendable {
    let requeues = Atomic(0)
    let changes = Atomic(0)
    let replays = Atomic(0)

    var requeueCount: Int { requeues.load(ordering: .relaxed) }
    var changeCount: Int { changes.load(ordering: .relaxed) }
    var replayCount: Int { replays.load(ordering: .relaxed) }
  }

  /// Knows one member besides the admin.
  struct TwoCallers: Authenticator {
    static let memberToken = "member-token"
    let admin = TokenAuthenticator(token: World.adminToken, holder: Caller(name: "admin", username: "admin", isAdmin: true))
    let member = TokenAuthenticator(
      token: memberToken, holder: Caller(name: "ann", username: "ann", groups: ["payments"]))

    func caller(holding credential: String?) async throws(AuthenticationFailure) -> Caller {
      do { return try await member.caller(holding: credential) } catch { return try await admin.caller(holding: credential) }
    }
  }

  /// An authenticator that needs no store.
  static func always(_ authenticator: any Authenticator) -> @Sendable (MemoryStore) -> any Authenticator { { _ in authenticator } }

  /// A public listener on a port of its own, with something different about it. It waits for clients longer than any test takes.
  static func listener(_ change: (inout PublicServer.Configuration) -> Void = { _ in }) -> PublicServer.Configuration {
    var configuration = PublicServer.Configuration(address: address, version: "1.2.3")
    configuration.limits = patientLimits
    change(&configuration)
    return configuration
  }

  private static let address = ListenAddress(host: "127.0.0.1", port: 0)
  private static let patientLimits = ListenerLimits(
    idleTimeout: .seconds(600), headerTimeout: .seconds(600), bodyTimeout: .seconds(600))

  /// - Parameters:
  ///   - listener: the public one.
  ///   - authenticator: of the public server.
  static func run(
    internalToken: String? = nil, maxBodyBytes: Int = 1_048_576, listener: PublicServer.Configuration = World.listener(),
    stream: StreamLimits = StreamLimits(),
    authenticator: @Sendable (MemoryStore) -> any Authenticator = { _ in TwoCallers() }, admission: AdmissionRules = AdmissionRules(),
    services: [any Service] = [], ping: (@Sendable (Subscription) async -> PingReport)? = nil,
    _ body: @Sendable (World) async throws -> Void
  ) async throws {
    let store = MemoryStore(maximumBytes: maxBodyBytes)
    let metrics = PrometheusMetrics()
    let nudges = Nudges()
    let commits = CommitSignal()
    var ports = APIPorts(
      intake: store, events: store, subscriptions: store, deliveries: store, accounts: store, inspection: store,
      health: [PartHealth(store: store, index: 0)],
      now: { MemoryStore.now }, makeID: { store.change { $0.makeID().description } },
      onRequeue: { nudges.requeues.add(1, ordering: .relaxed) },
      onSubscriptionsChanged: { nudges.changes.add(1, ordering: .relaxed) }, commits: commits)
    ports.onReplay = { nudges.replays.add(1, ordering: .relaxed) }
    if let ping { ports.ping = ping }
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    var configuration = listener
    configuration.maxBodyBytes = maxBodyBytes
    configuration.admission = admission
    configuration.stream = stream
    let api = PublicServer(
      configuration: configuration, ports: ports, authenticator: authenticator(store), metrics: metrics, logger: logger)
    var doorConfiguration = InternalServer.Configuration(
      address: address, token: internalToken, maxBodyBytes: maxBodyBytes, version: "1.2.3")
    doorConfiguration.limits = patientLimits
    let door = InternalServer(configuration: doorConfiguration, ports: ports, metrics: metrics, logger: logger)
    let group = ServiceGroup(services: [api, door] + services, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      let world = World(
        store: store, metrics: metrics, nudges: nudges, commits: commits, api: RawClient(port: try await api.port),
        door: RawClient(port: try await door.port), publicRoutes: api.routes, internalRoutes: door.routes)
      let outcome: Result<Void, any Error>
      do {
        outcome = .success(try await body(world))
      } catch {
        outcome = .failure(error)
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
      try outcome.get()
    }
  }

  /// As the admin.
  func get(_ target: String, headers: [(String, String)] = []) async throws -> Answer {
    try await api.send("GET", target, headers: headers + [Self.authorization])
  }

  /// As the admin, with a JSON body.
  func send(_ method: String, _ target: String, _ body: String, headers: [(String, String)] = []) async throws -> Answer {
    try await api.send(
      method, target, headers: headers + [Self.authorization, ("Content-Type", "application/json")], body: Array(body.utf8))
  }

  /// Without a credential, or with this one.
  func get(_ target: String, bearer: String?) async throws -> Answer {
    try await api.send("GET", target, headers: bearer.map { [("Authorization", "Bearer \($0)")] } ?? [])
  }

  /// The value of a sample of `/metrics`.
  func metric(_ sample: String) -> Int? {
    metrics.text.split(separator: "\n").first { $0.hasPrefix(sample + " ") }?.split(separator: " ").last.flatMap { Int($0) }
  }

  static let authorization = ("Authorization", "Bearer \(adminToken)")

  /// Stores one event for each path given as `inventory:p/a/v` or `state:p/e/d`, a second apart, the last one the newest.
  func store(_ paths: String...) {
    store.change { state in
      for path in paths {
        let number = state.events.count + 1
        let side = path.split(separator: ":", maxSplits: 1)
        let names = side[1].split(separator: "/", maxSplits: 2).map(String.init)
        let name = { (index: Int) -> String? in index < names.count ? names[index] : nil }
        state.add(
          Event(
            id: "e\(number)", type: EventType(side[0] == "state" ? "CREATE_STATE_DEPLOYMENT" : "ADD_BUILD"),
            occurredAt: Timestamp(seconds: 1_600_000_000 + Int64(number)), receivedAt: MemoryStore.now,
            path: side[0] == "state"
              ? EventPath(state: StatePlace(project: names[0], environment: name(1), deployment: name(2)))
              : EventPath(inventory: InventoryPlace(project: names[0], application: name(1), version: name(2)))))
      }
    }
  }

  /// Stores an event of project `p` for these groups, newer than all others.
  func store(event id: String, for groups: [String]) {
    store.change { state in
      state.add(
        Event(
          id: id, type: EventType("ADD_BUILD"), occurredAt: Timestamp(seconds: 1_600_000_000 + Int64(state.events.count)),
          receivedAt: MemoryStore.now, audience: Audience(groups), path: EventPath(inventory: InventoryPlace(project: "p"))))
    }
  }
}
