import RandomFixture
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct FoldingPaceTests {
  @Test(arguments: 1...6) func `a transaction folds as much as it brings, whatever it brings, and each entry once`(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let bounds = FoldBounds(events: 200, runs: 300, entries: 1_500, leastEntries: 4)
    var recent = RecentEntries(FoldMark(foldedTo: 0), folding: nil, current: EntryGeneration(after: 0), bounds)
    var (all, folded): ([EventEntries], [RunKey: Set<Int64>]) = ([], [:])
    var (last, generations): (Int64, Int) = (0, 0)
    for _ in 0..<400 {
      // Events of few places or many, in the order of time or not, a few at once or many.
      let (places, isScattered) = ([2, 1_000].randomElement(using: &random) ?? 2, Bool.random(using: &random))
      let new = try (0..<Int.random(in: 1...12, using: &random)).map { _ in
        last += 1
        let time = isScattered ? Int64.random(in: -1_000...1_000, using: &random) : last
        return EventEntries(
          entry: try TimelineEntry(position: EntryPosition(occurredAt: time, sequence: last), audience: 1 + last % 3, type: 1, flags: []),
          timelines: [1, Int64.random(in: 2...Int64(1 + places), using: &random)], own: last % 5 == 0 ? 5_000 : nil)
      }
      recent.insert(new, upTo: last)
      all += new
      // Twice what it fills, of a generation that may be a little larger than its bound.
      let fill = max(Double(new.count) / 200, Double(new.count * 5) / 300)
      let part = recent.nextPart()
      if let part {
        let count = part.runs.reduce(0) { $0 + $1.entries.count }
        #expect(count <= max(4, Int(2 * fill * 1_600) + 1))
        for (run, entries) in part.runs {
          let isInOrder = zip(entries, entries.dropFirst()).allSatisfy { $0.position < $1.position }
          #expect(isInOrder)
          for entry in entries {
            let isNew = folded[run, default: []].insert(entry.position.sequence).inserted
            #expect(isNew)
          }
        }
      }
      let wasSealed = recent.isSealed
      recent.commit(without: [], folded: part)
      if recent.isSealed, !wasSealed || recent.mark.foldedTo != recent.mark.foldingTo { generations += 1 }
      Self.check(all.suffix(700), recent, folded)
    }
    #expect(generations > 3)
    // The rest, in parts that are bounded as well.
    while recent.isSealed || recent.seal() {
      let part = try #require(recent.nextPart(isLast: true))
      for (run, entries) in part.runs { folded[run, default: []].formUnion(entries.map(\.position.sequence)) }
      recent.commit(without: [], folded: part)
    }
    #expect(recent.mark.foldedTo == last)
    let (count, expected) = (folded.values.reduce(0) { $0 + $1.count }, all.reduce(0) { $0 + $1.runs.count })
    #expect(count == expected)
  }

  /// What the mark says of an entry is so, and what is not in the table is in memory.
  private static func check(_ events: ArraySlice<EventEntries>, _ recent: RecentEntries, _ folded: [RunKey: Set<Int64>]) {
    var unfolded: [RunKey: [EntryPosition]] = [:]
    for event in events {
      for run in event.runs {
        let isFolded = recent.mark.isFolded(event.entry.position, in: run)
        let isThere = folded[run]?.contains(event.entry.position.sequence) ?? false
        #expect(isFolded == isThere)
        if !isFolded { unfolded[run, default: []].append(event.entry.position) }
      }
    }
    for (run, positions) in unfolded {
      let known = recent.entries(of: run, recent.mark)?.flatMap(\.entries).map(\.position).filter { !recent.mark.isFolded($0, in: run) }
      #expect(known?.sorted() == positions.sorted())
    }
  }
}
