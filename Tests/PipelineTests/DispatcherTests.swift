import Fanfare
import Logging
import ServiceLifecycle
import Synchronization
import Testing
import Threading

@testable import Pipeline

/// The loop around the plan: what it does when the store or the receivers fail.
@Suite(.timeLimit(.minutes(20))) struct DispatcherTests {
  private let now = Timestamp(seconds: 1_000_000)

  private func task(_ row: Int64, url: String = "http://x/") -> DeliveryTask {
    DeliveryTask(
      id: DeliveryID(KSUID(timestamp: 1, high: 7, low: UInt64(row))),
      event: StoredEvent(
        sequence: row, id: "e\(row)", type: EventType("T"), occurredAt: now, receivedAt: now, compact: Array("{}".utf8), traceparent: nil),
      subscription: Subscription(scope: SubscriptionScope(side: .project, project: "p"), id: "s", kind: .webhook, url: url),
      endpoint: EndpointID(row: 1), attemptsMade: 0, triesMade: 0, throttles: 0, dueAt: now)
  }

  private func dispatcher(
    _ store: ScriptedStore, _ sender: ScriptedSender, onRecorded: @escaping @Sendable (RecordReceipt) -> Void = { _ in }
  ) -> Dispatcher<
    ScriptedSender
  > {
    var configuration = Dispatcher<ScriptedSender>.Configuration(retryPolicy: RetryPolicy(schedule: [.seconds(5)]))
    configuration.drainTimeout = .seconds(600)
    return Dispatcher(
      configuration: configuration, store: store, sender: sender, clock: { [now] in now },
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), onRecorded: onRecorded)
  }

  @Test func `what is due in the table at the start is claimed, sent and recorded`() async throws {
    let store = ScriptedStore(table: [task(1), task(2)])
    let sender = ScriptedSender()
    let dispatcher = dispatcher(store, sender)
    let running = Task { try await dispatcher.run() }
    let sent = await sender.nextSent()
    #expect(sent.map(\.id.row) == [1, 2])
    sender.end(sent, .response(status: 204, body: [], retryAfter: nil))
    let recorded = await store.nextRecorded()
    #expect(recorded.map(\.verdict.state) == [.succeeded, .succeeded])
    running.cancel()
    try await running.value
  }

  @Test func `an attempt that cannot be written down is written down later and not made again`() async throws {
    let store = ScriptedStore(table: [], recordFailures: 2)
    let sender = ScriptedSender()
    let (deaths, death) = AsyncStream.makeStream(of: Void.self)
    let dispatcher = dispatcher(store, sender, onRecorded: { receipt in if receipt.hasOutbox { death.yield() } })
    let running = Task { try await dispatcher.run() }
    dispatcher.offer([task(1)])
    sender.end(await sender.nextSent(), .response(status: 404, body: [], retryAfter: nil))
    let recorded = await store.nextRecorded()
    #expect(recorded.map(\.verdict.state) == [.dead(.refused)])
    // The next delivery still gets through, and the first was sent once.
    dispatcher.offer([task(2)])
    #expect(await sender.nextSent().map(\.id.row) == [2])
    var deathsTold = deaths.makeAsyncIterator()
    #expect(await deathsTold.next() != nil)
    running.cancel()
    try await running.value
    death.finish()
    #expect(await deathsTold.next() == nil, "once")
  }

  @Test func `what a change of its subscription has overtaken is read from the table again, and not sent as it was`() async throws {
    let store = ScriptedStore(table: [])
    let sender = ScriptedSender()
    let dispatcher = dispatcher(store, sender)
    // Offered late: the change came first, and narrowed, moved and removed. The table keeps one of the three.
    store.overtaken.withLock { $0 = [1, 2, 3] }
    dispatcher.offer([task(1), task(2), task(3), task(4)])
    store.put(task(2, url: "http://moved/"))
    let running = Task { try await dispatcher.run() }
    #expect(await sender.nextSent().map(\.id.row) == [4])
    store.overtaken.withLock { $0 = [] }
    dispatcher.lookAgain()
    let again = await sender.nextSent()
    #expect(again.map(\.id.row) == [2])
    #expect(again.map(\.subscription.url) == ["http://moved/"])
    running.cancel()
    try await running.value
  }

  @Test func `a stop waits for what is in flight and writes it down`() async throws {
    let store = ScriptedStore(table: [])
    let sender = ScriptedSender()
    let dispatcher = dispatcher(store, sender)
    let group = ServiceGroup(
      configuration: .init(
        services: [.init(service: dispatcher)], logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
    let running = Task { try await group.run() }
    dispatcher.offer([task(1)])
    let sent = await sender.nextSent()
    await group.triggerGracefulShutdown()
    sender.end(sent, .response(status: 500, body: [], retryAfter: nil))
    let recorded = await store.nextRecorded()
    #expect(recorded.count == 1)
    guard case .scheduled(let dueAt) = recorded[0].verdict.state else {
      Issue.record("a 500 was not scheduled again")
      return
    }
    #expect(dueAt > now)
    try await running.value
  }
}

private final class ScriptedSender: DeliverySender {
  let results = BatchStream<AttemptResult>()
  private let sent = BatchStream<[DeliveryTask]>()

  func send(_ tasks: [DeliveryTask]) { sent.send([tasks]) }

  func nextSent() async -> [DeliveryTask] {
    var iterator = sent.makeAsyncIterator()
    return await iterator.next()?.flatMap { $0 } ?? []
  }

  func end(_ tasks: [DeliveryTask], _ outcome: Outcome) {
    results.send(
      tasks.map { AttemptResult(task: $0, startedAt: Timestamp(seconds: 1_000_000), duration: .milliseconds(3), outcome: outcome) })
  }
}

private final class ScriptedStore: DeliveryStore {
  private let table: Mutex<[DeliveryTask]>
  private let failures: Mutex<Int>
  /// Rows of deliveries whose tasks in memory are not what the table has.
  let overtaken = Mutex<Set<Int64>>([])
  private let recorded = BatchStream<[AttemptRecord]>()

  init(table: [DeliveryTask], recordFailures: Int = 0) {
    self.table = Mutex(table)
    failures = Mutex(recordFailures)
  }

  func put(_ task: DeliveryTask) { table.withLock { $0.append(task) } }

  func nextRecorded() async -> [AttemptRecord] {
    var iterator = recorded.makeAsyncIterator()
    return await iterator.next()?.first ?? []
  }

  func dueLanes() async throws -> [DueLane] {
    table.withLock { table in table.first.map { [DueLane(lane: Lane(of: $0), endpoint: $0.endpoint, dueAt: $0.dueAt)] } ?? [] }
  }

  func claim(_ lane: Lane, dueAt now: Timestamp, excluding held: Set<DeliveryID>, limit: Int) async throws -> [DeliveryTask] {
    table.withLock { table in
      // What is overtaken stays: it is claimed as it was, withdrawn, and claimed again.
      defer { table.removeAll { !held.contains($0.id) && isCurrent($0) } }
      return table.filter { !held.contains($0.id) }
    }
  }

  func isCurrent(_ task: DeliveryTask) -> Bool { overtaken.withLock { !$0.contains(task.id.row) } }

  func newestDelivery() async throws -> Int64 { 0 }

  func nextDue(of lane: Lane, after now: Timestamp) async throws -> Timestamp? { nil }

  func endpointHealth() async throws -> [EndpointID: EndpointHealth] { [:] }
  func endpointPauses() async throws -> [EndpointID: Timestamp] { [:] }

  func record(_ attempts: [AttemptRecord], endpoints: [EndpointReport]) async throws -> RecordReceipt {
    let fails = failures.withLock { failures in
      defer { failures = max(0, failures - 1) }
      return failures > 0
    }
    if fails { throw DiskFull() }
    recorded.send([attempts])
    return RecordReceipt(hasOutbox: attempts.contains { $0.verdict.state.name == "dead" })
  }
}
