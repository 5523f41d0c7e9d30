import Reckoning

/// The rounds in which the disk failed, and how.
struct DiskTable {
  private var table = RoundTable(
    columns: [
      ("round", 5), ("seed", 7), ("failed", 6), ("refused", 7), ("sent", 5), ("confirmed", 9), ("stored", 6), ("own", 4), ("quar.", 5),
      ("deliveries", 10), ("dead", 5), ("repeated", 8), ("lost", 4),
    ], lastColumn: "fault")
  private var faults: Set<DiskFault> = []

  var hasFailures: Bool { table.hasFailures }

  mutating func add(_ number: Int, _ seed: UInt64, _ fault: DiskFault, _ outcome: DiskRound.Outcome) {
    let figures = outcome.reckoning.figures
    faults.insert(fault)
    let numbers = [
      number, Int(seed), outcome.failures, outcome.refused, figures.published, figures.confirmed, figures.stored, figures.own,
      figures.quarantined, figures.deliveries, figures.dead, figures.repeated, outcome.reckoning.losses,
    ]
    table.add(numbers, fault.rawValue, seed: seed, outcome.reckoning)
  }

  mutating func add(_ number: Int, _ seed: UInt64, _ fault: DiskFault, _ error: any Error) {
    table.add(number, fault.rawValue, seed: seed, error)
  }

  func lastLine(seconds: Int) -> String {
    let sums = table.sums
    return table.closing(
      "\(table.rounds) rounds, \(faults.count) of \(DiskFault.allCases.count) faults of the disk for \(seconds) s each: "
        + "\(sums.published) published, \(sums.stored) stored, \(sums.quarantined) quarantined, \(sums.deliveries) deliveries, "
        + "\(sums.repeated) repeated, \(table.losses) lost")
  }
}
