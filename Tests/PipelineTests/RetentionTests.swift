import Fanfare
import Logging
import Synchronization
import Testing

@testable import Pipeline

@Suite struct RetentionTests {
  private static let now = Timestamp(seconds: 1_790_000_000)

  private func retention(
    _ store: ScriptedStore, _ limits: [RetainedKind: Duration], pause: @escaping @Sendable (Duration) async throws -> Void = { _ in }
  ) -> Retention {
    Retention(
      limits: limits, store: store, clock: { Self.now }, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
      pause: pause)
  }

  @Test func `each kind with a limit is removed step by step, with a pause after each, and the others are not touched`() async {
    let store = ScriptedStore([.events: 3, .quarantine: 1, .attempts: 5])
    let pauses = Mutex(0)
    await retention(store, [.events: .seconds(10), .quarantine: .seconds(20)]) { _ in pauses.withLock { $0 += 1 } }.sweep()
    #expect(
      store.asked == [
        .init(kind: .events, before: Self.now - .seconds(10), after: 0), .init(kind: .events, before: Self.now - .seconds(10), after: 1),
        .init(kind: .events, before: Self.now - .seconds(10), after: 2),
        .init(kind: .quarantine, before: Self.now - .seconds(20), after: 0),
      ])
    #expect(pauses.withLock { $0 } == 2)
    #expect(store.agesAsked == RetainedKind.allCases)
  }

  @Test func `a kind that fails does not keep the others, and is tried again`() async {
    let store = ScriptedStore([.events: 2, .idempotency: 1], failures: 1)
    let retention = retention(store, [.events: .seconds(1), .idempotency: .seconds(1)])
    await retention.sweep()
    #expect(store.asked.map(\.kind) == [.events, .idempotency])
    await retention.sweep()
    #expect(store.asked.map(\.kind) == [.events, .idempotency, .events, .events, .idempotency])
  }

  @Test func `it sweeps when it starts and after each interval, until it is told to stop`() async throws {
    let store = ScriptedStore([.events: 1])
    struct Over: Error {}
    let intervals = Mutex<[Duration]>([])
    try await retention(store, [.events: .seconds(40), .attempts: .seconds(86_400)]) { duration in
      let count = intervals.withLock { intervals in
        intervals.append(duration)
        return intervals.count
      }
      if count == 3 { throw Over() }
    }.run()
    #expect(intervals.withLock { $0 } == [.seconds(4), .seconds(4), .seconds(4)])
    #expect(store.asked.count { $0.kind == .events } == 3)
  }
}

/// A store whose kinds are at their ends after so many steps.
private final class ScriptedStore: RetentionStore {
  struct Question: Equatable {
    var kind: RetainedKind
    var before: Timestamp
    var after: Int64
  }

  private struct State {
    var asked: [Question] = []
    var agesAsked: [RetainedKind] = []
    var failures: Int
  }

  private struct Down: Error {}

  private let steps: [RetainedKind: Int64]
  private let state: Mutex<State>

  init(_ steps: [RetainedKind: Int64], failures: Int = 0) {
    self.steps = steps
    state = Mutex(State(failures: failures))
  }

  var asked: [Question] { state.withLock { $0.asked } }
  var agesAsked: [RetainedKind] { state.withLock { $0.agesAsked } }

  func removeExpired(_ kind: RetainedKind, before instant: Timestamp, after position: Int64) async throws -> RemovalStep {
    let fails = state.withLock { state in
      state.asked.append(Question(kind: kind, before: instant, after: position))
      state.failures -= 1
      return state.failures >= 0
    }
    if fails { throw Down() }
    return RemovalStep(removed: 1, position: position + 1, isAtEnd: position + 1 >= steps[kind] ?? 0)
  }

  func oldest(_ kind: RetainedKind) async throws -> Timestamp? {
    state.withLock { $0.agesAsked.append(kind) }
    return nil
  }
}
