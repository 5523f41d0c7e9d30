/// An entry of `id_slice`: the key of an event's id, and the event.
struct IDEntry: Hashable, Comparable {
  let key: Int64
  let sequence: Int64

  static func < (left: IDEntry, right: IDEntry) -> Bool {
    left.key == right.key ? left.sequence < right.sequence : left.key < right.key
  }
}

/// A row of `id_slice` as bytes: neighbours in the order of keys, each as how much greater its key is than the one before, and its sequence,
/// as ``Varint``. Eight bytes an entry among ten million; as a row of its own it had twenty-two.
enum IDSlice {
  /// With its key and length it fills a page of 4 KiB.
  static let maximumBytes = 4_032

  /// Reads a row, whose first key it is or a lower bound of it.
  ///
  /// - Throws: if they are none that were written here.
  static func decode(_ bytes: UnsafeRawBufferPointer, from first: Int64) throws -> [IDEntry] {
    var entries: [IDEntry] = []
    entries.reserveCapacity(bytes.count / 6)
    try forEach(bytes, from: first) {
      entries.append($0)
      return true
    }
    return entries
  }

  /// Appends the sequences that have the key.
  static func find(_ key: Int64, in bytes: UnsafeRawBufferPointer, from first: Int64, into sequences: inout [Int64]) throws {
    try forEach(bytes, from: first) { entry in
      if entry.key == key { sequences.append(entry.sequence) }
      return entry.key <= key
    }
  }

  static func bytes(of entries: ArraySlice<IDEntry>, from first: Int64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.count * 10)
    var key = first
    for entry in entries {
      bytes.appendVarint(UInt64(bitPattern: entry.key &- key))
      bytes.appendVarint(UInt64(bitPattern: entry.sequence))
      key = entry.key
    }
    return bytes
  }

  private static func forEach(_ bytes: UnsafeRawBufferPointer, from first: Int64, _ body: (IDEntry) -> Bool) throws {
    var (key, index) = (first, 0)
    do {
      while index < bytes.count {
        key &+= Int64(bitPattern: try Varint.read(bytes, &index))
        guard StoreIdentity.keys.contains(key) else { throw SQLiteStoreError(.corrupt, "\(key) is no key") }
        guard body(IDEntry(key: key, sequence: Int64(bitPattern: try Varint.read(bytes, &index)))) else { return }
      }
    } catch {
      throw SQLiteStoreError(.corrupt, "the ids of events from the key \(first) on cannot be read: \(error)")
    }
  }
}
