internal import Fanfare
internal import GRDB

/// One transaction of the writer, while it runs. Commands are written as extensions of it, each beside what it is about.
final class WriteTransaction {
  let db: Database
  var memory: WriterMemory
  /// When the transaction began; what it makes is made at ``createdAt``.
  let now: Timestamp
  /// The same instant as the dispatcher has it: what it makes is due then.
  let steadyNow: Timestamp
  let identity: StoreIdentity
  let secrets: SecretBox
  var eventsStored = 0
  /// What the indexes get of the new events, and lose of those that were removed, once all is committed.
  let recent: RecentIndexes
  var newEntries: [EventEntries] = []
  var removedEntries: [EventEntries] = []
  /// The keys of the new events' ids, in their order.
  var newKeys: [Int64] = []
  var newIDs: IDTable
  /// Of events that were removed before theirs were in the table.
  var removedIDs: [IDEntry] = []
  /// What it has moved from memory to tables.
  var foldedEntries: RecentEntries.Part?
  var foldedIDs: RecentIDs.Part?
  var isCatalogueChanged = false

  private var ingestStatements: IngestStatements?
  private var recordStatements: RecordStatements?

  /// Of the commit before.
  let lastSequence: Int64

  init(
    _ db: Database, memory: WriterMemory, recent: RecentIndexes, now: Timestamp, steadyNow: Timestamp, identity: StoreIdentity,
    secrets: SecretBox
  ) {
    self.db = db
    self.memory = memory
    self.recent = recent
    lastSequence = memory.counts.lastSequence
    newIDs = IDTable(base: lastSequence)
    self.now = now
    self.steadyNow = steadyNow
    self.identity = identity
    self.secrets = secrets
  }

  /// A state to go back to.
  struct Mark {
    fileprivate let memory: WriterMemory.Mark
    fileprivate let eventsStored: Int
    fileprivate let newEntries: Int
    fileprivate let removedEntries: Int
    fileprivate let newKeys: Int
    fileprivate let removedIDs: Int
    fileprivate let isCatalogueChanged: Bool
  }

  func mark() -> Mark {
    Mark(
      memory: memory.mark(), eventsStored: eventsStored, newEntries: newEntries.count, removedEntries: removedEntries.count,
      newKeys: newKeys.count, removedIDs: removedIDs.count, isCatalogueChanged: isCatalogueChanged)
  }

  func rollback(to mark: Mark) {
    memory.rollback(to: mark.memory)
    newEntries.removeSubrange(mark.newEntries...)
    removedEntries.removeSubrange(mark.removedEntries...)
    newKeys.removeSubrange(mark.newKeys...)
    removedIDs.removeSubrange(mark.removedIDs...)
    newIDs.removeAll()
    for (index, key) in newKeys.enumerated() { newIDs.insert(key, lastSequence + 1 + Int64(index)) }
    eventsStored = mark.eventsStored
    isCatalogueChanged = mark.isCatalogueChanged
  }

  /// Goes back to the last commit.
  func reset() {
    rollback(
      to: Mark(
        memory: .beginning, eventsStored: 0, newEntries: 0, removedEntries: 0, newKeys: 0, removedIDs: 0, isCatalogueChanged: false))
    (foldedEntries, foldedIDs) = (nil, nil)
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
