/// A place in the order of listings: by time, ties by arrival.
struct EntryPosition: Comparable {
  var occurredAt: Int64
  var sequence: Int64

  static let newest = EntryPosition(occurredAt: .max, sequence: .max)

  /// The next older place; sequences begin at 1, so there always is one.
  var older: EntryPosition { EntryPosition(occurredAt: occurredAt, sequence: sequence - 1) }

  static func < (left: EntryPosition, right: EntryPosition) -> Bool {
    (left.occurredAt, left.sequence) < (right.occurredAt, right.sequence)
  }
}

/// An event in a timeline, with what is asked of it before it is read. Small: hundreds of thousands are kept in memory.
struct TimelineEntry {
  let position: EntryPosition
  private let audienceNumber: UInt32
  /// The type's number, and ``EntryFlags`` in the lowest bit.
  private let typeAndFlags: UInt32

  /// - Throws: if a number cannot be one of a row. None is cut off: the audience decides who sees the event.
  init(position: EntryPosition, audience: Int64, type: Int64, flags: EntryFlags) throws {
    guard position.sequence > 0, let audience = UInt32(exactly: audience), (0...Int64(Int32.max)).contains(type) else {
      throw SQLiteStoreError(.corrupt, "the event \(position.sequence) has the audience \(audience) and the type \(type)")
    }
    self.position = position
    audienceNumber = audience
    typeAndFlags = UInt32(type) << 1 | UInt32(flags.rawValue & 1)
  }

  var audience: Int64 { Int64(audienceNumber) }
  var type: Int64 { Int64(typeAndFlags >> 1) }
  var flags: EntryFlags { EntryFlags(rawValue: Int64(typeAndFlags & 1)) }
}

/// One run of a timeline: all its events (audience 0), or those of one audience.
struct RunKey: Hashable, Comparable {
  let timeline: Int64
  let audience: Int64

  static func < (left: RunKey, right: RunKey) -> Bool { (left.timeline, left.audience) < (right.timeline, right.audience) }
}

/// Where an event stands: in the run of all and in that of its audience in each of `timelines`, and in its user's run of all.
///
/// What one user did is read by him, by admins and as a filter: never by audience.
struct EventEntries {
  let entry: TimelineEntry
  /// The places that it is about. All events of a place share the array.
  let timelines: [Int64]
  let own: Int64?

  var runs: [RunKey] {
    timelines.flatMap { [RunKey(timeline: $0, audience: AudienceCode.all), RunKey(timeline: $0, audience: entry.audience)] }
      + (own.map { [RunKey(timeline: $0, audience: AudienceCode.all)] } ?? [])
  }
}

extension Collection<TimelineEntry> where Index == Int {
  /// Where those begin that are newer than a position. The entries must be in order.
  func firstIndex(newerThan position: EntryPosition) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if self[middle].position > position { high = middle } else { low = middle + 1 }
    }
    return low
  }

  func index(of position: EntryPosition) -> Int? {
    let index = firstIndex(newerThan: position) - 1
    return index >= startIndex && self[index].position == position ? index : nil
  }
}
