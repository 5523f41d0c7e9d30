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
  /// The last event there is.
  private var last: Int64
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
    last = try LastNumber.lastSequence(in: db)
    try Self.eachRecent(after: foldedTo, in: db) { key, sequence in
      current.insert(key, sequence)
    }
    sealIfFull()
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

  /// The keys of what a transaction has stored, before it is committed: a snapshot may have it as soon as that begins.
  mutating func insert(_ keys: [Int64], upTo last: Int64) {
    for (index, key) in keys.enumerated() { current.insert(key, last - Int64(keys.count - 1 - index)) }
    self.last = last
  }

  /// Takes out what came after an event, because its commit failed.
  mutating func retract(to last: Int64) {
    if self.last > last { current.removeAll(after: last) }
    self.last = last
  }

  /// What a transaction has put into the table, once it is committed.
  mutating func commit(folded part: Part?) {
    if let part {
      sealed?.next = part.next
      if let last = part.foldedTo {
        foldedTo = last
        sealed = nil
      }
    }
    sealIfFull()
  }

  private mutating func sealIfFull() {
    guard current.count >= bounds.ids, sealed == nil else { return }
    let sorted = current.sorted()
    sealed = Sealed(last: last, keys: sorted.map(\.key), sequences: sorted.map(\.sequence))
    current = IDTable(base: last)
  }
}
