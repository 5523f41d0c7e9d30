import Glibc
import Reckoning

/// The rounds, printed as they end, and their sums.
struct BrokerTable {
  private static let columns = [
    ("round", 5), ("seed", 7), ("reconnects", 10), ("sent", 5), ("confirmed", 9), ("stored", 6), ("own", 4), ("quar.", 5),
    ("deliveries", 10), ("dead", 5), ("repeated", 8), ("lost", 4),
  ]

  private var rounds = 0
  private var faults: Set<BrokerFault> = []
  private var failed: [UInt64] = []
  private var sums = Figures()
  private var losses = 0
  private var hasHead = false

  var hasFailures: Bool { !failed.isEmpty }

  mutating func add(_ number: Int, _ seed: UInt64, _ fault: BrokerFault, _ outcome: BrokerRound.Outcome) {
    let figures = outcome.reckoning.figures
    rounds += 1
    faults.insert(fault)
    losses += outcome.reckoning.losses
    sums.published += figures.published
    sums.stored += figures.stored
    sums.quarantined += figures.quarantined
    sums.deliveries += figures.deliveries
    sums.repeated += figures.repeated
    line(
      [
        number, Int(seed), outcome.reconnects, figures.published, figures.confirmed, figures.stored, figures.own, figures.quarantined,
        figures.deliveries, figures.dead, figures.repeated, outcome.reckoning.losses,
      ], fault)
    if outcome.reckoning.violations.isEmpty { return }
    failed.append(seed)
    for violation in outcome.reckoning.violations.prefix(20) { print("  \(violation)") }
    if outcome.reckoning.violations.count > 20 { print("  and \(outcome.reckoning.violations.count - 20) more") }
  }

  mutating func add(_ number: Int, _ seed: UInt64, _ fault: BrokerFault, _ error: any Error) {
    rounds += 1
    failed.append(seed)
    line([number, Int(seed)], fault)
    print("  \(error)")
  }

  private mutating func line(_ cells: [Int], _ fault: BrokerFault) {
    if !hasHead { print(Self.columns.map { pad($0.0, $0.1) }.joined(separator: " ") + "  fault") }
    hasHead = true
    let padded = Self.columns.enumerated().map { index, column in pad(index < cells.count ? "\(cells[index])" : "", column.1) }
    print(padded.joined(separator: " ") + "  " + fault.rawValue)
    // Rounds are to be seen as they end, through a pipe as well.
    fflush(nil)
  }

  private func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

  var lastLine: String {
    let line =
      "\(rounds) rounds, \(faults.count) of \(BrokerFault.allCases.count) faults of the broker: \(sums.published) published, \(sums.stored) stored, "
      + "\(sums.quarantined) quarantined, \(sums.deliveries) deliveries, \(sums.repeated) repeated, \(losses) lost"
    return failed.isEmpty ? line : line + "; rounds that failed have the seeds \(failed.map(String.init).joined(separator: ", "))"
  }
}
