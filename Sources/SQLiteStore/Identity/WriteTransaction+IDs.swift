internal import Failpoints
internal import Fanfare
internal import GRDB
internal import Synchronization

// An event is found by the key of its id (``StoreIdentity/key(of:)``); what has the key is compared by the id itself, so that two ids with
// one key do no harm.

extension WriteTransaction {
  /// The event with an id, this transaction's own included; nil if there is none.
  func sequence(ofEvent id: String, key: Int64) throws -> Int64? {
    var candidates: [Int64] = []
    newIDs.find(key, into: &candidates)
    recent.ids.withLock { $0.find(key, into: &candidates) }
    let statements = try forIngest()
    if recent.filters.withLock({ $0.mayContain(key) }) { try statements.ids.find(key, into: &candidates) }
    return try candidates.first { try Self.isID(id, ofEvent: $0, statements.findID) }
  }

  func remember(key: Int64, of sequence: Int64) {
    newIDs.insert(key, sequence)
    newKeys.append(key)
  }

  /// Writes down what the transaction has to remember, and puts some of what waits into the table.
  func foldIDs() throws {
    if eventsStored == 0 { return }
    if !newKeys.isEmpty { try RecentKeys.write(newKeys, from: memory.counts.lastSequence - Int64(newKeys.count) + 1, in: db) }
    try Failpoint.idsFolded.reachOrFail()
    guard let part = recent.ids.withLock({ $0.nextPart(events: eventsStored) }) else {
      return try RecentKeys.clear(upTo: recent.ids.withLock { $0.mark.foldedTo }, in: db)
    }
    let removed = Set(removedIDs)
    let entries = removed.isEmpty ? part.entries : part.entries.filter { !removed.contains($0) }
    try IDSliceTable(in: db).add(entries)
    try recent.filters.withLock { try $0.insert(entries, in: db) }
    try part.mark.write(in: db)
    foldedIDs = part
  }

  /// Forgets the ids of events that are removed.
  func forget(_ ids: [IDEntry]) throws {
    try IDSliceTable(in: db).remove(ids.sorted())
    let foldedTo = recent.ids.withLock { $0.mark.foldedTo }
    let waiting = ids.filter { $0.sequence > foldedTo }
    try RecentKeys.remove(waiting.map(\.sequence), in: db)
    removedIDs += waiting
  }

  private static func isID(_ id: String, ofEvent sequence: Int64, _ find: Statement) throws -> Bool {
    find.bind(1, sequence)
    defer { find.reset() }
    return try find.step() && find.text(0) == id
  }
}

extension SQLiteStore {
  /// The events of a snapshot that may have this id.
  func sequences(ofEvent id: String, in db: Database) throws -> [Int64] {
    let key = identity.key(of: id)
    var candidates: [Int64] = []
    try IDSliceTable(in: db).find(key, into: &candidates)
    let foldedTo = try IDMark(in: db).foldedTo
    let isKnown = writer.recent.ids.withLock { ids in
      if ids.mark.foldedTo > foldedTo { return false }
      ids.find(key, into: &candidates)
      return true
    }
    if !isKnown {
      // The snapshot is older than what was put into the table last.
      try RecentKeys.each(after: foldedTo, in: db) { if $0 == key { candidates.append($1) } }
    }
    return candidates
  }
}

extension StoreIdentity {
  /// 48 bits of the fingerprint: SQLite keeps them in six bytes, and one in thirty million ids meets another's among ten million events.
  func key(of id: String) -> Int64 { Self.key(fingerprint: fingerprint(of: id)) }

  static func key(fingerprint: Int64) -> Int64 { fingerprint >> 16 }

  static let keys = -(Int64(1) << 47)..<(Int64(1) << 47)
}
