import Fanfare
import Glibc
import SQLiteStore

/// A store in a directory of its own, filled through its port as the pipeline does it.
struct GrowingStore {
  private let path: String
  private var store: SQLiteStore
  private let delivers: Bool

  init(at path: String, delivers: Bool) async throws {
    guard mkdir(path, 0o700) == 0 else { throw Failure("\(path) cannot be made; if it is left from a run that was ended, remove it") }
    self.path = path
    self.delivers = delivers
    store = try Self.open(path)
    if !delivers { return }
    for project in 0..<Producer.deployments / 20 {
      let scope = SubscriptionScope(side: .project, project: "project-\(project)")
      let hook = Subscription(scope: scope, id: "hook", kind: .webhook, url: "https://receiver.example/\(project)")
      _ = try await store.replace(scope, with: [hook], ifVersion: nil)
    }
  }

  private static func open(_ directory: String) throws -> SQLiteStore {
    // What is encrypted with it is thrown away.
    guard let key = SecretKey(bytes: [UInt8](repeating: 0, count: SecretKey.byteCount)) else { throw Failure("the key has another length") }
    return try SQLiteStore.open(SQLiteStoreConfiguration(directory: directory, secretKey: { _ in key }, clock: { Producer.start }))
  }

  /// What the store's part costs: making the events is not counted.
  func ingest(_ count: Int, from producer: inout Producer, batch: Int) async throws -> Cost {
    var cost = Cost()
    var left = count
    while left > 0 {
      let arrivals = (0..<min(batch, left)).map { _ in producer.next() }
      left -= arrivals.count
      let before = Cost.Reading()
      let receipt = try await store.ingest(arrivals)
      if delivers { _ = try await store.record(receipt.deliveries.map(Self.success), endpoints: []) }
      cost.add(since: before, events: arrivals.count)
    }
    return cost
  }

  private static func success(_ task: DeliveryTask) -> AttemptRecord {
    AttemptRecord(
      result: AttemptResult(
        task: task, startedAt: Producer.start, duration: .milliseconds(2), outcome: .response(status: 204, body: [], retryAfter: nil)),
      verdict: Verdict(state: .succeeded, reason: "http_204"))
  }

  /// Closes it, which moves its log into the file, and opens it again.
  ///
  /// - Returns: how long the opening took.
  mutating func reopen() async throws -> Duration {
    try await store.close()
    let start = ContinuousClock.now
    store = try Self.open(path)
    return ContinuousClock.now - start
  }

  func close() async throws { try await store.close() }

  /// Of the database alone; complete after ``reopen()``.
  var fileBytes: Int {
    var status = stat()
    return stat(path + "/fanfare.db", &status) == 0 ? Int(status.st_size) : 0
  }

  /// Times of pages of twenty events in nanoseconds, read and written as JSON, for each kind of page.
  func latencies(pages: Int, _ producer: Producer) async throws -> [[Int64]] {
    var times: [[Int64]] = []
    for kind in PageKind.allCases {
      var list: [Int64] = []
      for number in 0..<pages + 10 {
        let start = ContinuousClock.now
        let page = try await store.events(
          in: kind.timeline(number), for: kind.reader(number), filter: EventFilter(), page: EventPageRequest(size: 20))
        var json = JSONWriter(capacity: 16_384)
        for event in page.events { event.appendWireJSON(to: &json) }
        // The first ones warm the caches.
        if number >= 10 { list.append((ContinuousClock.now - start).wholeNanoseconds) }
      }
      times.append(list)
    }
    return times
  }

  static func remove(_ path: String) throws {
    for name in ["", "-wal", "-shm", ".lock"] { unlink("\(path)/fanfare.db\(name)") }
    guard rmdir(path) == 0 else { throw Failure("\(path) cannot be removed") }
  }
}

/// What is asked for.
enum PageKind: String, CaseIterable {
  case everything = "all, admin"
  case deployment = "a deployment, admin"
  case member = "a deployment, one group"

  func timeline(_ number: Int) -> Timeline {
    if self == .everything { return .everything }
    let place = Producer.place(number % Producer.deployments)
    return .stateDeployment(project: place.project, environment: place.environment ?? "", deployment: place.deployment ?? "")
  }

  func reader(_ number: Int) -> Reader {
    self == .member ? .member(groups: ["team-\(number % 20)"], username: nil) : .everything
  }
}

struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
