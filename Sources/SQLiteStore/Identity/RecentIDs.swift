internal import GRDB

/// The keys of the newest events' ids, which are not in `id_slice` yet.
///
/// Keys are spread evenly over that table, so what is put in one by one changes a page each. Here they are gathered, and put in by the
/// hundred thousand in the table's order, so that each page gets several. They are on disk in `recent_id` until then.
struct RecentIDs: Sendable {
  /// As of the last commit.
  private(set) var mark: IDMark
  private var sealed: Sealed?
  private var current: IDTable
  /// The last event there is, whether its key is here or not.
  private var last: Int64
  private let bounds: FoldBounds

  private struct Sealed: Sendable {
    let last: Int64
    let keys: [Int64]
    /// 0 where the event was removed.
    var sequences: [Int64]
    var next = 0

    init(_ sorted: [IDEntry], upTo last: Int64) {
      self.last = last
      keys = sorted.map(\.key)
      sequences = sorted.map(\.sequence)
    }

    func find(_ key: Int64, into found: inout [Int64]) {
      for place in places(of: key) where sequences[place] != 0 { found.append(sequences[place]) }
    }

    mutating func remove(_ key: Int64, _ sequence: Int64) {
      for place in places(of: key) where sequences[place] == sequence { sequences[place] = 0 }
    }

    private func places(of key: Int64) -> Range<Int> {
      var (low, high) = (0, keys.count)
      while low < high, keys[low] < key {
        if keys[high - 1] < key {
          low = high
          break
        }
        // Keys are spread evenly, so this one is about so far between the ends.
        let share = Double(key - keys[low]) / Double(keys[high - 1] - keys[low])
        let middle = low + Int(share * Double(high - 1 - low))
        if keys[middle] < key { low = middle + 1 } else { high = middle }
      }
      high = low
      while high < keys.count, keys[high] == key { high += 1 }
      return low..<high
    }
  }

  /// What one transaction puts into the table.
  struct Part: Sendable {
    let entries: [IDEntry]
    /// How the table stands then.
    let mark: IDMark
    fileprivate let next: Int
  }

  init(reading db: Database, _ bounds: FoldBounds) throws {
    self.bounds = bounds
    let mark = try IDMark(in: db)
    self.mark = mark
    last = try LastNumber.lastSequence(in: db)
    current = IDTable(base: mark.foldingTo)
    var folding: [IDEntry] = []
    var stranger: Int64?
    try RecentKeys.each(after: mark.foldedTo, in: db) { key, sequence in
      guard StoreIdentity.keys.contains(key), sequence > mark.foldedTo, sequence <= last else {
        stranger = sequence
        return
      }
      if sequence > mark.foldingTo {
        current.insert(key, sequence)
      } else if key > mark.key {
        folding.append(IDEntry(key: key, sequence: sequence))
      }
    }
    if let stranger { throw SQLiteStoreError(.corrupt, "recent_id has no key for event number \(stranger), or that is none") }
    if mark.foldingTo > mark.foldedTo {
      folding.sort()
      sealed = Sealed(folding, upTo: mark.foldingTo)
    }
    sealIfFull()
  }

  // MARK: Finding

  /// Appends the sequences of events that may have an id with this key.
  func find(_ key: Int64, into sequences: inout [Int64]) {
    sealed?.find(key, into: &sequences)
    current.find(key, into: &sequences)
  }

  // MARK: Writing

  /// What the transaction that stored so many events should put into the table: some more than that, so that it is done in time.
  func nextPart(events: Int) -> Part? {
    guard let sealed else { return nil }
    var end = min(sealed.keys.count, sealed.next + max(bounds.leastIDs, events + events / 4))
    // The mark says up to which key they are in.
    while end > 0, end < sealed.keys.count, sealed.keys[end] == sealed.keys[end - 1] { end += 1 }
    var mark = mark
    if end == sealed.keys.count {
      mark = IDMark(foldedTo: sealed.last)
    } else {
      (mark.foldingTo, mark.key) = (sealed.last, sealed.keys[end - 1])
    }
    let places = (sealed.next..<end).filter { sealed.sequences[$0] != 0 }
    return Part(entries: places.map { IDEntry(key: sealed.keys[$0], sequence: sealed.sequences[$0]) }, mark: mark, next: end)
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

  /// What a transaction has removed and put into the table, once it is committed.
  mutating func commit(without removed: [IDEntry], folded part: Part?) {
    for entry in removed {
      sealed?.remove(entry.key, entry.sequence)
      current.remove(entry.key, entry.sequence)
    }
    if let part {
      mark = part.mark
      sealed?.next = part.next
      if part.next == sealed?.keys.count { sealed = nil }
    }
    sealIfFull()
  }

  private mutating func sealIfFull() {
    guard current.count >= bounds.ids(among: last), sealed == nil else { return }
    sealed = Sealed(current.sorted(), upTo: last)
    current = IDTable(base: last)
  }
}
