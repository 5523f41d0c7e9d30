internal import GRDB

/// The database's versions: numbered, forward only. A migration that was released is never edited.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("0001", foreignKeyChecks: .immediate) { try $0.execute(sql: Migration0001.sql) }
    migrator.registerMigration("0002", foreignKeyChecks: .immediate) { try $0.execute(sql: Migration0002.sql) }
    migrator.registerMigration("0003", foreignKeyChecks: .immediate) { try $0.execute(sql: Migration0003.sql) }
    migrator.registerMigration("0004", foreignKeyChecks: .immediate) { try $0.execute(sql: Migration0004.sql) }
    migrator.registerMigration("0005", foreignKeyChecks: .immediate) { try $0.execute(sql: Migration0005.sql) }
    migrator.registerMigration("0006", foreignKeyChecks: .immediate) { try $0.execute(sql: Migration0006.sql) }
    migrator.registerMigration("0007", foreignKeyChecks: .immediate) { try $0.execute(sql: Migration0007.sql) }
    migrator.registerMigration("0008", foreignKeyChecks: .immediate) { try Migration0008.migrate($0) }
    migrator.registerMigration("0009", foreignKeyChecks: .immediate) { try Migration0009.migrate($0) }
    return migrator
  }

  /// Whether somebody else's tables are there: those would be written between. Of a first start that was killed there is at most one of ours.
  static func isForeign(_ db: Database) throws -> Bool {
    if try !migrator.appliedIdentifiers(db).isEmpty { return false }
    return try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name <> 'grdb_migrations' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\')")
      ?? false
  }

  /// How many events there are, about, whose indexes migrations that were not applied write anew; nil if there are none.
  static func eventsToMove(in db: Database, _ applied: Set<String>) throws -> Int64? {
    if applied.isEmpty || applied.isSuperset(of: ["0008", "0009"]) { return nil }
    return try Int64.fetchOne(db, sql: "SELECT max(seq) - min(seq) + 1 FROM event")
  }
}

/// `delivery.state`. What is dead has its ``DeadReason`` in `dead_reason`, and what is cancelled its ``CancelReason``.
enum StateCode {
  static let scheduled: Int64 = 0
  static let succeeded: Int64 = 1
  static let dead: Int64 = 2
  static let cancelled: Int64 = 3
  /// Scheduled, of a subscription that is paused or disabled: out of the index of what is due.
  static let parked: Int64 = 4
  /// Scheduled, of an ordered subscription, and behind another of its entity that is not settled: out of the index of what is due.
  static let held: Int64 = 5
}

/// `event.flags`.
struct EventFlags: OptionSet {
  let rawValue: Int64
  static let isTimeGiven = EventFlags(rawValue: 1)
  static let isRedelivered = EventFlags(rawValue: 2)
  static let isTypeUnknown = EventFlags(rawValue: 4)
}

/// The flags of a ``TimelineEntry``: one bit.
struct EntryFlags: OptionSet {
  let rawValue: Int64
  static let hasDeployment = EntryFlags(rawValue: 1)
}

/// `audience.id` of those that every database has.
enum AudienceCode {
  /// Not an audience: the run of a timeline that has all its events.
  static let all: Int64 = 0
  /// The set without groups; who may read it is the configuration's default visibility.
  static let nobody: Int64 = 1
}
