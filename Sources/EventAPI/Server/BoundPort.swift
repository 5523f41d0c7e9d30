import Synchronization

/// The port that a server came to listen on, for whoever waits for it.
final class BoundPort: Sendable {
  private enum State {
    case pending([CheckedContinuation<Int, any Error>])
    case settled(Result<Int, any Error>)
  }

  private let state = Mutex<State>(.pending([]))

  /// Waits until the server listens, or has failed to.
  var value: Int {
    get async throws {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Int, any Error>? = state.withLock { state in
          switch state {
          case .pending(let waiting):
            state = .pending(waiting + [continuation])
            return nil
          case .settled(let result): return result
          }
        }
        if let result { continuation.resume(with: result) }
      }
    }
  }

  /// Only the first call counts.
  func settle(_ result: Result<Int, any Error>) {
    let waiting: [CheckedContinuation<Int, any Error>] = state.withLock { state in
      switch state {
      case .pending(let waiting):
        state = .settled(result)
        return waiting
      case .settled: return []
      }
    }
    for continuation in waiting { continuation.resume(with: result) }
  }
}
