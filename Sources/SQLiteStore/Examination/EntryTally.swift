/// What a set of entries comes to, in whatever order they are met: their number, and a sum over all of what each says.
///
/// Two sets with the same tally are the same, but for one chance in 2^64.
struct EntryTally: Equatable, Sendable {
  private(set) var count = 0
  private var sum: UInt64 = 0

  mutating func add(_ entry: TimelineEntry, in run: RunKey) {
    add([
      run.timeline, run.audience, entry.position.occurredAt, entry.position.sequence, entry.audience, entry.type, entry.flags.rawValue,
    ])
  }

  mutating func add(_ entry: IDEntry) { add([entry.key, entry.sequence]) }

  private mutating func add(_ words: [Int64]) {
    count += 1
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for word in words { hash = Self.mixed(hash ^ UInt64(bitPattern: word)) }
    sum &+= hash
  }

  /// The finisher of SplitMix64 (Steele, Lea, Flood 2014).
  private static func mixed(_ word: UInt64) -> UInt64 {
    var word = word &+ 0x9E37_79B9_7F4A_7C15
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
