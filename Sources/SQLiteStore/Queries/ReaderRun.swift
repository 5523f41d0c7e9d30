internal import Fanfare
internal import GRDB

/// The deliveries of one audience's events, or of what one user did, as spans of rows, walked in one direction.
struct ReaderRun {
  static let olderSQL = """
    SELECT first_delivery, deliveries FROM reader_delivery WHERE reader = ? AND first_delivery <= ? ORDER BY first_delivery DESC LIMIT ?
    """

  /// `reader_delivery.reader`
  private let reader: Int64
  private let isDescending: Bool
  private let older: Statement
  private let newer: Statement
  private var buffer: [Range<Int64>] = []
  private var next = 0
  private var isExhausted = false
  private var chunk = 2

  init(reader: Int64, isDescending: Bool, in db: Database) throws {
    self.reader = reader
    self.isDescending = isDescending
    // All runs of a listing share the statements; each use of one is over when the chunk is read.
    older = try Statement(Self.olderSQL, in: db)
    newer = try Statement(
      "SELECT first_delivery, deliveries FROM reader_delivery WHERE reader = ? AND first_delivery > ? ORDER BY first_delivery LIMIT ?",
      in: db)
  }

  /// The nearest span that holds `row` or comes after it, which must not be before that of the call before.
  mutating func span(atOrBeyond row: Int64) throws -> Range<Int64>? {
    while next < buffer.count, buffer[next].isPassed(at: row, isDescending) { next += 1 }
    if next == buffer.count, !isExhausted { try read(from: row) }
    return next < buffer.count ? buffer[next] : nil
  }

  private mutating func read(from row: Int64) throws {
    next = 0
    if isDescending {
      buffer = try spans(older, row, limit: chunk)
    } else {
      // The one that began before may reach up to here.
      let around = try spans(older, row, limit: 1).filter { $0.contains(row) }
      buffer = try around + spans(newer, row, limit: chunk)
    }
    isExhausted = buffer.count < chunk
    chunk = min(chunk * 2, 64)
  }

  private func spans(_ select: Statement, _ row: Int64, limit: Int) throws -> [Range<Int64>] {
    select.bind(1, reader)
    select.bind(2, row)
    select.bind(3, limit)
    defer { select.reset() }
    var spans: [Range<Int64>] = []
    while try select.step() { spans.append(select.int64(0)..<select.int64(0) + select.int64(1)) }
    return spans
  }
}

extension Range<Int64> {
  /// Whether one who walks in a direction, and has come to `row`, has left the span behind.
  func isPassed(at row: Int64, _ isDescending: Bool) -> Bool { isDescending ? lowerBound > row : upperBound <= row }
}
