import Failpoints
import Glibc
import Reckoning

/// The rounds, printed as they end, and their sums.
struct KillTable {
  private var rounds = 0
  private var failed: [UInt64] = []
  private var kills = 0
  private var reached: Set<Failpoint> = []
  private var sums = Figures()
  private var losses = 0
  private var hasHead = false

  private static let columns = [
    ("round", 5), ("seed", 7), ("kills", 5), ("sent", 5), ("stored", 6), ("own", 4), ("quar.", 5), ("deliveries", 10), ("dead", 5),
    ("requests", 8), ("repeated", 8), ("in flight", 9), ("lost", 4),
  ]

  var hasFailures: Bool { !failed.isEmpty }

  mutating func add(_ number: Int, _ plan: KillPlan, _ outcome: KillRound.Outcome) {
    let figures = outcome.reckoning.figures
    rounds += 1
    kills += outcome.kills.count
    reached.formUnion(outcome.kills.compactMap(\.failpoint))
    losses += outcome.reckoning.losses
    sums.published += figures.published
    sums.stored += figures.stored
    sums.quarantined += figures.quarantined
    sums.deliveries += figures.deliveries
    sums.repeated += figures.repeated
    sums.inFlight += figures.inFlight
    line(
      [
        "\(number)", "\(plan.seed)", "\(outcome.kills.count)", "\(figures.published)", "\(figures.stored)", "\(figures.own)",
        "\(figures.quarantined)", "\(figures.deliveries)", "\(figures.dead)", "\(figures.requests)", "\(figures.repeated)",
        "\(figures.inFlight)", "\(outcome.reckoning.losses)",
      ], plan)
    if outcome.reckoning.violations.isEmpty { return }
    failed.append(plan.seed)
    for violation in outcome.reckoning.violations.prefix(20) { print("  \(violation)") }
    if outcome.reckoning.violations.count > 20 { print("  and \(outcome.reckoning.violations.count - 20) more") }
  }

  mutating func add(_ number: Int, _ plan: KillPlan, _ error: any Error) {
    rounds += 1
    failed.append(plan.seed)
    line(["\(number)", "\(plan.seed)"], plan)
    print("  \(error)")
  }

  private mutating func line(_ cells: [String], _ plan: KillPlan) {
    if !hasHead { print(Self.columns.map { pad($0.0, $0.1) }.joined(separator: " ") + "  faults") }
    hasHead = true
    let padded = zip(Self.columns, cells).map { pad($1, $0.1) }
    print(padded.joined(separator: " ") + "  " + plan.lives.compactMap { $0.fault?.text }.joined(separator: ", "))
    // Rounds are to be seen as they end, through a pipe as well.
    fflush(nil)
  }

  private func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

  var lastLine: String {
    let line =
      "\(rounds) rounds, \(kills) kills, at \(reached.count) of \(Failpoint.allCases.count) failpoints: \(sums.published) published, \(sums.stored) stored, \(sums.quarantined) quarantined, "
      + "\(sums.deliveries) deliveries, \(sums.repeated) repeated of \(sums.inFlight) in flight at kills, \(losses) lost"
    return failed.isEmpty ? line : line + "; rounds that failed have the seeds \(failed.map(String.init).joined(separator: ", "))"
  }
}
