internal import GRDB

/// Asks the filters as they are in the database, a row of each at a time: for keys in their order, and without having all of them in memory.
struct IDFilterReader {
  private struct Filter {
    let number: Int64
    let capacity: Int
    var row: Int?
    var words: [UInt64] = []
  }

  private var filters: [Filter]
  private let find: Statement

  init(in db: Database) throws {
    filters = try IDFilterRows.heads(in: db).map { Filter(number: $0.number, capacity: $0.capacity) }
    find = try Statement("SELECT bits FROM id_filter_row WHERE place = ?", in: db)
  }

  /// As ``IDFilters/mayContain(_:)``.
  mutating func mayContain(_ key: Int64) throws -> Bool {
    // The newest has most of them.
    for index in filters.indices.reversed() {
      let capacity = filters[index].capacity
      let row = IDFilter.row(of: key, capacity: capacity)
      if filters[index].row != row {
        filters[index].words = try words(ofRow: row, number: filters[index].number)
        filters[index].row = row
      }
      if !filters[index].words.isEmpty, IDFilter.mayContain(key, row: filters[index].words, capacity: capacity) { return true }
    }
    return false
  }

  /// Empty if no bit of it is set.
  private func words(ofRow row: Int, number: Int64) throws -> [UInt64] {
    find.bind(1, IDFilterRows.place(of: row, ofNumber: number))
    defer { find.reset() }
    guard try find.step() else { return [] }
    return try find.withBlob(0) { bytes in
      guard bytes.count == IDFilter.rowBytes else {
        throw SQLiteStoreError(.corrupt, "the row \(row) of the filter of ids \(number) has another length")
      }
      return (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
    }
  }
}
