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
        position.occurredAt &+= try Varint.readZigzag(bytes, &index)
        position.sequence &+= try Varint.readZigzag(bytes, &index)
        let audience = hasAudiences ? Int64(bitPattern: try Varint.read(bytes, &index)) : run.audience
        let kind = try Varint.read(bytes, &index)
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
        last.occurredAt &+= try Varint.readZigzag(bytes, &index)
        last.sequence &+= try Varint.readZigzag(bytes, &index)
        if hasAudiences { _ = try Varint.read(bytes, &index) }
        _ = try Varint.read(bytes, &index)
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

  private static func unreadable(_ run: RunKey, _ first: EntryPosition, _ error: any Error) -> SQLiteStoreError {
    SQLiteStoreError(
      .corrupt,
      "the entries of the timeline \(run.timeline), audience \(run.audience), from the event \(first.sequence) on cannot be read: \(error)")
  }
}
