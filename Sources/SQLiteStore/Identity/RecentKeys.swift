internal import GRDB

/// Reading and changing of `recent_id`: the keys of events one after the other, eight bytes each.
enum RecentKeys {
  /// Stands where an event was removed. No key has so many bits.
  private static let none = Int64.min

  static func each(after sequence: Int64, in db: Database, _ body: (_ key: Int64, _ sequence: Int64) -> Void) throws {
    let select = try Statement("SELECT first_seq, keys FROM recent_id WHERE first_seq > ? ORDER BY first_seq", in: db)
    defer { select.reset() }
    select.bind(1, sequence)
    while try select.step() { each(in: select, body) }
  }

  /// By their sequences, the keys of one row.
  static func keys(from first: Int64, in db: Database) throws -> [Int64: Int64] {
    var keys: [Int64: Int64] = [:]
    let select = try Statement("SELECT first_seq, keys FROM recent_id WHERE first_seq = ?", in: db)
    defer { select.reset() }
    select.bind(1, first)
    if try select.step() { each(in: select) { keys[$1] = $0 } }
    return keys
  }

  private static func each(in row: Statement, _ body: (_ key: Int64, _ sequence: Int64) -> Void) {
    let first = row.int64(0)
    row.withBlob(1) { bytes in
      for index in 0..<bytes.count / 8 {
        let key = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: Int64.self))
        if key != none { body(key, first &+ Int64(index)) }
      }
    }
  }

  static func write(_ keys: [Int64], from first: Int64, in db: Database) throws {
    let insert = try Statement("INSERT INTO recent_id(first_seq, keys) VALUES (?, ?)", in: db)
    insert.bind(1, first)
    keys.map(\.littleEndian).withUnsafeBytes { insert.bind(2, copying: $0) }
    try insert.run()
  }

  /// Takes out those of some events, so that they do not come into the table after all.
  static func remove(_ sequences: [Int64], in db: Database) throws {
    let select = try Statement("SELECT first_seq, keys FROM recent_id WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1", in: db)
    let update = try Statement("UPDATE recent_id SET keys = ? WHERE first_seq = ?", in: db)
    var rest = sequences.sorted()[...]
    while let newest = rest.last {
      select.bind(1, newest)
      defer { select.reset() }
      guard try select.step() else { return }
      let first = select.int64(0)
      var bytes = select.blob(1)
      select.reset()
      while let sequence = rest.last, sequence >= first {
        let place = Int(sequence - first) * 8
        if place + 8 <= bytes.count { withUnsafeBytes(of: none.littleEndian) { bytes.replaceSubrange(place..<place + 8, with: $0) } }
        rest.removeLast()
      }
      update.bind(1, bytes)
      update.bind(2, first)
      try update.run()
    }
  }

  /// Removes some of the rows whose keys are all in the table.
  static func clear(upTo sequence: Int64, in db: Database) throws {
    let delete = try Statement(
      "DELETE FROM recent_id WHERE first_seq IN (SELECT first_seq FROM recent_id WHERE first_seq <= ? ORDER BY first_seq LIMIT 16)", in: db)
    delete.bind(1, sequence)
    try delete.run()
  }
}
