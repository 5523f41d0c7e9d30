public import Fanfare
internal import GRDB
internal import Glibc

/// Takes account of a store's file.
public struct StoreExaminer: StoreExamination {
  public struct Configuration: Sendable {
    /// The database file.
    public var path: String
    /// Gives the key of this id, or throws a sentence.
    public var secretKey: @Sendable (SecretKey.ID) throws -> SecretKey
    public var clock: @Sendable () -> Timestamp
    /// Leaves out what takes long in large stores: whether indexes say what tables say, the timelines' entries, and the keys of
    /// ids.
    public var isQuick = false
    /// ``APIKey/digest(of:)`` of the credential that commands use; nil if there is none.
    public var credential: [UInt8]?
    /// Whether a service is there to make what is due.
    public var isServing = true
    /// Whether what only a service makes lies beside the database.
    public var isServicesDirectory = false
    /// What to do where the key is not to be had.
    public var keyAdvice = "Put the key back: without it the store does not open."

    public init(
      path: String, secretKey: @escaping @Sendable (SecretKey.ID) throws -> SecretKey, clock: @escaping @Sendable () -> Timestamp
    ) {
      self.path = path
      self.secretKey = secretKey
      self.clock = clock
    }
  }

  /// So many rows are looked at in one transaction.
  static let reach = 4_096

  let configuration: Configuration
  let file: StoreFile

  /// - Throws: ``SQLiteStoreError`` if there is no such file, or if it is no database.
  public init(_ configuration: Configuration) throws {
    self.configuration = configuration
    file = try StoreFile(path: configuration.path)
  }

  public func examine(_ check: StoreCheck) async throws -> [Finding] {
    do {
      return switch check {
      case .version: [try await version()]
      case .integrity: [try await integrity()]
      case .events: try await EventAccount(self).findings()
      case .deliveries: try await DeliveryAccount(self).findings()
      case .timelines: [try await TimelineAccount(self).finding()]
      case .ids: try await IDAccount(self).findings()
      case .backlog: try await backlog() + [dead(), paused()]
      case .mail: [try await quarantine(), try await outbox()]
      case .secrets: [try await secrets(), try await credential()].compactMap(\.self)
      case .log: [log()]
      }
    } catch let error as SQLiteStoreError where error.code == .corrupt {
      return [Finding(check.rawValue, .fault, error.description, advice: Advice.damaged)]
    }
  }

  public func close() throws { try file.close() }

  private func version() async throws -> Finding {
    switch try await file.read({ try StoreVersion(of: $0) }) {
    case .known(StoreVersion.current): Finding("version", "the store's version is \(StoreVersion.current)")
    case .known(let number):
      Finding(
        "version", .fault, "the store's version is \(number), and this program's is \(StoreVersion.current)",
        advice: "Start the service of this version once, which brings the store over; or use the program that it belongs to.")
    case .newer:
      Finding("version", .fault, "the store was written by a newer version of Fanfare", advice: "Use that version's program.")
    case .foreign:
      foreign()
    }
  }

  private func foreign() -> Finding {
    var status = stat()
    let isEmpty = stat(configuration.path, &status) == 0 && status.st_size == 0
    return Finding(
      "version", .fault, isEmpty ? "\(configuration.path) is empty" : "\(configuration.path) is a database, but no store of Fanfare's",
      advice: configuration.isServicesDirectory
        ? "The service's keys lie beside it, so there was a store: restore the last backup ('fanfare restore FILE --force'), and do not start "
          + "the service before, which would begin with nothing."
        : "Name the service's directory with --data-directory.")
  }

  /// Table by table, so that no snapshot is older than it takes to read one.
  private func integrity() async throws -> Finding {
    let pragma = configuration.isQuick ? "quick_check" : "integrity_check"
    let tables = try await file.read {
      try String.fetchAll($0, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
    }
    var faults: [String] = []
    for table in tables {
      let name = table.replacing("'", with: "''")
      let said = try await file.read { try String.fetchAll($0, sql: "PRAGMA \(pragma)('\(name)')") }
      if said != ["ok"] { faults += said.map { "\(table): \($0)" } }
    }
    if faults.isEmpty { return Finding("integrity", "\(tables.count) tables are sound (\(pragma))") }
    let shown = faults.prefix(3).joined(separator: "; ")
    let rest = faults.count > 3 ? "; and \(faults.count - 3) more" : ""
    return Finding("integrity", .fault, "the database is damaged: \(shown)\(rest)", advice: Advice.damaged)
  }
}

/// What to do about what is found in more than one place.
enum Advice {
  static let damaged =
    "Stop the service, keep a copy of all files of the store, and restore the last backup ('fanfare restore'). Look after the disk."
  static let inconsistent =
    "Nothing of Fanfare's leaves this behind: keep a copy of the store's files for a report of the fault, and restore a backup if it hurts."
}
