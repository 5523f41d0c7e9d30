import EventAPI
import Fanfare
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@Suite struct ShutdownTests {
  /// A part whose health is known only once the test says so.
  private final class Undecided: HealthReporting {
    private let asked = Mutex<CheckedContinuation<Health, Never>?>(nil)
    private let signal: AsyncStream<Void>.Continuation
    /// Fires when somebody asks.
    let questions: AsyncStream<Void>

    init() { (questions, signal) = AsyncStream.makeStream() }

    func health() async -> Health {
      await withCheckedContinuation { continuation in
        asked.withLock { $0 = continuation }
        signal.yield()
      }
    }

    func decide() {
      asked.withLock { $0.take() }?.resume(returning: Health(part: "store", isReady: true, reason: "at last"))
    }
  }

  @Test func `a server that stops answers what it was asked before, and takes no more`() async throws {
    let store = MemoryStore()
    let part = Undecided()
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let ports = APIPorts(
      intake: store, events: store, subscriptions: store, deliveries: store, accounts: store, inspection: store, health: [part],
      now: { MemoryStore.now },
      makeID: { "x" })
    let server = InternalServer(
      configuration: .init(address: ListenAddress(host: "127.0.0.1", port: 0), version: "1"), ports: ports, metrics: PrometheusMetrics(),
      logger: logger)
    let group = ServiceGroup(services: [server], logger: logger)
    async let running: Void = group.run()
    let client = RawClient(port: try await server.port)
    async let answer = client.send("GET", "/health")
    for await _ in part.questions { break }

    await group.triggerGracefulShutdown()
    part.decide()

    #expect(try await answer.json["parts"]?[0]?["reason"] == "at last")
    try await running
    await #expect(throws: (any Error).self) { try await client.send("GET", "/health/live") }
  }
}
