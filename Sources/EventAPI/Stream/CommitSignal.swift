import Synchronization

/// Tells those who follow along that events were stored.
///
/// A listener that is busy is told once, however often it fires meanwhile: nothing queues up, and nobody who fires it waits.
public final class CommitSignal: Sendable {
  private struct Listeners {
    var next = 0
    var continuations: [Int: AsyncStream<Void>.Continuation] = [:]
  }

  private let listeners = Mutex(Listeners())

  public init() {}

  /// Something was stored. Any thread; returns at once.
  public func fire() {
    let continuations = listeners.withLock { Array($0.continuations.values) }
    for continuation in continuations { continuation.yield() }
  }

  /// Wakes the stream of `continuation`, which holds the newest only, each time it fires, until that stream ends.
  func wake(_ continuation: AsyncStream<Void>.Continuation) {
    let number = listeners.withLock { listeners in
      listeners.next += 1
      listeners.continuations[listeners.next] = continuation
      return listeners.next
    }
    continuation.onTermination = { [weak self] _ in
      // What is taken out may be the last reference, whose end must not come while the lock is held.
      _ = self?.listeners.withLock { $0.continuations.removeValue(forKey: number) }
    }
  }
}
