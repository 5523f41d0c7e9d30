@testable import SQLiteStore

extension FuzzTarget {
  static let stores = [entrySlice]

  /// The first byte says of which kind of run.
  private static let entrySlice = FuzzTarget("entry-slice") { input in
    guard let kind = input.first else { return }
    let run = RunKey(timeline: 1, audience: kind & 1 == 0 ? AudienceCode.all : 7)
    let first = EntryPosition(occurredAt: 1_636_823_259_000_000_000, sequence: 100)
    let bytes = Array(input.dropFirst())
    guard let entries = try? decoded(bytes, first, run) else { return }
    try hold(entries.count <= bytes.count, "\(entries.count) entries of \(bytes.count) bytes")
    _ = try bytes.withUnsafeBytes { try EntrySlice($0, beginningAt: first, of: run) }
    var again: [TimelineEntry] = []
    for slice in EntrySlice.slices(of: entries, in: run) { again += try decoded(slice.bytes, slice.first, run) }
    let isSame =
      again.count == entries.count
      && zip(again, entries).allSatisfy {
        $0.position == $1.position && $0.audience == $1.audience && $0.type == $1.type && $0.flags == $1.flags
      }
    try hold(isSame, "entries are written as others")
  }

  private static func decoded(_ bytes: [UInt8], _ first: EntryPosition, _ run: RunKey) throws -> [TimelineEntry] {
    var entries: [TimelineEntry] = []
    try bytes.withUnsafeBytes { try EntrySlice.decode($0, beginningAt: first, of: run, into: &entries) }
    return entries
  }
}
