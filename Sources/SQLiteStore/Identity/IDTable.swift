/// Sequences of events by the keys of their ids, in memory: open addressing, twelve bytes a place. Keys may come more than once.
struct IDTable: Sendable {
  private var keys: [Int64]
  /// How far behind ``base`` the sequence is; 0 in places that are free.
  private var offsets: [UInt32]
  private(set) var count = 0
  /// All sequences are greater.
  let base: Int64

  init(base: Int64, capacity: Int = 1_024) {
    self.base = base
    keys = Array(repeating: 0, count: capacity)
    offsets = Array(repeating: 0, count: capacity)
  }

  mutating func insert(_ key: Int64, _ sequence: Int64) {
    if count * 4 >= keys.count * 3 { grow() }
    place(key, UInt32(sequence - base))
    count += 1
  }

  /// Appends the sequences that have the key.
  func find(_ key: Int64, into sequences: inout [Int64]) {
    var index = start(key)
    while offsets[index] != 0 {
      if keys[index] == key { sequences.append(base + Int64(offsets[index])) }
      index = (index + 1) & (keys.count - 1)
    }
  }

  mutating func removeAll() {
    if count == 0 { return }
    self = IDTable(base: base, capacity: keys.count)
  }

  /// All there are, in the order of their keys.
  func sorted() -> [(key: Int64, sequence: Int64)] {
    offsets.indices.filter { offsets[$0] != 0 }.map { (keys[$0], base + Int64(offsets[$0])) }.sorted { $0.key < $1.key }
  }

  private mutating func place(_ key: Int64, _ offset: UInt32) {
    var index = start(key)
    while offsets[index] != 0 { index = (index + 1) & (keys.count - 1) }
    keys[index] = key
    offsets[index] = offset
  }

  /// Keys are made by a keyed hash: their lowest bits are as good as any.
  private func start(_ key: Int64) -> Int { Int(truncatingIfNeeded: key) & (keys.count - 1) }

  private mutating func grow() {
    let (oldKeys, oldOffsets) = (keys, offsets)
    keys = Array(repeating: 0, count: oldKeys.count * 2)
    offsets = Array(repeating: 0, count: oldKeys.count * 2)
    for index in oldKeys.indices where oldOffsets[index] != 0 { place(oldKeys[index], oldOffsets[index]) }
  }
}
