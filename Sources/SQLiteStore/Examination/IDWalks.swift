internal import GRDB

/// The entries of `id_slice` that events ask for, event by event.
struct EventIDWalk: TableWalk {
  private let mark: IDMark
  private let identity: StoreIdentity
  private var last: Int64 = 0
  private(set) var tally = EntryTally()
  private(set) var isAtEnd = false

  init(_ mark: IDMark, _ identity: StoreIdentity) { (self.mark, self.identity) = (mark, identity) }

  mutating func go(on db: Database) throws { try go(on: db) { _ in } }

  mutating func go(on db: Database, each: (IDEntry) throws -> Void) throws {
    let select = try Statement("SELECT seq, id FROM event WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?", in: db)
    defer { select.reset() }
    select.bind(1, last)
    select.bind(2, mark.foldingTo)
    select.bind(3, StoreExaminer.reach)
    var looked = 0
    while try select.step() {
      looked += 1
      last = select.int64(0)
      let entry = IDEntry(key: identity.key(of: select.text(1)), sequence: last)
      guard mark.covers(entry) else { continue }
      tally.add(entry)
      try each(entry)
    }
    isAtEnd = looked < StoreExaminer.reach
  }
}

/// The entries that are in `id_slice`, row by row, where they can be found: from their row's key on to the next one's.
struct IDSliceWalk: TableWalk {
  /// Entries after which a transaction ends.
  private static let reach = 65_536

  private let mark: IDMark
  /// Those of all keys before this one were looked at. Rows may be parted or joined meanwhile.
  private var next: Int64 = .min
  private(set) var tally = EntryTally()
  private(set) var isAtEnd = false
  /// Events whose keys are there and are denied by all filters.
  private(set) var denied = Examples()
  /// Entries that are not to be there yet, or ever, by what the mark says at that moment.
  private(set) var early = Examples()

  /// - Parameter mark: whose entries are counted.
  init(_ mark: IDMark) { self.mark = mark }

  mutating func go(on db: Database) throws { try go(on: db) { _ in } }

  mutating func go(on db: Database, each: (IDEntry) throws -> Void) throws {
    let now = try IDMark(in: db)
    var filters = try IDFilterReader(in: db)
    let select = try Statement(
      """
      SELECT first_key, entries FROM id_slice
      WHERE first_key >= coalesce((SELECT max(first_key) FROM id_slice WHERE first_key <= ?1), ?1) ORDER BY first_key
      """, in: db)
    defer { select.reset() }
    select.bind(1, next)
    var row = try Self.row(select)
    var looked = 0
    while let (first, entries) = row {
      row = try Self.row(select)
      let end = row?.first ?? .max
      for entry in entries where entry.key >= max(first, next) && entry.key < end {
        if try !filters.mayContain(entry.key) { denied.add("\(entry.sequence)") }
        if !now.covers(entry) { early.add("\(entry.sequence)") }
        guard mark.covers(entry) else { continue }
        tally.add(entry)
        try each(entry)
      }
      looked += entries.count
      next = end
      if looked >= Self.reach { break }
    }
    isAtEnd = row == nil
  }

  private static func row(_ select: Statement) throws -> (first: Int64, entries: [IDEntry])? {
    guard try select.step() else { return nil }
    let first = select.int64(0)
    return (first, try select.withBlob(1) { try IDSlice.decode($0, from: first) })
  }
}
