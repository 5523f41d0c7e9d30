internal import Synchronization

/// The part of the file that was found to be damaged first. Any thread may report some.
final class Damage: Sendable {
  private let found = Mutex<SQLiteStoreError?>(nil)
  private let (reports, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(1))

  var first: SQLiteStoreError? { found.withLock { $0 } }

  /// Takes what SQLite says of the file; other errors are none, nor is a row that only we cannot read.
  func report(_ error: any Error) {
    guard let error = error as? SQLiteStoreError, error.code == .corrupt, error.isOfFile else { return }
    found.withLock { $0 = $0 ?? error }
    continuation.yield()
  }

  /// Waits until there is some, or until the task is cancelled.
  func wait() async { _ = await reports.first { true } }
}
