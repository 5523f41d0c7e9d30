import Synchronization

/// Whether the deliveries of each lane arrive in the order of their numbers, one after the other.
final class OrderCheck: Sendable {
  private struct State {
    var last: [Int: Int] = [:]
    var violations = 0
    var poisoned: Set<Int> = []
    var poisonTries = 0
  }

  private let state = Mutex(State())

  var violations: Int { state.withLock { $0.violations } }
  var poisonTries: Int { state.withLock { $0.poisonTries } }

  /// A repetition of the last is none of the order's.
  func done(_ lane: Int, _ number: Int) {
    state.withLock { state in
      let last = state.last[lane] ?? -1
      if number != last, number != last + 1 { state.violations += 1 }
      state.last[lane] = number
    }
  }

  /// One that fails: none behind it may be tried.
  func tried(_ lane: Int, _ number: Int) {
    state.withLock { state in
      state.poisonTries += 1
      state.poisoned.insert(number)
      if state.poisoned.count > 1 { state.violations += 1 }
    }
  }
}
