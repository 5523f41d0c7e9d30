import UnixSignals

/// Runs `body` until it ends, or until somebody ends the program (SIGINT, SIGTERM): then it is cancelled, and the result is nil.
func untilInterrupted<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result? {
  try await withThrowingTaskGroup(of: Result?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { break }
      return nil
    }
    let first = try await group.next() ?? nil
    group.cancelAll()
    return first
  }
}
