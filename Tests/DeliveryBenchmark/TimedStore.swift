import Fanfare
import SQLiteStore
import Synchronization

/// The store, and how long each delivery took from the commit of its event to its receiver's answer.
final class TimedStore: DeliveryStore {
  private struct State {
    var committedAt: [Int64: Timestamp] = [:]
    var taken: [(url: String, latency: Duration)] = []
  }

  private let store: SQLiteStore
  private let state = Mutex(State())

  init(_ store: SQLiteStore) { self.store = store }

  func committed(_ fates: [IngestReceipt.Fate], at now: Timestamp) {
    state.withLock { state in
      for case .stored(let sequence) in fates { state.committedAt[sequence] = now }
    }
  }

  func succeeded(where isMeant: (String) -> Bool) -> Int { state.withLock { $0.taken.count { isMeant($0.url) } } }

  func latencies(where isMeant: (String) -> Bool) -> [Duration] {
    state.withLock { $0.taken.filter { isMeant($0.url) }.map(\.latency) }
  }

  func record(_ attempts: [AttemptRecord], endpoints: [EndpointReport]) async throws -> RecordReceipt {
    state.withLock { state in
      for attempt in attempts where attempt.verdict.state == .succeeded {
        let (task, answeredAt) = (attempt.result.task, attempt.result.startedAt + attempt.result.duration)
        guard let committedAt = state.committedAt.removeValue(forKey: task.event.sequence) else { continue }
        state.taken.append((task.subscription.url, answeredAt - committedAt))
      }
    }
    return try await store.record(attempts, endpoints: endpoints)
  }

  func dueLanes() async throws -> [DueLane] { try await store.dueLanes() }
  func endpointHealth() async throws -> [EndpointID: EndpointHealth] { try await store.endpointHealth() }
  func endpointPauses() async throws -> [EndpointID: Timestamp] { try await store.endpointPauses() }
  func claim(_ lane: Lane, dueAt now: Timestamp, excluding held: Set<DeliveryID>, limit: Int) async throws -> [DeliveryTask] {
    try await store.claim(lane, dueAt: now, excluding: held, limit: limit)
  }
  func isCurrent(_ task: DeliveryTask) -> Bool { store.isCurrent(task) }
  func newestDelivery() async throws -> Int64 { try await store.newestDelivery() }

  func nextDue(of lane: Lane, after now: Timestamp) async throws -> Timestamp? { try await store.nextDue(of: lane, after: now) }
}
