/// Tells of most keys that are not in `id_slice` that they are not, without a look into that table: a Bloom filter in blocks of 64 bytes
/// (Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient Bloom Filters, 2007).
///
/// Of keys that are not there, about one in a hundred is taken for one that may be, once there are as many as it is made for, and more of
/// them beyond that. A key that was put in is never denied; none can be taken out.
struct IDFilter: Sendable {
  /// Names it; a later one has a greater number.
  let number: Int64
  /// How many keys it is made for.
  let capacity: Int
  private(set) var keys = 0
  /// No key in it is of a later event.
  private(set) var lastSequence: Int64 = 0
  private var words: [UInt64]
  private var changed: Set<Int> = []

  private static let blockWords = 8
  private static let bitsPerKey = 10
  private static let bitsSet = 5
  /// Blocks of a row, which fills a page of 4 KiB with them.
  private static let rowBlocks = 63
  private static var rowWords: Int { rowBlocks * blockWords }
  static var rowBytes: Int { rowWords * 8 }

  /// An empty one.
  init(number: Int64, capacity: Int) {
    self.number = number
    self.capacity = capacity
    words = Array(repeating: 0, count: Self.rows(capacity) * Self.rowWords)
  }

  /// One that will get its rows.
  init(number: Int64, capacity: Int, keys: Int, lastSequence: Int64) {
    self.init(number: number, capacity: capacity)
    (self.keys, self.lastSequence) = (keys, lastSequence)
  }

  var isFull: Bool { keys >= capacity }
  var rows: Int { words.count / Self.rowWords }
  var byteCount: Int { words.count * 8 }

  /// The greatest capacity that so many bytes allow.
  static func capacity(bytes: Int) -> Int { bytes / rowBytes * rowBytes * 8 / bitsPerKey }

  private static func rows(_ capacity: Int) -> Int { (capacity * bitsPerKey + rowBytes * 8 - 1) / (rowBytes * 8) }

  mutating func insert(_ key: Int64, of sequence: Int64) {
    let block = block(of: key)
    Self.forEachBit(of: key) { words[block + $0 >> 6] |= 1 << UInt64($0 & 63) }
    changed.insert(block / Self.rowWords)
    keys += 1
    lastSequence = max(lastSequence, sequence)
  }

  func mayContain(_ key: Int64) -> Bool { Self.isSet(key, in: words, block: block(of: key)) }

  private static func isSet(_ key: Int64, in words: [UInt64], block: Int) -> Bool {
    var isSet = true
    forEachBit(of: key) { isSet = isSet && words[block + $0 >> 6] & (1 << UInt64($0 & 63)) != 0 }
    return isSet
  }

  // MARK: Rows

  /// Which rows have changed since this was asked for last.
  mutating func takeChangedRows() -> [Int] {
    defer { changed.removeAll(keepingCapacity: true) }
    return changed.sorted()
  }

  func withRow<Value>(_ row: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
    try words[row * Self.rowWords..<(row + 1) * Self.rowWords].withUnsafeBytes(body)
  }

  /// - Returns: false if the filter has no such row.
  mutating func setRow(_ row: Int, to bytes: UnsafeRawBufferPointer) -> Bool {
    guard row >= 0, row < rows, bytes.count == Self.rowBytes else { return false }
    words.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[(row * Self.rowBytes)...]).copyMemory(from: bytes) }
    return true
  }

  /// The row that a key's bits are in, of a filter that was made for so many keys.
  static func row(of key: Int64, capacity: Int) -> Int { block(of: key, words: rows(capacity) * rowWords) / rowWords }

  /// As ``mayContain(_:)``, of the one row of a filter that the key's bits are in.
  static func mayContain(_ key: Int64, row words: [UInt64], capacity: Int) -> Bool {
    isSet(key, in: words, block: block(of: key, words: rows(capacity) * rowWords) % rowWords)
  }

  // MARK: Places of a key

  private func block(of key: Int64) -> Int { Self.block(of: key, words: words.count) }

  /// The first word of its block. Blocks are in the order of keys, so that what is put in in that order changes neighbours.
  private static func block(of key: Int64, words: Int) -> Int {
    // Keys have 48 bits, with a sign.
    let place = UInt64(bitPattern: key &+ (1 << 47)) >> 16 & 0xFFFF_FFFF
    return Int((place * UInt64(words / blockWords)) >> 32) * blockWords
  }

  /// Calls with places among the block's 512 bits, the same for a key each time.
  private static func forEachBit(of key: Int64, _ body: (Int) -> Void) {
    var bits = UInt64(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15
    for _ in 0..<bitsSet {
      body(Int(bits >> 55))
      bits <<= 9
    }
  }
}
