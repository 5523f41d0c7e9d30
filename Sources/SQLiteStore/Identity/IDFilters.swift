internal import GRDB

/// All keys of `id_slice`, in filters: what none of them may have is not in that table.
///
/// The newest gets what is put into the table until it is full; the next one is made for as many keys as there are events then. One whose
/// events are all removed is given up. In the database they change with the table, in one transaction.
struct IDFilters: Sendable {
  private(set) var filters: [IDFilter] = []
  /// Those that the transaction gives up, and the one that it begins.
  private var leaving: Set<Int64> = []
  private var arriving: Int64?
  private let bounds: FoldBounds

  init(_ bounds: FoldBounds) { self.bounds = bounds }

  init(reading db: Database, _ bounds: FoldBounds) throws {
    self.init(bounds)
    filters = try IDFilterRows.read(in: db)
  }

  /// Whether the table may have a key. If not, it has none.
  func mayContain(_ key: Int64) -> Bool { filters.contains { $0.mayContain(key) } }

  /// Takes in what goes into the table.
  ///
  /// What is in memory may be more than what is committed then: the same comes again, or a key is not denied that might be.
  mutating func insert(_ entries: [IDEntry], in db: Database) throws {
    if entries.isEmpty { return }
    if filters.last?.isFull ?? true { try addFilter(in: db) }
    guard var newest = filters.popLast() else { return }
    for entry in entries { newest.insert(entry.key, of: entry.sequence) }
    defer { filters.append(newest) }
    try IDFilterRows.writeChanges(of: &newest, in: db)
  }

  mutating func commit() {
    filters.removeAll { leaving.contains($0.number) }
    (leaving, arriving) = ([], nil)
  }

  /// The transaction was not committed: what it removed is there, and what it added is not.
  mutating func retract() {
    filters.removeAll { $0.number == arriving }
    (leaving, arriving) = ([], nil)
  }

  private mutating func addFilter(in db: Database) throws {
    let oldest = try Int64.fetchOne(db, sql: "SELECT min(seq) FROM event") ?? 0
    let newest = try Int64.fetchOne(db, sql: "SELECT max(seq) FROM event") ?? 0
    for filter in filters where filter.lastSequence < oldest {
      try IDFilterRows.remove(filter, in: db)
      leaving.insert(filter.number)
    }
    let staying = filters.filter { !leaving.contains($0.number) }
    let room = IDFilter.capacity(bytes: staying.reduce(bounds.filterBytes) { $0 - $1.byteCount })
    let capacity = min(max(bounds.filterKeys, Int(newest - oldest) + 1), room)
    // Where there is no room for another one, the newest goes on, unless it leaves.
    if capacity < bounds.filterKeys, let last = filters.last, !leaving.contains(last.number) { return }
    let number = (filters.last?.number ?? 0) + 1
    arriving = number
    filters.append(IDFilter(number: number, capacity: max(capacity, 1)))
  }
}
