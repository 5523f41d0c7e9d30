import UnixSignals

/// Runs `body` until it ends, or until somebody ends the program (SIGINT, SIGTERM): then it is cancelled, and the result is nil.
func untilInterrupted<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result? {
  // Before the body begins: a signal that comes early must not end the process with half of it done.
  let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
  return try await withThrowingTaskGroup(of: Result?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      for await _ in signals { break }
      return nil
    }
    let first = try await group.next() ?? nil
    group.cancelAll()
    return first
  }
}
