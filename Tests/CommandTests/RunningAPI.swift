import EventAPI
import Fanfare
import Logging
import SQLiteStore
import ServiceLifecycle

@testable import fanfare

/// The public API over a store, and a client of it.
enum RunningAPI {
  /// Nobody brings events here.
  private struct ClosedDoor: EventIntake {
    func create(_ document: InboundDocument) async throws -> [String] { throw IntakeOverloaded() }
    func release(_ entry: QuarantineEntry) async throws -> [String] { throw IntakeOverloaded() }
  }

  static func with(_ store: SQLiteStore, token: String, _ body: (ServiceClient) async throws -> Void) async throws {
    let ports = APIPorts(
      intake: ClosedDoor(), events: store, subscriptions: store, deliveries: store, accounts: store, inspection: store, health: [],
      now: SystemClock.now, makeID: SubscriptionIDs().next)
    let server = PublicServer(
      configuration: .init(address: ListenAddress(host: "127.0.0.1", port: 0), version: "test"), ports: ports,
      authenticator: KeyAuthenticator(accounts: store, now: SystemClock.now, logger: .silent), metrics: PrometheusMetrics(),
      logger: .silent)
    let group = ServiceGroup(services: [server], logger: .silent)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      let client = try ServiceClient(base: "http://127.0.0.1:\(try await server.port)", token: token)
      let outcome: Result<Void, any Error>
      do { outcome = .success(try await body(client)) } catch { outcome = .failure(error) }
      try await client.close()
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
      try outcome.get()
    }
  }
}
