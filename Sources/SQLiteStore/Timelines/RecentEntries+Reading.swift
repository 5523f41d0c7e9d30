internal import Fanfare
internal import GRDB

extension RecentEntries {
  /// Makes them anew from the events that are not in the table yet: some thousands.
  init(reading db: Database, _ bounds: FoldBounds) throws {
    let mark = try FoldMark(in: db)
    var (folding, current): ([EventEntries], [EventEntries]) = ([], [])
    let select = try Statement(
      """
      SELECT \(StoredEvent.columns), event.audience, event.type FROM event JOIN type ON type.id = event.type
      WHERE event.seq > ? ORDER BY event.seq
      """, in: db)
    defer { select.reset() }
    select.bind(1, mark.foldedTo)
    var numbers = TimelineNumbers()
    while try select.step() {
      let stored = StoredEvent(select)
      let new = try numbers.entries(
        of: stored, type: select.int64(StoredEvent.columnCount + 1), audience: select.int64(StoredEvent.columnCount), in: db)
      if stored.sequence > mark.foldingTo {
        current.append(new)
      } else {
        folding.append(new)
      }
    }
    var (older, newer) = (EntryGeneration(after: mark.foldedTo), EntryGeneration(after: mark.foldingTo))
    older.insert(folding, upTo: mark.foldingTo) { $0 >= mark.run }
    newer.insert(current, upTo: try LastNumber.lastSequence(in: db))
    self.init(mark, folding: mark.foldingTo > mark.foldedTo ? older : nil, current: newer, bounds)
  }
}

extension Event {
  func entries(sequence: Int64, type: Int64, audience: Int64, timelines: [Int64], own: Int64?) throws -> EventEntries {
    EventEntries(
      entry: try TimelineEntry(
        position: EntryPosition(occurredAt: occurredAt.nanoseconds, sequence: sequence), audience: audience, type: type,
        flags: path.state?.deployment == nil ? [] : .hasDeployment),
      timelines: timelines, own: own)
  }
}
