internal import GRDB

/// Which entries are there without an event, and which events without an entry: looked for one by one, in one snapshot, once it is known that
/// something differs.
struct TimelineDifferences: Sendable {
  private var withoutEvent = Examples()
  private var withoutEntry = Examples()

  init(in db: Database) throws {
    let foldedTo = try FoldMark(in: db).foldedTo
    let find = try Statement("SELECT 1 FROM event WHERE seq = ? AND occurred_at = ? AND audience = ? AND type = ?", in: db)
    var slices = SliceWalk(upTo: foldedTo)
    var orphans = Examples()
    while !slices.isAtEnd {
      try slices.go(on: db) { entry, run in
        find.bind(1, entry.position.sequence)
        find.bind(2, entry.position.occurredAt)
        find.bind(3, entry.audience)
        find.bind(4, entry.type)
        if try !find.step() { orphans.add("\(entry.position.sequence) in the timeline \(run.timeline)") }
        find.reset()
      }
    }
    let head = try Statement(TimelineSlices.headSQL, in: db)
    let around = try Statement(TimelineSlices.sql, in: db)
    var events = EventWalk(upTo: foldedTo)
    var missing = Examples()
    while !events.isAtEnd {
      try events.go(on: db) { event in
        for run in event.runs {
          head.bind(1, run.timeline)
          head.bind(2, run.audience)
          TimelineSlices.bind(around, run, event.entry.position)
          defer {
            head.reset()
            around.reset()
          }
          var entries: [TimelineEntry] = []
          if try head.step() { try TimelineSlices.decode(head, run, into: &entries) }
          if try around.step() { try TimelineSlices.decode(around, run, into: &entries) }
          if !entries.contains(where: { $0.position == event.entry.position }) {
            missing.add("\(event.entry.position.sequence) in the timeline \(run.timeline)")
          }
        }
      }
    }
    (withoutEvent, withoutEntry) = (orphans, missing)
  }

  var text: String {
    var parts: [String] = []
    if !withoutEvent.isEmpty { parts.append("\(withoutEvent.count) entries are of no such event: \(withoutEvent.text)") }
    if !withoutEntry.isEmpty { parts.append("\(withoutEntry.count) entries are missing of the events \(withoutEntry.text)") }
    return parts.isEmpty ? "some say something else" : parts.joined(separator: "; ")
  }
}
