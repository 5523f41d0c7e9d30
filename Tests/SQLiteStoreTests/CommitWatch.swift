import GRDB

/// Runs something inside COMMIT: before it is done, and when others can see it.
final class CommitWatch: TransactionObserver, Sendable {
  private let willCommit: @Sendable () throws -> Void
  private let didCommit: @Sendable () -> Void

  init(willCommit: @escaping @Sendable () throws -> Void = {}, didCommit: @escaping @Sendable () -> Void = {}) {
    (self.willCommit, self.didCommit) = (willCommit, didCommit)
  }

  func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
  func databaseDidChange(with event: DatabaseEvent) {}
  func databaseWillCommit() throws { try willCommit() }
  func databaseDidCommit(_ db: Database) { didCommit() }
  func databaseDidRollback(_ db: Database) {}
}
