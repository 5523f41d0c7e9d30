/// Sequences of events by the keys of their ids, in memory: open addressing, twelve bytes a place. Keys may come more than once.
struct IDTable: Sendable {
  private var keys: [Int64]
  /// How far behind ``base`` the sequence is.
  private var offsets: [UInt32]
  /// Those that were removed among them, until it grows.
  private(set) var count = 0
  /// All sequences are greater.
  let base: Int64

  /// Offsets of places that are none.
  private static let free: UInt32 = 0
  private static let removed = UInt32.max

  init(base: Int64, capacity: Int = 1_024) {
    self.base = base
    keys = Array(repeating: 0, count: capacity)
    offsets = Array(repeating: Self.free, count: capacity)
  }

  mutating func insert(_ key: Int64, _ sequence: Int64) {
    if count * 4 >= keys.count * 3 { self = copy(capacity: keys.count * 2) }
    var index = start(key)
    while offsets[index] != Self.free { index = (index + 1) & (keys.count - 1) }
    keys[index] = key
    offsets[index] = UInt32(sequence - base)
    count += 1
  }

  /// Appends the sequences that have the key.
  func find(_ key: Int64, into sequences: inout [Int64]) {
    var index = start(key)
    while offsets[index] != Self.free {
      if keys[index] == key, offsets[index] != Self.removed { sequences.append(base + Int64(offsets[index])) }
      index = (index + 1) & (keys.count - 1)
    }
  }

  mutating func remove(_ key: Int64, _ sequence: Int64) {
    var index = start(key)
    while offsets[index] != Self.free {
      if keys[index] == key, base + Int64(offsets[index]) == sequence { offsets[index] = Self.removed }
      index = (index + 1) & (keys.count - 1)
    }
  }

  mutating func removeAll(after last: Int64 = 0) {
    if count > 0 { self = copy(upTo: last, capacity: keys.count) }
  }

  /// All there are, in the order of their keys.
  func sorted() -> [IDEntry] {
    var all: [IDEntry] = []
    all.reserveCapacity(count)
    for index in offsets.indices where isTaken(index) { all.append(IDEntry(key: keys[index], sequence: base + Int64(offsets[index]))) }
    all.sort()
    return all
  }

  private func isTaken(_ index: Int) -> Bool { offsets[index] != Self.free && offsets[index] != Self.removed }

  /// Keys are made by a keyed hash: their lowest bits are as good as any.
  private func start(_ key: Int64) -> Int { Int(truncatingIfNeeded: key) & (keys.count - 1) }

  private func copy(upTo last: Int64 = .max, capacity: Int) -> IDTable {
    var copy = IDTable(base: base, capacity: capacity)
    for index in offsets.indices where isTaken(index) && base + Int64(offsets[index]) <= last {
      copy.insert(keys[index], base + Int64(offsets[index]))
    }
    return copy
  }
}
