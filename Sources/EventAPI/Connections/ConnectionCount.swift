import Synchronization

/// How many connections a listener serves, and whether one more may come.
final class ConnectionCount: Sendable {
  private let maximum: Int
  private let current = Atomic(0)

  init(maximum: Int) {
    self.maximum = maximum
  }

  /// Counts a connection; false if it is one too many. ``leave()`` follows in either case.
  func enter() -> Bool { current.add(1, ordering: .relaxed).newValue <= maximum }

  func leave() { current.subtract(1, ordering: .relaxed) }
}
