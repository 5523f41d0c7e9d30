import Fanfare
import Synchronization

/// Publishes with confirms for as long as a round wants it, whatever the broker does: what it did not take is published again.
final class BrokerLoad: Sendable {
  private enum Wish { case run, pause, stop }

  private struct State {
    var wish = Wish.run
    var isPaused = false
    var areQueuesDoomed = false
    /// Messages that a broker has confirmed.
    var taken = 0
  }

  /// About a hundred a second, so that a fault finds some under way and the end does not take longer than the fault.
  private static let portion = 5
  private static let pause = Duration.milliseconds(50)
  /// However long a fault takes on a machine that is busy elsewhere.
  private static let bound = 1500

  private let producer: MatrixProducer
  private let state = Mutex(State())

  init(_ producer: MatrixProducer) { self.producer = producer }

  /// Returns once ``stop()`` was called.
  func run(_ seed: UInt64) async throws {
    var traffic = Traffic(seed: seed)
    var rest = Self.bound
    while true {
      let (wish, areQueuesDoomed) = state.withLock { state in
        state.isPaused = state.wish == .pause
        return (state.wish, state.areQueuesDoomed)
      }
      if wish == .stop { break }
      if wish == .run, rest > 0 {
        rest -= Self.portion
        try await producer.sendUntilTaken(traffic.messages(Self.portion), isPromised: !areQueuesDoomed)
        state.withLock { $0.taken += Self.portion }
      }
      try await Task.sleep(for: Self.pause)
    }
  }

  // The load takes a step each pause, so looking more often would see nothing new.

  /// Returns when nothing is under way any more.
  func pause() async throws {
    state.withLock { $0.wish = .pause }
    while !state.withLock({ $0.isPaused }) { try await Task.sleep(for: Self.pause) }
  }

  /// - Parameter areQueuesDoomed: whether what is confirmed may be gone with its queue a moment later.
  func resume(areQueuesDoomed: Bool = false) {
    state.withLock { state in
      state.wish = .run
      state.isPaused = false
      state.areQueuesDoomed = areQueuesDoomed
    }
  }

  func stop() { state.withLock { $0.wish = .stop } }

  /// Returns when so many more have been taken; at once if there will not be so many.
  func take(_ count: Int) async throws {
    let goal = state.withLock { min($0.taken + count, Self.bound) }
    while state.withLock({ $0.taken < goal }) { try await Task.sleep(for: Self.pause) }
  }
}
