/// A row of `timeline_slice` or `timeline_head`: neighbours of a run as bytes, each as its distance from the one before it.
///
/// An entry is the differences of time and sequence (zigzag), in the run of all its audience, and type and flags; all of them LEB128. About
/// eight bytes, where a row of its own had thirty.
struct EntrySlice {
  /// Four rows of this size, with what else is in them, fill a page of 4 KiB; one that is a little longer would leave a page of its head.
  static let maximumBytes = 960

  private(set) var bytes: [UInt8] = []
  private(set) var first: EntryPosition
  private(set) var last: EntryPosition
  /// Whether it is of a run of all, whose entries have each an audience of their own.
  private let hasAudiences: Bool

  /// An empty one that will begin with an entry.
  init(beginningAt first: EntryPosition, of run: RunKey) {
    self.first = first
    last = first
    hasAudiences = run.audience == AudienceCode.all
  }

  /// Adds an entry that is newer than all that are in it.
  ///
  /// - Returns: false, and nothing is added, if it is full.
  mutating func append(_ entry: TimelineEntry) -> Bool {
    let length = bytes.count
    bytes.appendVarint(zigzag: entry.position.occurredAt &- last.occurredAt)
    bytes.appendVarint(zigzag: entry.position.sequence &- last.sequence)
    if hasAudiences { bytes.appendVarint(UInt64(entry.audience)) }
    bytes.appendVarint(UInt64(entry.type) << 1 | UInt64(entry.flags.rawValue))
    if bytes.count > Self.maximumBytes, length > 0 {
      bytes.removeSubrange(length...)
      return false
    }
    last = entry.position
    return true
  }

  /// Reads a row's bytes, oldest first.
  ///
  /// - Throws: if they are none that were written here.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, beginningAt first: EntryPosition, of run: RunKey, into entries: inout [TimelineEntry]
  ) throws {
    let hasAudiences = run.audience == AudienceCode.all
    var position = first
    var index = 0
    do {
      while index < bytes.count {
        position.occurredAt &+= zigzag(try varint(bytes, &index))
        position.sequence &+= zigzag(try varint(bytes, &index))
        let audience = hasAudiences ? Int64(bitPattern: try varint(bytes, &index)) : run.audience
        let kind = try varint(bytes, &index)
        entries.append(
          try TimelineEntry(
            position: position, audience: audience, type: Int64(kind >> 1), flags: EntryFlags(rawValue: Int64(kind & 1))))
      }
    } catch {
      throw unreadable(run, first, error)
    }
  }

  /// Goes on with a row's bytes.
  init(_ bytes: UnsafeRawBufferPointer, beginningAt first: EntryPosition, of run: RunKey) throws {
    self.init(beginningAt: first, of: run)
    var index = 0
    do {
      while index < bytes.count {
        last.occurredAt &+= Self.zigzag(try Self.varint(bytes, &index))
        last.sequence &+= Self.zigzag(try Self.varint(bytes, &index))
        if hasAudiences { _ = try Self.varint(bytes, &index) }
        _ = try Self.varint(bytes, &index)
      }
    } catch {
      throw Self.unreadable(run, first, error)
    }
    self.bytes.reserveCapacity(Self.maximumBytes + 32)
    self.bytes.append(contentsOf: bytes)
  }

  /// The slices that hold entries, as full as can be.
  static func slices(of entries: some Collection<TimelineEntry>, in run: RunKey) -> [EntrySlice] {
    var slices: [EntrySlice] = []
    for entry in entries {
      if !slices.isEmpty, slices[slices.count - 1].append(entry) { continue }
      var slice = EntrySlice(beginningAt: entry.position, of: run)
      _ = slice.append(entry)
      slices.append(slice)
    }
    return slices
  }

  private static func zigzag(_ word: UInt64) -> Int64 { Int64(bitPattern: word >> 1) ^ -Int64(bitPattern: word & 1) }

  private static func varint(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) throws -> UInt64 {
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

  private static func unreadable(_ run: RunKey, _ first: EntryPosition, _ error: any Error) -> SQLiteStoreError {
    SQLiteStoreError(
      .corrupt,
      "the entries of the timeline \(run.timeline), audience \(run.audience), from the event \(first.sequence) on cannot be read: \(error)")
  }
}

extension [UInt8] {
  fileprivate mutating func appendVarint(_ word: UInt64) {
    var word = word
    while word >= 0x80 {
      append(UInt8(truncatingIfNeeded: word) | 0x80)
      word >>= 7
    }
    append(UInt8(word))
  }

  fileprivate mutating func appendVarint(zigzag number: Int64) {
    appendVarint(UInt64(bitPattern: number << 1) ^ UInt64(bitPattern: number >> 63))
  }
}
