internal import GRDB

/// Reading and changing of `id_filter` and `id_filter_row`.
enum IDFilterRows {
  static func read(in db: Database) throws -> [IDFilter] {
    var filters = try heads(in: db).map {
      IDFilter(number: $0.number, capacity: $0.capacity, keys: $0.keys, lastSequence: $0.lastSequence)
    }
    for index in filters.indices { try readRows(of: &filters[index], in: db) }
    return filters
  }

  /// A row of `id_filter`.
  struct Head {
    let number: Int64
    let capacity: Int
    let keys: Int
    let lastSequence: Int64
  }

  static func heads(in db: Database) throws -> [Head] {
    var heads: [Head] = []
    let select = try Statement("SELECT number, capacity, keys, last_seq FROM id_filter ORDER BY number", in: db)
    defer { select.reset() }
    while try select.step() {
      let (number, capacity, keys) = (select.int64(0), select.int(1), select.int(2))
      guard capacity > 0, capacity <= greatestCapacity, number > 0, number < 1 << 32, keys >= 0, keys < 1 << 48 else {
        throw SQLiteStoreError(.corrupt, "the filter of ids \(number) is made for \(capacity) keys, and has \(keys)")
      }
      heads.append(Head(number: number, capacity: capacity, keys: keys, lastSequence: select.int64(3)))
    }
    return heads
  }

  /// Writes the rows in which it has got keys since the last time.
  static func writeChanges(of filter: inout IDFilter, in db: Database) throws {
    let replace = try Statement("INSERT OR REPLACE INTO id_filter(number, capacity, keys, last_seq) VALUES (?, ?, ?, ?)", in: db)
    replace.bind(1, filter.number)
    replace.bind(2, filter.capacity)
    replace.bind(3, filter.keys)
    replace.bind(4, filter.lastSequence)
    try replace.run()
    let replaceRow = try Statement("INSERT OR REPLACE INTO id_filter_row(place, bits) VALUES (?, ?)", in: db)
    for row in filter.takeChangedRows() {
      replaceRow.bind(1, place(of: row, ofNumber: filter.number))
      filter.withRow(row) { replaceRow.bind(2, copying: $0) }
      try replaceRow.run()
    }
  }

  static func remove(_ filter: IDFilter, in db: Database) throws {
    let delete = try Statement("DELETE FROM id_filter WHERE number = ?", in: db)
    delete.bind(1, filter.number)
    try delete.run()
    let deleteRows = try Statement("DELETE FROM id_filter_row WHERE place BETWEEN ? AND ?", in: db)
    deleteRows.bind(1, place(of: 0, ofNumber: filter.number))
    deleteRows.bind(2, place(of: filter.rows - 1, ofNumber: filter.number))
    try deleteRows.run()
  }

  private static func readRows(of filter: inout IDFilter, in db: Database) throws {
    let select = try Statement("SELECT place, bits FROM id_filter_row WHERE place BETWEEN ? AND ?", in: db)
    defer { select.reset() }
    select.bind(1, place(of: 0, ofNumber: filter.number))
    select.bind(2, place(of: filter.rows - 1, ofNumber: filter.number))
    while try select.step() {
      let row = Int(select.int64(0) & (rowsOfNumber - 1))
      guard select.withBlob(1, { filter.setRow(row, to: $0) }) else {
        throw SQLiteStoreError(.corrupt, "the row \(row) of the filter of ids \(filter.number) has another length")
      }
    }
  }

  /// Rows of a filter stand one after the other.
  static func place(of row: Int, ofNumber number: Int64) -> Int64 { number * rowsOfNumber + Int64(row) }

  private static let rowsOfNumber: Int64 = 1 << 24
  /// Larger than any that is made, and small enough to be allocated.
  private static let greatestCapacity = 1 << 30
}
