import Glibc
import Reckoning

/// The rounds of a matrix, printed as they end, and their sums.
struct RoundTable {
  /// What a column is called, and how wide it is.
  let columns: [(String, Int)]
  /// What the last column is called, which may be of any width.
  let lastColumn: String

  private(set) var rounds = 0
  private(set) var sums = Figures()
  private(set) var losses = 0
  private var failed: [UInt64] = []
  private var hasHead = false

  init(columns: [(String, Int)], lastColumn: String) {
    self.columns = columns
    self.lastColumn = lastColumn
  }

  var hasFailures: Bool { !failed.isEmpty }

  /// A round that came to its end. Its seed is the second of its numbers.
  mutating func add(_ numbers: [Int], _ faults: String, seed: UInt64, _ reckoning: Reckoning) {
    let (figures, violations) = (reckoning.figures, reckoning.violations)
    rounds += 1
    losses += reckoning.losses
    sums.published += figures.published
    sums.stored += figures.stored
    sums.quarantined += figures.quarantined
    sums.deliveries += figures.deliveries
    sums.repeated += figures.repeated
    sums.inFlight += figures.inFlight
    line(numbers, faults)
    if violations.isEmpty { return }
    failed.append(seed)
    for violation in violations.prefix(20) { print("  \(violation)") }
    if violations.count > 20 { print("  and \(violations.count - 20) more") }
  }

  /// A round that could not be gone through.
  mutating func add(_ number: Int, _ faults: String, seed: UInt64, _ error: any Error) {
    rounds += 1
    failed.append(seed)
    line([number, Int(seed)], faults)
    print("  \(error)")
  }

  private mutating func line(_ numbers: [Int], _ faults: String) {
    if !hasHead { print(columns.map { pad($0.0, $0.1) }.joined(separator: " ") + "  " + lastColumn) }
    hasHead = true
    let cells = columns.enumerated().map { index, column in pad(index < numbers.count ? "\(numbers[index])" : "", column.1) }
    print(cells.joined(separator: " ") + "  " + faults)
    // Rounds are to be seen as they end, through a pipe as well.
    fflush(nil)
  }

  private func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

  /// The last line: what it came to, and what repeats the rounds that failed.
  func closing(_ sentence: String) -> String {
    failed.isEmpty ? sentence : sentence + "; rounds that failed have the seeds \(failed.map(String.init).joined(separator: ", "))"
  }
}
