import Fanfare

/// What `work` gives, or an error if that takes too long; `work` is cancelled then.
func withTimeout<Value: Sendable>(_ limit: Duration, _ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask { try await work() }
    group.addTask {
      // The limit itself, cancelled when the work is done first.
      try await Task.sleep(for: limit)
      throw KeySetError("took longer than \(limit.text)")
    }
    defer { group.cancelAll() }
    guard let value = try await group.next() else { throw CancellationError() }
    return value
  }
}
