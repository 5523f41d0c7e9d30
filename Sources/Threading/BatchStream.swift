import Synchronization

/// Hands everything that has gathered since the last time to one consumer, as one array.
///
/// While the consumer works on a batch, the next one gathers: the batches size themselves by how long the work takes, with no timer
/// and no knob. The stream itself has no bound; whoever feeds it has one (a prefetch, a number of slots).
public final class BatchStream<Element: Sendable>: AsyncSequence, Sendable {
  private struct State {
    var gathered: [Element] = []
    var waiter: UnsafeContinuation<[Element]?, Never>?
    var isFinished = false
  }

  private enum Action {
    case none
    case resume(UnsafeContinuation<[Element]?, Never>, with: [Element]?)
  }

  private let state = Mutex(State())

  public init() {}

  /// Adds to what the consumer gets next. Any thread. What comes after ``finish()`` is dropped.
  public func send(_ elements: [Element]) {
    if elements.isEmpty { return }
    run(
      state.withLock { state in
        if state.isFinished { return .none }
        if let waiter = state.waiter {
          state.waiter = nil
          return .resume(waiter, with: elements)
        }
        if state.gathered.isEmpty { state.gathered = elements } else { state.gathered.append(contentsOf: elements) }
        return .none
      })
  }

  public func send(_ element: Element) {
    send([element])
  }

  /// Ends the stream once what has gathered is taken. Any thread, any number of times.
  public func finish() {
    run(
      state.withLock { state in
        state.isFinished = true
        guard let waiter = state.waiter else { return .none }
        state.waiter = nil
        return .resume(waiter, with: nil)
      })
  }

  /// All that has gathered, at once; empty if nothing has. For a consumer that has something better to do than to wait.
  public func takeGathered() -> [Element] {
    state.withLock { state in
      defer { state.gathered = [] }
      return state.gathered
    }
  }

  public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

  public struct Iterator: AsyncIteratorProtocol {
    let stream: BatchStream

    /// Waits until something is there. Nil when the stream has finished; a cancelled task gets what there is, else nil.
    public mutating func next() async -> [Element]? { await stream.next() }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(Never) -> [Element]? { await stream.next() }
  }

  private func next() async -> [Element]? {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        run(
          state.withLock { state in
            precondition(state.waiter == nil, "a BatchStream has one consumer")
            if !state.gathered.isEmpty {
              defer { state.gathered = [] }
              return .resume(continuation, with: state.gathered)
            }
            if state.isFinished || Task.isCancelled { return .resume(continuation, with: nil) }
            state.waiter = continuation
            return .none
          })
      }
    } onCancel: {
      run(
        state.withLock { state in
          guard let waiter = state.waiter else { return .none }
          state.waiter = nil
          return .resume(waiter, with: nil)
        })
    }
  }

  private func run(_ action: Action) {
    switch action {
    case .none: break
    case .resume(let continuation, let elements): continuation.resume(returning: elements)
    }
  }
}
