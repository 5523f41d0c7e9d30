internal import Fanfare
internal import GRDB

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

struct TimelineEntry {
  let position: EntryPosition
  let audience: Int64
  let type: Int64
  let flags: EntryFlags
}

/// One run of a timeline, the newest entries first: all of them (audience 0), or those of one audience. Reads ahead in chunks.
struct TimelineRun {
  private let timeline: Int64
  private let audience: Int64
  /// Entries before this time do not count.
  private let since: Int64
  private let select: Statement
  private var buffer: [TimelineEntry] = []
  private var next = 0
  private var isExhausted = false
  private var chunk: Int
  /// How many calls the chunk at hand has answered.
  private var answered = 0
  static let sql = """
    SELECT occurred_at, seq, event_audience, type, flags FROM timeline_entry
    WHERE timeline = ? AND audience = ? AND (occurred_at, seq) <= (?, ?) ORDER BY occurred_at DESC, seq DESC LIMIT ?
    """

  /// A new search costs about as much as reading this many rows on.
  static let rowsPerSearch = 16

  /// - Parameter select: ``sql``, which all runs of a listing share: each use of it is over when a chunk is read.
  init(timeline: Int64, audience: Int64, since: Int64, firstChunk: Int, select: Statement) {
    self.timeline = timeline
    self.audience = audience
    self.since = since
    self.chunk = firstChunk
    self.select = select
  }

  /// The newest entry that is not newer than `position`, which must not be newer than that of the call before.
  mutating func entry(atOrBefore position: EntryPosition) throws -> TimelineEntry? {
    while next < buffer.count, buffer[next].position > position { next += 1 }
    if next == buffer.count, !isExhausted {
      if !buffer.isEmpty { adjustChunk() }
      try read(from: position)
    }
    answered += 1
    return next < buffer.count ? buffer[next] : nil
  }

  private mutating func read(from position: EntryPosition) throws {
    buffer.removeAll(keepingCapacity: true)
    next = 0
    select.bind(1, timeline)
    select.bind(2, audience)
    select.bind(3, position.occurredAt)
    select.bind(4, position.sequence)
    select.bind(5, chunk)
    defer { select.reset() }
    while try select.step() {
      let occurredAt = select.int64(0)
      if occurredAt < since { break }
      buffer.append(
        TimelineEntry(
          position: EntryPosition(occurredAt: occurredAt, sequence: select.int64(1)), audience: select.int64(2), type: select.int64(3),
          flags: EntryFlags(rawValue: select.int64(4))))
    }
    isExhausted = buffer.count < chunk
    answered = 0
  }

  /// Reads further ahead if most of what was read was of use, and less far if the reader leaps over it.
  private mutating func adjustChunk() {
    chunk = answered * Self.rowsPerSearch >= chunk ? min(chunk * 2, 256) : max(chunk / 2, 4)
  }
}
