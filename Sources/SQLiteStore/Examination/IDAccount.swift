internal import Fanfare
internal import GRDB

/// Holds the keys of ids against the events: in the table up to the event that it has all keys of (``IDMark``), and from there on in what
/// waits to be put into it. What has no key where it is looked for is stored once more when it comes again.
///
/// Entries of the table up to its mark change only when events are removed. So both sides are gone through in short transactions, and once
/// more if something was removed meanwhile; the last time in one snapshot.
struct IDAccount {
  private let examiner: StoreExaminer
  private var file: StoreFile { examiner.file }

  init(_ examiner: StoreExaminer) { self.examiner = examiner }

  func findings() async throws -> [Finding] {
    let identity = try await file.read { try StoreIdentity(reading: $0) }
    let waiting = try await file.walk(RecentIDWalk(identity)).finding
    if examiner.configuration.isQuick { return [Finding("ids", "not looked at, as --quick has it"), waiting] }
    for _ in 1...3 {
      if let sides = try await sides(identity) { return try await findings(sides, identity) + [waiting] }
    }
    let sides = try await file.read { db in
      let mark = try IDMark(in: db)
      var (expected, found) = (EventIDWalk(mark, identity), IDSliceWalk(mark))
      while !expected.isAtEnd { try expected.go(on: db) }
      while !found.isAtEnd { try found.go(on: db) }
      return Sides(expected: expected.tally, found: found)
    }
    return try await findings(sides, identity) + [waiting]
  }

  private struct Sides: Sendable {
    let expected: EntryTally
    let found: IDSliceWalk
  }

  /// Nil if events were removed meanwhile.
  private func sides(_ identity: StoreIdentity) async throws -> Sides? {
    let (mark, removed) = try await file.read { (try IDMark(in: $0), try TimelineAccount.lastRemoved(in: $0)) }
    let expected = try await file.walk(EventIDWalk(mark, identity))
    let found = try await file.walk(IDSliceWalk(mark))
    guard try await file.read({ try TimelineAccount.lastRemoved(in: $0) }) == removed else { return nil }
    return Sides(expected: expected.tally, found: found)
  }

  private func findings(_ sides: Sides, _ identity: StoreIdentity) async throws -> [Finding] {
    let (found, denied) = (sides.found, sides.found.denied)
    let filters =
      if denied.isEmpty {
        Finding("id_filters", "the filters pass all keys that are there")
      } else {
        Finding(
          "id_filters", .fault, "the filters deny the keys of \(denied.count) events, by number: \(denied.text)", advice: Self.repeated)
      }
    if sides.expected == found.tally, found.early.isEmpty {
      return [Finding("ids", "\(found.tally.count) events up to the mark are each found by their ids"), filters]
    }
    let differences = try await file.read { try IDDifferences(identity, in: $0) }
    return [
      Finding(
        "ids", .fault,
        "the table of ids has \(found.tally.count) entries and the events ask for \(sides.expected.count): \(differences.text)",
        advice: Self.repeated), filters,
    ]
  }

  static let repeated = "An event that is not found by its id is stored once more when it comes again. " + Advice.inconsistent
}
