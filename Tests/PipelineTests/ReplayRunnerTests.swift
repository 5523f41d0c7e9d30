import Fanfare
import Logging
import Synchronization
import Testing
import Threading

@testable import Pipeline

@Suite struct ReplayRunnerTests {
  private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

  private static func id(_ number: UInt64) -> KSUID { KSUID(timestamp: 300_000_000, high: 1, low: number) }

  private func running(_ store: ScriptedReplays, _ body: (ReplayRunner) async throws -> Void) async throws {
    let runner = ReplayRunner(store: store, logger: Self.logger, onScheduled: { store.say("scheduled") })
    let task = Task { try await runner.run() }
    try await body(runner)
    task.cancel()
    try await task.value
  }

  @Test func `replays take steps in turn, and the dispatcher is told of those that made something`() async throws {
    let store = ScriptedReplays([
      Self.id(1): [.advanced(scheduled: 0), .advanced(scheduled: 5), .advanced(scheduled: 1)], Self.id(2): [.advanced(scheduled: 7)],
    ])
    try await running(store) { _ in
      #expect(await store.said(7) == ["1", "2", "scheduled", "1", "scheduled", "1", "scheduled"])
    }
  }

  @Test func `a replay that is held goes on when something is settled, and not before`() async throws {
    let store = ScriptedReplays([Self.id(1): [.held, .held, .advanced(scheduled: 3)]])
    try await running(store) { _ in
      #expect(await store.said(1) == ["1"])
      store.settle()
      #expect(await store.said(1) == ["1"])
      #expect(store.isSilent)
      store.settle()
      #expect(await store.said(2) == ["1", "scheduled"])
    }
  }

  @Test func `one that is made later is carried out when the runner is woken`() async throws {
    let store = ScriptedReplays([:])
    try await running(store) { runner in
      await store.looked()
      store.add(Self.id(4), [.advanced(scheduled: 1)])
      runner.wake()
      #expect(await store.said(2) == ["4", "scheduled"])
    }
  }

  @Test func `a step that fails is tried again`() async throws {
    let store = ScriptedReplays([Self.id(1): [nil, nil, .advanced(scheduled: 2)]])
    try await running(store) { _ in
      #expect(await store.said(4) == ["1", "1", "1", "scheduled"])
    }
  }
}

/// Answers steps as a test wants them; nil for a failure. A replay without an answer left is over.
private final class ScriptedReplays: ReplayStore {
  private struct DiskFull: Error {}

  let replayedDeliveriesSettled: AsyncStream<Void>
  private let settlements: AsyncStream<Void>.Continuation
  private let answers: Mutex<[KSUID: [ReplayStep?]]>
  private let words = BatchStream<String>()
  private let looks = BatchStream<Bool>()
  private let heard = Mutex<[String]>([])

  init(_ answers: [KSUID: [ReplayStep?]]) {
    self.answers = Mutex(answers)
    (replayedDeliveriesSettled, settlements) = AsyncStream.makeStream()
  }

  func add(_ replay: KSUID, _ steps: [ReplayStep?]) { answers.withLock { $0[replay] = steps } }
  func settle() { settlements.yield() }
  func say(_ word: String) { words.send(word) }

  /// The next so many words.
  func said(_ count: Int) async -> [String] {
    var iterator = words.makeAsyncIterator()
    while heard.withLock({ $0.count }) < count {
      let more = await iterator.next() ?? []
      heard.withLock { $0 += more }
    }
    return heard.withLock { heard in
      defer { heard.removeFirst(count) }
      return Array(heard.prefix(count))
    }
  }

  var isSilent: Bool {
    heard.withLock {
      $0 += words.takeGathered()
      return $0.isEmpty
    }
  }

  /// Waits until somebody has asked what is running.
  func looked() async {
    var iterator = looks.makeAsyncIterator()
    _ = await iterator.next()
  }

  func runningReplays() async throws -> [KSUID] {
    defer { looks.send(true) }
    return answers.withLock { answers in answers.filter { !$0.value.isEmpty }.keys.sorted() }
  }

  func advance(_ replay: KSUID, within limits: ReplayLimits) async throws -> ReplayStep {
    say("\(replay.low)")
    let answer = answers.withLock { answers -> ReplayStep? in
      guard var steps = answers[replay], !steps.isEmpty else { return .stopped }
      let first = steps.removeFirst()
      answers[replay] = steps
      return first
    }
    guard let answer else { throw DiskFull() }
    return answer
  }
}
