import Fanfare
import Glibc
import HTTPDelivery
import Logging
import Pipeline
import SQLiteStore
import Synchronization
import Threading

/// A store, a dispatcher, a sender and a receiver, put together as the service does it.
final class Stage: Sendable {
  private let sqlite: SQLiteStore
  private let timed: TimedStore
  private let dispatcher: Dispatcher<HTTPSender>
  private let receiver: BenchmarkReceiver
  private let made = Mutex(0)

  private init(_ sqlite: SQLiteStore, _ timed: TimedStore, _ dispatcher: Dispatcher<HTTPSender>, _ receiver: BenchmarkReceiver) {
    self.sqlite = sqlite
    self.timed = timed
    self.dispatcher = dispatcher
    self.receiver = receiver
  }

  static func with<Value: Sendable>(
    in directory: String, keepsStore: Bool = false, answer: @escaping @Sendable (BenchmarkReceiver.Request) -> BenchmarkReceiver.Answer,
    body: @Sendable (Stage) async throws -> Value
  ) async throws -> Value {
    let path = "\(directory)/delivery-benchmark-\(getpid())"
    mkdir(path, 0o700)
    // There are no secrets in it.
    guard let key = SecretKey(bytes: [UInt8](repeating: 0, count: SecretKey.byteCount)) else { fatalError("the key has another length") }
    var configuration = SQLiteStoreConfiguration(directory: path, secretKey: { _ in key }, clock: Self.now)
    configuration.logger = Logger(label: "store", factory: { _ in SwiftLogNoOpLogHandler() })
    let store = try SQLiteStore.open(configuration)
    let quiet = Logger(label: "benchmark", factory: { _ in SwiftLogNoOpLogHandler() })
    let sender = try HTTPSender(
      configuration: HTTPSenderConfiguration(
        allowNetworks: [CIDR(parsing: "127.0.0.0/8")].compactMap { $0 }, userAgentVersion: "benchmark", clock: Self.now), logger: quiet)
    let timed = TimedStore(store)
    let dispatcher = Dispatcher(
      configuration: .init(retryPolicy: RetryPolicy()), store: timed, sender: sender, clock: Self.now, logger: quiet,
      onRecorded: { _ in })
    let receiver = try await BenchmarkReceiver.start(answer)
    let value = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await sender.run() }
      group.addTask { try await dispatcher.run() }
      defer { group.cancelAll() }
      return try await body(Stage(store, timed, dispatcher, receiver))
    }
    try await receiver.stop()
    try await store.close()
    if keepsStore {
      print("the store is in \(path)")
    } else {
      for file in ["fanfare.sqlite", "fanfare.sqlite-wal", "fanfare.sqlite-shm", "fanfare.sqlite.lock"] { unlink("\(path)/\(file)") }
      rmdir(path)
    }
    return value
  }

  func subscribe(
    project: String, path: String, ordering: Subscription.Ordering = .none, retrySchedule: [Duration]? = nil
  ) async throws {
    try await subscribe(
      project: project, url: "http://127.0.0.1:\(receiver.port)\(path)", ordering: ordering, retrySchedule: retrySchedule)
  }

  func subscribe(
    project: String, url: String, ordering: Subscription.Ordering = .none, retrySchedule: [Duration]? = nil
  ) async throws {
    let scope = SubscriptionScope(side: .state, project: project)
    _ = try await sqlite.replace(
      scope,
      with: [Subscription(scope: scope, id: "s", kind: .webhook, url: url, retrySchedule: retrySchedule, ordering: ordering)],
      ifVersion: nil)
    dispatcher.subscriptionsChanged()
  }

  /// Stores events in steps of 10 ms, each when its time has come.
  func feed(ticks: Int, perTick: Int, lanes: Int = 1, project: @Sendable (Int) -> String) async throws {
    let start = ContinuousClock.now
    for tick in 0..<ticks {
      // The load's own beat.
      try await Task.sleep(until: start + .milliseconds(10 * tick), tolerance: .zero)
      try await store(perTick, lanes: lanes, project: project)
    }
  }

  /// One commit of so many events, offered to the dispatcher as the service does it.
  func store(_ count: Int, lanes: Int, project: (Int) -> String) async throws {
    let first = made.withLock { made in
      defer { made += count }
      return made
    }
    let now = Self.now()
    let arrivals = (first..<first + count).map { number in
      Arrival.event(
        Event(
          id: "\(number % lanes)-\(number / lanes)", type: EventType("CREATE_STATE_DEPLOYMENT"), occurredAt: now, receivedAt: now,
          path: EventPath(state: StatePlace(project: project(number), environment: "live", deployment: "d\(number % lanes)")),
          data: Array(#"{"status":"done","text":"\#(String(repeating: "x", count: 200))"}"#.utf8)),
        Origin(door: .http, raw: []))
    }
    let receipt = try await sqlite.ingest(arrivals)
    timed.committed(receipt.fates, at: Self.now())
    dispatcher.offer(receipt.deliveries)
  }

  /// Waits until so many deliveries were made to such URLs.
  func settle(_ expected: Int, where isMeant: @Sendable (String) -> Bool) async throws {
    // Looked at now and then: what is waited for is timed elsewhere.
    while timed.succeeded(where: isMeant) < expected { try await Task.sleep(for: .milliseconds(50)) }
  }

  func latencies(where isMeant: (String) -> Bool) -> Percentiles { Percentiles(timed.latencies(where: isMeant)) }

  @Sendable private static func now() -> Timestamp { Timestamp(nanoseconds: WallClock.nanoseconds) }

  /// What ``store(_:lanes:project:)`` made an event's id of.
  static func laneAndNumber(of event: String) -> (lane: Int, number: Int) {
    let parts = event.split(separator: "-").compactMap { Int($0) }
    return parts.count == 2 ? (parts[0], parts[1]) : (-1, -1)
  }
}
