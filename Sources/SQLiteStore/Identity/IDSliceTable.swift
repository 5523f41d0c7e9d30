internal import GRDB

/// Reads and writes `id_slice`. Each row has all entries from its key on to the next row's.
struct IDSliceTable {
  private let find: Statement
  private let findNext: Statement
  private let replace: Statement
  private let delete: Statement

  /// No key is less: the first row's.
  private static let least = -(Int64(1) << 47)

  init(in db: Database) throws {
    find = try Statement("SELECT first_key, entries FROM id_slice WHERE first_key <= ? ORDER BY first_key DESC LIMIT 1", in: db)
    findNext = try Statement("SELECT first_key FROM id_slice WHERE first_key > ? ORDER BY first_key LIMIT 1", in: db)
    replace = try Statement("INSERT OR REPLACE INTO id_slice(first_key, entries) VALUES (?, ?)", in: db)
    delete = try Statement("DELETE FROM id_slice WHERE first_key = ?", in: db)
  }

  /// Appends the sequences of events that may have an id with this key.
  func find(_ key: Int64, into sequences: inout [Int64]) throws {
    find.bind(1, key)
    defer { find.reset() }
    guard try find.step() else { return }
    let first = find.int64(0)
    try find.withBlob(1) { try IDSlice.find(key, in: $0, from: first, into: &sequences) }
  }

  /// Adds entries, which must be in order. One that is there already is not added again.
  func add(_ entries: [IDEntry]) throws {
    try change(entries) { row, new in Self.merged(row, new) }
  }

  /// Removes those of the entries that are there, which must be in order.
  func remove(_ entries: [IDEntry]) throws {
    try change(entries) { row, gone in
      let gone = Set(gone)
      return row.filter { !gone.contains($0) }
    }
  }

  private func change(_ entries: [IDEntry], _ body: (_ row: [IDEntry], _ some: ArraySlice<IDEntry>) -> [IDEntry]) throws {
    var rest = entries[...]
    while let entry = rest.first {
      let (first, row) = try row(of: entry.key)
      let next = try key(after: first)
      let end = next.map { next in rest.partitioningIndex { $0.key >= next } } ?? rest.endIndex
      let changed = body(row, rest[..<end])
      if changed.count != row.count { try write(changed[...], from: first) }
      rest = rest[end...]
    }
  }

  private func row(of key: Int64) throws -> (first: Int64, entries: [IDEntry]) {
    find.bind(1, key)
    defer { find.reset() }
    guard try find.step() else { return (Self.least, []) }
    let first = find.int64(0)
    return (first, try find.withBlob(1) { try IDSlice.decode($0, from: first) })
  }

  private func key(after first: Int64) throws -> Int64? {
    findNext.bind(1, first)
    defer { findNext.reset() }
    return try findNext.step() ? findNext.int64(0) : nil
  }

  /// Writes a row, as two if it is too long for one. What an empty one was for is the row's before it.
  private func write(_ entries: ArraySlice<IDEntry>, from first: Int64) throws {
    if entries.isEmpty, first != Self.least {
      delete.bind(1, first)
      return try delete.run()
    }
    let bytes = IDSlice.bytes(of: entries, from: first)
    if bytes.count > IDSlice.maximumBytes, let middle = Self.middle(of: entries) {
      try write(entries[..<middle], from: first)
      return try write(entries[middle...], from: entries[middle].key)
    }
    replace.bind(1, first)
    replace.bind(2, bytes)
    try replace.run()
  }

  /// Where to part entries, so that those of one key stay together; nil if they all have one.
  private static func middle(of entries: ArraySlice<IDEntry>) -> Int? {
    let middle = entries.startIndex + entries.count / 2
    return (middle..<entries.endIndex).first { entries[$0].key != entries[$0 - 1].key }
      ?? (entries.startIndex + 1..<middle).last { entries[$0].key != entries[$0 - 1].key }
  }

  private static func merged(_ row: [IDEntry], _ new: ArraySlice<IDEntry>) -> [IDEntry] {
    var merged: [IDEntry] = []
    merged.reserveCapacity(row.count + new.count)
    var index = 0
    for entry in new {
      while index < row.count, row[index] < entry {
        merged.append(row[index])
        index += 1
      }
      if index < row.count, row[index] == entry { continue }
      merged.append(entry)
    }
    merged.append(contentsOf: row[index...])
    return merged
  }
}

extension ArraySlice<IDEntry> {
  /// The first place from which on something holds, if it does not hold before it.
  fileprivate func partitioningIndex(where holds: (IDEntry) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
