internal import GRDB

/// The keys of the newest events' ids, which are not in `event_id` yet.
///
/// Keys are spread evenly over that table, so what is put in one by one changes a page each. Here they are gathered, and put in by the
/// hundred thousand in the table's order, so that each page gets several. They are on disk in `recent_id` until then.
struct RecentIDs: Sendable {
  /// Events up to this one are in the table, as of the last commit.
  private(set) var foldedTo: Int64
  private var sealed: Sealed?
  private var current: IDTable
  private let bounds: FoldBounds

  private struct Sealed: Sendable {
    let last: Int64
    let keys: [Int64]
    let sequences: [Int64]
    var next = 0

    func find(_ key: Int64, into found: inout [Int64]) {
      var (low, high) = (0, keys.count)
      while low < high {
        let middle = low + (high - low) / 2
        if keys[middle] < key { low = middle + 1 } else { high = middle }
      }
      while low < keys.count, keys[low] == key {
        found.append(sequences[low])
        low += 1
      }
    }
  }

  /// What one transaction puts into the table.
  struct Part: Sendable {
    fileprivate(set) var rows: [(key: Int64, sequence: Int64)]
    fileprivate let next: Int
    /// Set with the last part.
    fileprivate(set) var foldedTo: Int64?
  }

  init(reading db: Database, _ bounds: FoldBounds) throws {
    self.bounds = bounds
    let foldedTo = try Self.foldedTo(in: db)
    self.foldedTo = foldedTo
    current = IDTable(base: foldedTo)
    var last = foldedTo
    try Self.eachRecent(after: foldedTo, in: db) { key, sequence in
      current.insert(key, sequence)
      last = sequence
    }
    sealIfFull(last)
  }

  // MARK: Finding

  /// Appends the sequences of events that may have an id with this key.
  func find(_ key: Int64, into sequences: inout [Int64]) {
    sealed?.find(key, into: &sequences)
    current.find(key, into: &sequences)
  }

  /// The same for what is in the table.
  static func find(_ key: Int64, in db: Database, into sequences: inout [Int64]) throws {
    let select = try Statement("SELECT seq FROM event_id WHERE key = ?", in: db)
    defer { select.reset() }
    select.bind(1, key)
    while try select.step() { sequences.append(select.int64(0)) }
  }

  static func foldedTo(in db: Database) throws -> Int64 {
    let select = try Statement("SELECT ids_folded_to FROM timeline_fold", in: db)
    defer { select.reset() }
    return try select.step() ? select.int64(0) : 0
  }

  /// What a snapshot has that is not in its table.
  static func eachRecent(after sequence: Int64, in db: Database, _ body: (_ key: Int64, _ sequence: Int64) -> Void) throws {
    let select = try Statement("SELECT first_seq, keys FROM recent_id WHERE first_seq > ? ORDER BY first_seq", in: db)
    defer { select.reset() }
    select.bind(1, sequence)
    while try select.step() {
      let first = select.int64(0)
      select.withBlob(1) { bytes in
        for index in 0..<bytes.count / 8 {
          body(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: Int64.self)), first + Int64(index))
        }
      }
    }
  }

  // MARK: Writing

  /// What the transaction that stored so many events should put into the table: twice as many, so that it is done in time.
  func nextPart(events: Int) -> Part? {
    guard let sealed else { return nil }
    let end = current.count >= bounds.ids ? sealed.keys.count : min(sealed.keys.count, sealed.next + max(bounds.leastIDs, events * 2))
    return Part(
      rows: (sealed.next..<end).map { (sealed.keys[$0], sealed.sequences[$0]) }, next: end,
      foldedTo: end == sealed.keys.count ? sealed.last : nil)
  }

  /// What a transaction has stored and put into the table, once it is committed.
  mutating func commit(_ keys: [Int64], from first: Int64, folded part: Part?) {
    for (index, key) in keys.enumerated() { current.insert(key, first + Int64(index)) }
    if let part {
      sealed?.next = part.next
      if let last = part.foldedTo {
        foldedTo = last
        sealed = nil
      }
    }
    sealIfFull(first + Int64(keys.count) - 1)
  }

  private mutating func sealIfFull(_ last: Int64) {
    guard current.count >= bounds.ids, sealed == nil else { return }
    let sorted = current.sorted()
    sealed = Sealed(last: last, keys: sorted.map(\.key), sequences: sorted.map(\.sequence))
    current = IDTable(base: last)
  }
}
