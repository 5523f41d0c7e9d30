internal import Fanfare
internal import GRDB

extension RecentEntries {
  /// Makes them anew from the events that are not in the table yet: some thousands.
  init(reading db: Database, _ bounds: FoldBounds) throws {
    let mark = try FoldMark(in: db)
    var folding = Generation(after: mark.foldedTo, last: mark.foldingTo)
    var current = Generation(after: mark.foldingTo, last: try LastNumber.lastSequence(in: db))
    let select = try Statement(
      """
      SELECT \(StoredEvent.columns), event.audience, event.type FROM event JOIN type ON type.id = event.type
      WHERE event.seq > ? ORDER BY event.seq
      """, in: db)
    defer { select.reset() }
    select.bind(1, mark.foldedTo)
    // Names hold no NUL.
    var numbers: [ExactText: Int64] = [:]
    func number(_ timeline: Timeline) throws -> Int64 {
      let key = timeline.key
      let name = ExactText("\(key.kind)\0\(key.a)\0\(key.b)\0\(key.c)")
      if let id = numbers[name] { return id }
      guard let id = try timeline.id(in: db) else { throw SQLiteStoreError(.corrupt, "a timeline of an event has no number") }
      numbers[name] = id
      return id
    }
    while try select.step() {
      let stored = StoredEvent(select)
      let event = try Event(compact: stored)
      let places = try Timeline.all(of: event).filter { !$0.isOfUser }.map(number)
      let own = try event.username.map { try number(.user($0)) }
      event.eachEntry(
        sequence: stored.sequence, type: select.int64(StoredEvent.columnCount + 1), audience: select.int64(StoredEvent.columnCount),
        timelines: places, own: own
      ) { new in
        if stored.sequence > mark.foldingTo {
          current.insert(new)
        } else if new.run.timeline > mark.foldingTimeline {
          folding.insert(new)
        }
      }
    }
    self.init(mark, folding: mark.foldingTo > mark.foldedTo ? folding : nil, current: current, bounds)
  }
}

extension Event {
  /// A row in the run of all and one in the run of the event's audience, for each timeline; in its user's, only the first.
  func eachEntry(sequence: Int64, type: Int64, audience: Int64, timelines: [Int64], own: Int64?, _ body: (RunEntry) -> Void) {
    let entry = TimelineEntry(
      position: EntryPosition(occurredAt: occurredAt.nanoseconds, sequence: sequence), audience: audience, type: type,
      flags: path.state?.deployment == nil ? [] : .hasDeployment)
    for timeline in timelines {
      body(RunEntry(run: RunKey(timeline: timeline, audience: AudienceCode.all), entry: entry))
      body(RunEntry(run: RunKey(timeline: timeline, audience: audience), entry: entry))
    }
    // What one user did is read by him, by admins and as a filter: never by audience.
    if let own { body(RunEntry(run: RunKey(timeline: own, audience: AudienceCode.all), entry: entry)) }
  }
}

extension Timeline {
  fileprivate var isOfUser: Bool {
    if case .user = self { true } else { false }
  }
}
