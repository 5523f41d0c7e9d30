/// How much the indexes may be behind the events before it is folded into them.
struct FoldBounds: Sendable {
  /// A generation of timeline entries is sealed with so many events, runs or entries: a few megabytes.
  var events: Int64 = 8_192
  var runs = 16_384
  var entries = 131_072
  /// A transaction folds so many entries at least: each may be a page of its own.
  var leastEntries = 64
  /// And one of those that closing makes so many at most.
  var lastEntries = 16_384
  /// So many ids are put into their table together: four megabytes. In a store of millions it is a sixteenth of what is there, up to four
  /// times as many, so that each page of the table still gets ten or more.
  var ids = 196_608
  /// A transaction puts in so many at least.
  var leastIDs = 64
  /// A filter of ids is made for so many keys at least, and more once the store has more: ten bits each.
  var filterKeys = 1_048_576
  /// All of them are so large at most: enough for a hundred million events. Beyond it they let more and more through to the table.
  var filterBytes = 134_217_728

  func ids(among events: Int64) -> Int { max(ids, min(4 * ids, Int(events / 16))) }
}
