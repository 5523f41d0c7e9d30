internal import Fanfare
internal import GRDB

/// Numbers that no event has any more: whether those events were removed when they were old enough, or are gone without a word.
struct SequenceGaps {
  private let file: StoreFile
  private let gaps: [ClosedRange<Int64>]
  private let hasMore: Bool

  init(_ file: StoreFile, _ gaps: [ClosedRange<Int64>], hasMore: Bool) {
    self.file = file
    self.gaps = gaps
    self.hasMore = hasMore
  }

  func finding(events: Int) async throws -> Finding {
    let removed = gaps.reduce(0) { $0 + Int64($1.count) }
    let missing = try await unexplained()
    if !missing.isEmpty {
      return Finding(
        "sequence", .fault,
        "\(missing.reduce(0) { $0 + $1.count }) events are missing that nobody has removed, by number: \(Self.text(missing))",
        advice: Advice.inconsistent)
    }
    if removed == 0 { return Finding("sequence", "\(events) events, and none is missing") }
    return Finding("sequence", "\(events) events; \(hasMore ? "more than " : "")\(removed) that were old enough have been removed")
  }

  /// An event that was removed is remembered for a while, and the greatest number that was forgotten since is kept.
  private func unexplained() async throws -> [ClosedRange<Int64>] {
    if gaps.isEmpty { return [] }
    let found = Spans(gaps)
    var tally = Removed(spans: found)
    while !tally.isAtEnd {
      let before = tally
      tally = try await file.read { db in
        var tally = before
        try tally.go(on: db)
        return tally
      }
    }
    let forgotten = try await file.read { try LastNumber.lastForgotten(in: $0) }
    return tally.missing(after: forgotten)
  }

  private static func text(_ ranges: [ClosedRange<Int64>]) -> String {
    var examples = Examples()
    for range in ranges { examples.add(range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)–\(range.upperBound)") }
    return examples.text
  }

  /// Ranges in order.
  private struct Spans: Sendable {
    let ranges: [ClosedRange<Int64>]

    init(_ ranges: [ClosedRange<Int64>]) { self.ranges = ranges }

    func index(of number: Int64) -> Int? {
      var (low, high) = (0, ranges.count)
      while low < high {
        let middle = low + (high - low) / 2
        if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
      }
      return low < ranges.count && ranges[low].contains(number) ? low : nil
    }
  }

  private struct Removed: Sendable {
    let spans: Spans
    /// Numbers of each span that are remembered, as ranges that grow: removing goes in the order of numbers.
    private var known: [[ClosedRange<Int64>]]
    private var row: Int64 = 0
    private(set) var isAtEnd = false

    init(spans: Spans) {
      self.spans = spans
      known = Array(repeating: [], count: spans.ranges.count)
    }

    mutating func go(on db: Database) throws {
      let select = try Statement("SELECT row, sequence FROM removed_event WHERE row > ? ORDER BY row LIMIT ?", in: db)
      defer { select.reset() }
      select.bind(1, row)
      select.bind(2, StoreExaminer.reach)
      var looked = 0
      while try select.step() {
        looked += 1
        row = select.int64(0)
        let number = select.int64(1)
        guard let index = spans.index(of: number) else { continue }
        if let last = known[index].last, last.upperBound + 1 == number {
          known[index][known[index].count - 1] = last.lowerBound...number
        } else {
          known[index].append(number...number)
        }
      }
      isAtEnd = looked < StoreExaminer.reach
    }

    /// What of the spans is neither remembered nor forgotten.
    func missing(after forgotten: Int64) -> [ClosedRange<Int64>] {
      var missing: [ClosedRange<Int64>] = []
      for (span, known) in zip(spans.ranges, known) where span.upperBound > forgotten {
        var next = max(span.lowerBound, forgotten + 1)
        for range in known.sorted(by: { $0.lowerBound < $1.lowerBound }) {
          if range.lowerBound > next { missing.append(next...range.lowerBound - 1) }
          next = max(next, range.upperBound + 1)
        }
        if next <= span.upperBound { missing.append(next...span.upperBound) }
      }
      return missing
    }
  }
}
