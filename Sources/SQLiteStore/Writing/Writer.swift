internal import Failpoints
internal import Fanfare
internal import GRDB
internal import Logging
internal import Metrics
internal import Synchronization

/// The only one who writes: takes everything that waits and runs it in one transaction, with one wait for the disk.
///
/// A command that fails fails alone. Callers are answered after the commit; if that fails, all of
/// them get the error and nothing of theirs is stored.
final class Writer: Sendable {
  /// The subscriptions as of the last commit.
  let catalogue: Mutex<SubscriptionCatalogue>
  /// How many rows there are of what is counted, as of the last commit.
  let counts: Mutex<StoreCounts>
  /// What the indexes do not have yet.
  let recent: RecentIndexes
  /// The commit that failed, until as much could be written again.
  let failure = Mutex<CommitFailure?>(nil)

  /// When it was last tried whether the disk is well again.
  private let lastProbe = Mutex<Timestamp?>(nil)
  private let path: String
  private let pool: DatabasePool
  private let identity: StoreIdentity
  private let secrets: SecretBox
  private let queue: Mutex<WriterQueue>
  private let memory: Mutex<WriterMemory>
  private let damage: Damage
  private let clock: @Sendable () -> Timestamp
  private let steadyClock: @Sendable () -> Timestamp
  private let logger: Logger
  private let commitTimer = Timer(label: "fanfare_commit_seconds")
  private let commitCommands = Recorder(label: "fanfare_commit_commands")
  private let commitEvents = Recorder(label: "fanfare_commit_events")
  private let commitFailures = Counter(label: "fanfare_commit_failures_total")

  init(
    pool: DatabasePool, identity: StoreIdentity, secrets: SecretBox, memory: WriterMemory, recent: RecentIndexes,
    configuration: SQLiteStoreConfiguration, damage: Damage
  ) {
    self.pool = pool
    self.damage = damage
    self.identity = identity
    self.secrets = secrets
    self.recent = recent
    self.path = configuration.path
    self.catalogue = Mutex(memory.catalogue)
    self.counts = Mutex(memory.counts)
    self.memory = Mutex(memory)
    self.queue = Mutex(WriterQueue(bound: configuration.writerBound, bytesBound: configuration.writerBytesBound))
    self.clock = configuration.clock
    self.steadyClock = configuration.steadyClock
    self.logger = configuration.logger
  }

  /// Runs `body` on the writer and returns what it returned, durably.
  ///
  /// - Parameters:
  ///   - bytes: about how much `body` holds while it waits, and writes.
  ///   - isBounded: whether it is refused where too many bytes wait already.
  func perform<Value: Sendable>(
    bytes: Int = 0, isBounded: Bool = true, _ body: @escaping @Sendable (WriteTransaction) throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let command = WriteCommand(
        bytes: bytes, isBounded: isBounded,
        run: { transaction in
          let value = try body(transaction)
          return { continuation.resume(returning: value) }
        },
        fail: { continuation.resume(throwing: SQLiteStoreError.translating($0)) })
      switch queue.withLock({ $0.admit(command) }) {
      case .waits: break
      case .startDraining: pool.asyncWriteWithoutTransaction { self.drain($0) }
      case .refused(let error): continuation.resume(throwing: error)
      }
    }
  }

  /// Has `body` run on the writer, and waits for nothing. Where it cannot be taken, or fails, nobody but the log hears of it.
  func submit(_ body: @escaping @Sendable (WriteTransaction) throws -> Void) {
    let command = WriteCommand(
      bytes: 0, isBounded: true,
      run: { transaction in
        try body(transaction)
        return {}
      },
      fail: { [logger] in logger.debug("A note was not written", metadata: ["error": "\($0)"]) })
    switch queue.withLock({ $0.admit(command) }) {
    case .waits: break
    case .startDraining: pool.asyncWriteWithoutTransaction { self.drain($0) }
    case .refused(let error): command.fail(error)
    }
  }

  /// Looks whether the disk is well again: whether there is room for what could not be written, and something that changes nothing goes well.
  /// Nobody may have anything to write, while a disk that was full has room again.
  ///
  /// Once a second at most, however many ask: each failure is a line of the log.
  func probe() async throws {
    guard let failure = failure.withLock({ $0 }) else { return }
    let now = steadyClock()
    let isDue = lastProbe.withLock { last in
      if let last, now - last < .seconds(1) { return false }
      last = now
      return true
    }
    // The little that is written here would find its place in the log on a full disk, too.
    guard isDue, DiskRoom(beside: path).has(failure.room) else { return }
    try await perform { transaction in
      let version = try Int.fetchOne(transaction.db, sql: "PRAGMA user_version") ?? 0
      try transaction.db.execute(sql: "PRAGMA user_version = \(version)")
    }
    // Unless another failed meanwhile.
    self.failure.withLock { if $0 == failure { $0 = nil } }
  }

  /// How many commands wait for the writer.
  var waiting: Int { queue.withLock { $0.waiting.count } }

  /// Refuses what comes from now on and returns when all that was taken is done, and all is in the file.
  func close() async throws {
    queue.withLock { $0.close() }
    try await pool.writeWithoutTransaction { self.settle($0) }
  }

  // MARK: On the writer's queue

  private func drain(_ db: Database) {
    while true {
      let commands = queue.withLock { $0.takeAll() }
      if commands.isEmpty { return }
      commit(commands, in: db)
    }
  }

  /// Leaves nothing to be made anew, or moved out of the log, by the next opening. It could, so a failure is nobody's.
  private func settle(_ db: Database) {
    // The rest of what is sealed, and then what is not.
    while recent.entries.withLock({ $0.isSealed || $0.seal() }), commit([], in: db, isLast: true) {}
    Failpoint.checkpointing.reach()
    try? db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    Failpoint.checkpointed.reach()
  }

  /// - Returns: whether it went well.
  @discardableResult
  private func commit(_ commands: [WriteCommand], in db: Database, isLast: Bool = false) -> Bool {
    let start = ContinuousClock.now
    let bytes = commands.reduce(0) { $0 + $1.bytes }
    let transaction = WriteTransaction(
      db, memory: memory.withLock { $0.taken() }, recent: recent, now: clock(), steadyNow: steadyClock(), identity: identity,
      secrets: secrets)
    let replies: [@Sendable () -> Void]
    do {
      try db.beginTransaction(.immediate)
      try Failpoint.transactionBegun.reachOrFail()
      replies = try run(commands, in: transaction)
      recent.insert(transaction)
      try transaction.foldIDs()
      try transaction.foldEntries(isLast: isLast)
      try Failpoint.transactionReady.reachOrFail()
      try db.commit()
      Failpoint.committed.reach()
    } catch {
      if db.isInsideTransaction { try? db.rollback() }
      recent.retract(to: transaction.lastSequence)
      transaction.reset()
      memory.withLock { $0 = transaction.memory }
      commitFailures.increment()
      let failure = SQLiteStoreError.translating(error)
      self.failure.withLock { $0 = CommitFailure(failure, bytes: bytes, after: $0) }
      damage.report(failure)
      logger.error("A commit failed; nothing of it is stored", metadata: ["error": "\(error)", "commands": "\(commands.count)"])
      for command in commands { command.fail(error) }
      return false
    }
    publish(transaction)
    failure.withLock { if let failed = $0, bytes >= failed.bytes { $0 = nil } }
    commitTimer.recordNanoseconds((ContinuousClock.now - start).wholeNanoseconds)
    commitCommands.record(commands.count)
    commitEvents.record(transaction.eventsStored)
    Failpoint.replying.reach()
    for reply in replies { reply() }
    return true
  }

  /// Runs all commands; those that fail are undone and answered with their errors at the end.
  ///
  /// A savepoint copies every page that is touched in it, and hardly any command fails after it has written. So none has one at first; if
  /// one does fail then, all are run anew, each in a savepoint.
  ///
  /// - Throws: if SQLite has given up the whole transaction.
  private func run(_ commands: [WriteCommand], in transaction: WriteTransaction) throws -> [@Sendable () -> Void] {
    let db = transaction.db
    var replies: [@Sendable () -> Void] = []
    replies.reserveCapacity(commands.count)
    for command in commands {
      let changes = db.totalChangesCount
      do {
        replies.append(try command.run(transaction))
      } catch {
        guard db.isInsideTransaction, !Self.concernsAll(error) else { throw error }
        if db.totalChangesCount == changes {
          replies.append({ command.fail(error) })
          continue
        }
        try db.rollback()
        transaction.reset()
        try db.beginTransaction(.immediate)
        return try commands.map { try isolated($0, in: transaction) }
      }
    }
    return replies
  }

  private func isolated(_ command: WriteCommand, in transaction: WriteTransaction) throws -> @Sendable () -> Void {
    let db = transaction.db
    let mark = transaction.mark()
    try Statement("SAVEPOINT command", in: db).run()
    do {
      let reply = try command.run(transaction)
      try Statement("RELEASE command", in: db).run()
      return reply
    } catch {
      // A full disk and the like may end the transaction by themselves.
      guard db.isInsideTransaction, !Self.concernsAll(error) else { throw error }
      try Statement("ROLLBACK TO command", in: db).run()
      try Statement("RELEASE command", in: db).run()
      transaction.rollback(to: mark)
      return { command.fail(error) }
    }
  }

  /// Where the file failed one command, the others would only hide it.
  private static func concernsAll(_ error: any Error) -> Bool {
    (SQLiteStoreError.translating(error) as? SQLiteStoreError)?.isOfFile ?? false
  }

  private func publish(_ transaction: WriteTransaction) {
    transaction.memory.commit()
    recent.commit(transaction)
    let isCatalogueChanged = transaction.isCatalogueChanged
    memory.withLock { memory in
      memory = transaction.memory
      if isCatalogueChanged { catalogue.withLock { $0 = memory.catalogue } }
      counts.withLock { $0 = memory.counts }
    }
  }
}
