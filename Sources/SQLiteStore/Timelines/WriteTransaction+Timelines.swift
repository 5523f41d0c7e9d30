internal import Failpoints
internal import Fanfare
internal import Synchronization

extension WriteTransaction {
  /// Where an event stands.
  func entries(of event: Event, sequence: Int64, type: Int64, audience: Int64) throws -> EventEntries {
    try event.entries(
      sequence: sequence, type: type, audience: audience, timelines: try timelineIDs(of: event),
      own: try event.username.map { try userTimelineID($0) })
  }

  /// Removes events' entries from the tables; what is in memory only goes with the commit.
  func removeEntries(_ events: [EventEntries]) throws {
    let mark = recent.entries.withLock { $0.mark }
    let table = try SliceTable(in: db)
    var folded: [RunKey: [TimelineEntry]] = [:]
    for event in events {
      let entry = event.entry
      for run in event.runs where mark.isFolded(entry.position, in: run) { folded[run, default: []].append(entry) }
    }
    removedEntries += events.filter { $0.entry.position.sequence > mark.foldedTo }
    for (run, entries) in folded.sorted(by: { $0.key < $1.key }) { try table.remove(entries, from: run) }
  }

  /// Writes some of what is sealed to the table, once the new events are in memory.
  func foldEntries(isLast: Bool = false) throws {
    if eventsStored == 0, !isLast { return }
    guard let part = recent.entries.withLock({ $0.nextPart(isLast: isLast) }) else { return }
    let table = try SliceTable(in: db)
    let removed = Set(removedEntries.map(\.entry.position.sequence))
    for (run, entries) in part.runs {
      try table.add(removed.isEmpty ? Array(entries) : entries.filter { !removed.contains($0.position.sequence) }, to: run)
    }
    try Failpoint.entriesFolded.reachOrFail()
    try part.mark.write(in: db)
    foldedEntries = part
  }
}
