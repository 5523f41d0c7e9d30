internal import Failpoints
internal import Fanfare
internal import GRDB
internal import Logging
public import ServiceLifecycle
internal import Synchronization

/// The embedded store: one SQLite file in WAL mode, one writer, a few readers. One process at a time.
///
/// What a method that writes returned for is on disk. Methods may be called from any task; those that write queue up and share commits.
/// They throw ``SQLiteStoreError`` besides what their port says.
public final class SQLiteStore: Sendable {
  let configuration: SQLiteStoreConfiguration
  let pool: DatabasePool
  let identity: StoreIdentity
  let claimedEvents = ClaimedEvents()
  let writer: Writer
  let knownAudiences = KnownAudiences()
  public let replayedDeliveriesSettled: AsyncStream<Void>
  let replaySettlements: AsyncStream<Void>.Continuation
  private let lock: Mutex<StoreLock?>
  private let damage = Damage()

  /// Opens, or makes, the database and takes it for this process. Blocks while the schema is brought up to date and what is kept in
  /// memory is read.
  ///
  /// - Throws: ``SQLiteStoreError`` with a sentence for the operator: another process has it, it is of a newer version, it cannot be read,
  ///   the key is not its own. What ``SQLiteStoreConfiguration/secretKey`` throws.
  public static func open(_ configuration: SQLiteStoreConfiguration) throws -> SQLiteStore {
    do {
      return try SQLiteStore(configuration)
    } catch {
      throw SQLiteStoreError.translating(error).naming(configuration.path)
    }
  }

  private init(_ configuration: SQLiteStoreConfiguration) throws {
    let lock = try StoreLock(besideDatabase: configuration.path)
    let pool = try DatabasePool.forStore(configuration)
    Failpoint.storeMigrated.reach()
    let secrets = try SecretBox.opening(pool, configuration)
    let identity = try pool.write { db in
      var random = SystemRandomNumberGenerator()
      return try StoreIdentity(db, using: &random)
    }
    let (memory, recent) = try pool.read {
      (try WriterMemory(reading: $0, secrets, configuration.defaultVisibility), try RecentIndexes(reading: $0, configuration.foldBounds))
    }
    Failpoint.memoryRead.reach()
    self.configuration = configuration
    self.pool = pool
    self.identity = identity
    self.writer = Writer(
      pool: pool, identity: identity, secrets: secrets, memory: memory, recent: recent, configuration: configuration, damage: damage)
    self.lock = Mutex(lock)
    (replayedDeliveriesSettled, replaySettlements) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Finishes what was asked for, and closes the file. What is asked afterwards throws ``SQLiteStoreError/Code/closed``.
  public func close() async throws {
    try await writer.close()
    try pool.close()
    lock.withLock { $0 = nil }
  }

  func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    do {
      return try await pool.read(body)
    } catch {
      let error = SQLiteStoreError.translating(error)
      damage.report(error)
      throw error
    }
  }
}

extension SQLiteStore: Service {
  /// Waits for the graceful shutdown, and closes. To stand first in the group: the first is stopped last.
  ///
  /// - Throws: ``SQLiteStoreError/Code/corrupt`` with a sentence for the operator as soon as a part of the file turns out to be damaged.
  ///   Trying again does not mend it, and going on would hide it.
  public func run() async throws {
    await cancelWhenGracefulShutdown { [damage] in await damage.wait() }
    if damage.first == nil { try await close() }
    // What is written last may have come upon some.
    if let found = damage.first { throw found.naming(configuration.path) }
  }
}
