/// Whole numbers as bytes, seven bits in each and the lowest first: LEB128.
enum Varint {
  /// Reads one and moves behind it.
  ///
  /// - Throws: if the bytes end within it, or it has more than 64 bits.
  static func read(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) throws -> UInt64 {
    var (word, shift) = (UInt64(0), UInt64(0))
    while index < bytes.count, shift < 64 {
      let byte = bytes[index]
      index += 1
      word |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return word }
      shift += 7
    }
    throw SQLiteStoreError(.corrupt, "the byte \(index) is in the middle of a number")
  }

  /// The same for a number that was written with its sign as the lowest bit.
  static func readZigzag(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) throws -> Int64 {
    let word = try read(bytes, &index)
    return Int64(bitPattern: word >> 1) ^ -Int64(bitPattern: word & 1)
  }
}

extension [UInt8] {
  mutating func appendVarint(_ word: UInt64) {
    var word = word
    while word >= 0x80 {
      append(UInt8(truncatingIfNeeded: word) | 0x80)
      word >>= 7
    }
    append(UInt8(word))
  }

  mutating func appendVarint(zigzag number: Int64) {
    appendVarint(UInt64(bitPattern: number << 1) ^ UInt64(bitPattern: number >> 63))
  }
}
