internal import Fanfare
internal import GRDB

/// Holds `recent_id` against the events whose keys are not all in `id_slice` yet: row by row, each with its events in one snapshot, since
/// what is in the table by now is cleared here.
struct RecentIDWalk: TableWalk {
  private static let reach = 65_536

  private let identity: StoreIdentity
  /// Up to here events were looked at.
  private var last: Int64 = 0
  private var lastRow: Int64 = 0
  private var count = 0
  private(set) var isAtEnd = false
  private var missing = Examples()
  private var wrong = Examples()
  private var overlapping = Examples()

  init(_ identity: StoreIdentity) { self.identity = identity }

  mutating func go(on db: Database) throws {
    let foldedTo = try IDMark(in: db).foldedTo
    (last, lastRow) = (max(last, foldedTo), max(lastRow, foldedTo))
    let rows = try Statement("SELECT first_seq, length(keys) / 8 FROM recent_id WHERE first_seq > ? ORDER BY first_seq", in: db)
    defer { rows.reset() }
    rows.bind(1, lastRow)
    var looked = 0
    while looked < Self.reach {
      guard try rows.step() else {
        try look(upTo: .max, keys: [:], in: db)
        isAtEnd = true
        return
      }
      let (first, length) = (rows.int64(0), rows.int64(1))
      lastRow = first
      if first <= last { overlapping.add("\(first)") }
      try look(upTo: first + length - 1, keys: RecentKeys.keys(from: first, in: db), in: db)
      looked += Int(length)
    }
  }

  /// Looks at the events after those that were looked at, with what is to have their keys.
  private mutating func look(upTo end: Int64, keys: [Int64: Int64], in db: Database) throws {
    var keys = keys
    let events = try Statement("SELECT seq, id FROM event WHERE seq > ? AND seq <= ? ORDER BY seq", in: db)
    defer { events.reset() }
    events.bind(1, last)
    events.bind(2, end)
    while try events.step() {
      let sequence = events.int64(0)
      let key = keys.removeValue(forKey: sequence)
      count += 1
      if key == nil { missing.add("\(sequence)") } else if key != identity.key(of: events.text(1)) { wrong.add("\(sequence)") }
    }
    // Of what overlaps, the first has it.
    for sequence in keys.keys.sorted() where sequence > last { wrong.add("\(sequence)") }
    last = max(last, end)
  }

  var finding: Finding {
    var parts: [String] = []
    if !missing.isEmpty { parts.append("of \(missing.count) events no key is kept, by number: \(missing.text)") }
    if !wrong.isEmpty { parts.append("\(wrong.count) keys are of no event with that id, by number: \(wrong.text)") }
    if !overlapping.isEmpty { parts.append("rows begin within others: \(overlapping.text)") }
    if parts.isEmpty { return Finding("recent_ids", "the keys of \(count) newer events wait to be put there") }
    return Finding("recent_ids", .fault, parts.joined(separator: "; "), advice: IDAccount.repeated)
  }
}
