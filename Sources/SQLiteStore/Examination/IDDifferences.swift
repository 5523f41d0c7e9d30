internal import GRDB

/// Which entries of `id_slice` are there without an event, and which events without an entry: looked for one by one, in one snapshot, once it
/// is known that something differs.
struct IDDifferences: Sendable {
  private let withoutEvent: Examples
  private let repeated: Examples
  private let withoutEntry: Examples
  private let early: Examples

  init(_ identity: StoreIdentity, in db: Database) throws {
    let mark = try IDMark(in: db)
    let find = try Statement("SELECT id FROM event WHERE seq = ?", in: db)
    var slices = IDSliceWalk(mark)
    var (orphans, again, missing) = (Examples(), Examples(), Examples())
    var last: IDEntry?
    while !slices.isAtEnd {
      try slices.go(on: db) { entry in
        if entry == last { again.add("\(entry.sequence)") }
        last = entry
        find.bind(1, entry.sequence)
        defer { find.reset() }
        if try !find.step() || identity.key(of: find.text(0)) != entry.key { orphans.add("\(entry.sequence)") }
      }
    }
    let table = try IDSliceTable(in: db)
    var events = EventIDWalk(mark, identity)
    while !events.isAtEnd {
      try events.go(on: db) { entry in
        var sequences: [Int64] = []
        try table.find(entry.key, into: &sequences)
        if !sequences.contains(entry.sequence) { missing.add("\(entry.sequence)") }
      }
    }
    (withoutEvent, repeated, withoutEntry, early) = (orphans, again, missing, slices.early)
  }

  var text: String {
    var parts: [String] = []
    if !withoutEntry.isEmpty { parts.append("entries are missing of the events \(withoutEntry.text)") }
    if !withoutEvent.isEmpty { parts.append("\(withoutEvent.count) entries are of no event with that id: \(withoutEvent.text)") }
    if !repeated.isEmpty { parts.append("there more than once are the events \(repeated.text)") }
    if !early.isEmpty { parts.append("beyond the mark are the events \(early.text)") }
    return parts.isEmpty ? "it is mended by now" : parts.joined(separator: "; ")
  }
}
