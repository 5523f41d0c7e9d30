/// Audiences by their numbers, which are small and dense.
struct AudienceSet {
  /// In ascending order.
  private(set) var numbers: [Int64] = []
  private var words: [UInt64] = []

  var count: Int { numbers.count }

  func contains(_ number: Int64) -> Bool {
    let word = Int(number >> 6)
    return word < words.count && words[word] & (1 << UInt64(number & 63)) != 0
  }

  /// Adds numbers that are not in it yet.
  mutating func insert(_ new: Set<Int64>) {
    if new.isEmpty { return }
    numbers = (numbers + new).sorted()
    let needed = Int((numbers.last ?? 0) >> 6) + 1
    words.append(contentsOf: repeatElement(0, count: max(0, needed - words.count)))
    for number in new { words[Int(number >> 6)] |= 1 << UInt64(number & 63) }
  }
}
