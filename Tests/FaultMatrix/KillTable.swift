import Failpoints
import Reckoning

/// The rounds of the kill matrix, and where the service was killed.
struct KillTable {
  private var table = RoundTable(
    columns: [
      ("round", 5), ("seed", 7), ("kills", 5), ("sent", 5), ("stored", 6), ("own", 4), ("quar.", 5), ("deliveries", 10), ("dead", 5),
      ("requests", 8), ("repeated", 8), ("in flight", 9), ("lost", 4),
    ], lastColumn: "faults")
  private var kills = 0
  private var reached: Set<Failpoint> = []

  var hasFailures: Bool { table.hasFailures }

  mutating func add(_ number: Int, _ plan: KillPlan, _ outcome: KillRound.Outcome) {
    let figures = outcome.reckoning.figures
    kills += outcome.kills.count
    reached.formUnion(outcome.kills.compactMap(\.failpoint))
    let numbers = [
      number, Int(plan.seed), outcome.kills.count, figures.published, figures.stored, figures.own, figures.quarantined, figures.deliveries,
      figures.dead, figures.requests, figures.repeated, figures.inFlight, outcome.reckoning.losses,
    ]
    table.add(numbers, Self.faults(of: plan), seed: plan.seed, outcome.reckoning)
  }

  mutating func add(_ number: Int, _ plan: KillPlan, _ error: any Error) {
    table.add(number, Self.faults(of: plan), seed: plan.seed, error)
  }

  private static func faults(of plan: KillPlan) -> String { plan.lives.compactMap { $0.fault?.text }.joined(separator: ", ") }

  var lastLine: String {
    let sums = table.sums
    return table.closing(
      "\(table.rounds) rounds, \(kills) kills, at \(reached.count) of \(Failpoint.allCases.count) failpoints: \(sums.published) published, "
        + "\(sums.stored) stored, \(sums.quarantined) quarantined, \(sums.deliveries) deliveries, "
        + "\(sums.repeated) repeated of \(sums.inFlight) in flight at kills, \(table.losses) lost")
  }
}
