internal import Fanfare
internal import Synchronization

extension WriteTransaction {
  /// Appends what the event's timelines have of it.
  func collectEntries(of event: Event, sequence: Int64, type: Int64, audience: Int64, into entries: inout [RunEntry]) throws {
    let own = try event.username.map { try userTimelineID($0) }
    event.eachEntry(sequence: sequence, type: type, audience: audience, timelines: try timelineIDs(of: event), own: own) {
      entries.append($0)
    }
  }

  /// Removes entries from the table; those that are in memory only go with the commit.
  func removeEntries(_ entries: [RunEntry]) throws {
    let mark = recent.entries.withLock { $0.mark }
    let table = try SliceTable(in: db)
    let folded = entries.filter { $0.entry.position.sequence <= mark.last(of: $0.run.timeline) }
    removedEntries += entries.filter { $0.entry.position.sequence > mark.last(of: $0.run.timeline) }
    for (run, entries) in Dictionary(grouping: folded, by: \.run).sorted(by: { $0.key < $1.key }) {
      try table.remove(entries.map(\.entry), from: run)
    }
  }

  /// Writes some of what is sealed to the table.
  func foldEntries(isAll: Bool = false) throws {
    if eventsStored == 0, !isAll { return }
    guard let part = recent.entries.withLock({ $0.nextPart(events: eventsStored, isAll: isAll) }) else { return }
    let table = try SliceTable(in: db)
    let removed = Set(removedEntries.map(\.entry.position.sequence))
    for (run, entries) in part.runs {
      try table.add(removed.isEmpty ? entries : entries.filter { !removed.contains($0.position.sequence) }, to: run)
    }
    try part.mark.write(in: db)
    foldedEntries = part
  }
}
