public import Fanfare
public import Logging

/// Where the embedded store is and how it behaves.
public struct SQLiteStoreConfiguration: Sendable {
  /// The database file. Its directory must exist; `PATH-wal`, `PATH-shm` and `PATH.lock` stand beside it.
  public var path: String
  /// Gives the key that secrets are encrypted with: the one of this id, or if nothing is encrypted yet the one that shall be used.
  ///
  /// Called once by ``SQLiteStore/open(_:)``, when no other process can open the store. What it throws, that throws.
  public var secretKey: @Sendable (SecretKey.ID?) throws -> SecretKey
  /// Who may see events that name no group. Holds for those that are stored already, too.
  public var defaultVisibility: DefaultVisibility
  /// What time it is. Called on the writer, once a transaction.
  public var clock: @Sendable () -> Timestamp
  /// The time that deliveries are due by, and endpoints' pauses and probes: the dispatcher's. The same as ``clock`` if it is not set.
  public var steadyClock: @Sendable () -> Timestamp
  public var logger: Logger
  /// How many readers may work at once; each keeps up to 2 MiB of pages.
  public var readers = 3
  /// Commands that may wait for the writer. Past it, a command is refused at once.
  public var writerBound = 1_024
  /// Bytes of events that may wait for the writer, the first command not counted.
  public var writerBytesBound = 32 << 20
  var foldBounds = FoldBounds()

  public init(
    path: String, secretKey: @escaping @Sendable (SecretKey.ID?) throws -> SecretKey, defaultVisibility: DefaultVisibility = .restricted,
    clock: @escaping @Sendable () -> Timestamp,
    logger: Logger = Logger(label: "fanfare.store")
  ) {
    self.path = path
    self.secretKey = secretKey
    self.defaultVisibility = defaultVisibility
    self.clock = clock
    steadyClock = clock
    self.logger = logger
  }

  /// `fanfare.db` in the data directory.
  public init(
    directory: String, secretKey: @escaping @Sendable (SecretKey.ID?) throws -> SecretKey,
    defaultVisibility: DefaultVisibility = .restricted, clock: @escaping @Sendable () -> Timestamp,
    logger: Logger = Logger(label: "fanfare.store")
  ) {
    self.init(path: directory + "/fanfare.db", secretKey: secretKey, defaultVisibility: defaultVisibility, clock: clock, logger: logger)
  }
}
