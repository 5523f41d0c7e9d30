internal import Fanfare
internal import GRDB

/// One transaction of the writer, while it runs. Commands are written as extensions of it, each beside what it is about.
final class WriteTransaction {
  let db: Database
  var memory: WriterMemory
  /// When the transaction began; what it makes is made at ``createdAt``.
  let now: Timestamp
  let identity: StoreIdentity
  let secrets: SecretBox
  var eventsStored = 0
  /// Timeline rows that the command at hand has still to write.
  var newEntries: [NewEntry] = []
  var isCatalogueChanged = false

  private var ingestStatements: IngestStatements?
  private var recordStatements: RecordStatements?

  init(_ db: Database, memory: WriterMemory, now: Timestamp, identity: StoreIdentity, secrets: SecretBox) {
    self.db = db
    self.memory = memory
    self.now = now
    self.identity = identity
    self.secrets = secrets
  }

  /// A state to go back to.
  struct Mark {
    fileprivate let memory: WriterMemory.Mark
    fileprivate let eventsStored: Int
    fileprivate let isCatalogueChanged: Bool
  }

  func mark() -> Mark { Mark(memory: memory.mark(), eventsStored: eventsStored, isCatalogueChanged: isCatalogueChanged) }

  func rollback(to mark: Mark) {
    memory.rollback(to: mark.memory)
    newEntries.removeAll(keepingCapacity: true)
    eventsStored = mark.eventsStored
    isCatalogueChanged = mark.isCatalogueChanged
  }

  /// Goes back to the last commit.
  func reset() {
    rollback(to: Mark(memory: .beginning, eventsStored: 0, isCatalogueChanged: false))
  }

  /// The time to give to new deliveries, quarantine entries and replays: a clock that steps back keeps the last.
  func createdAt() -> Timestamp {
    memory.counts.lastCreatedAt = max(memory.counts.lastCreatedAt, now)
    return memory.counts.lastCreatedAt
  }

  func forIngest() throws -> IngestStatements {
    if let ingestStatements { return ingestStatements }
    let statements = try IngestStatements(db)
    ingestStatements = statements
    return statements
  }

  func forRecording() throws -> RecordStatements {
    if let recordStatements { return recordStatements }
    let statements = try RecordStatements(db)
    recordStatements = statements
    return statements
  }

  func statement(_ sql: String) throws -> Statement { try Statement(sql, in: db) }
}
