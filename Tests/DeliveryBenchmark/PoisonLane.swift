import ArgumentParser
import Fanfare

/// One deployment of many whose events are always refused, on a subscription that is delivered in order.
struct PoisonLane: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "poison-lane", abstract: "One deployment's events always fail, on a subscription with ordering: entity.")

  @OptionGroup var load: LoadOptions
  @Option(help: "Deployments.") var lanes = 1_000

  func run() async throws {
    var table = Comparison(name: "p99 from commit to success, of \(lanes - 1) lanes that are well")
    for _ in 1...load.rounds {
      table.add(try await p99(isPoisoned: false), to: .without)
      table.add(try await p99(isPoisoned: true), to: .with)
    }
    print(table.text)
  }

  private func p99(isPoisoned: Bool) async throws -> Percentiles {
    let order = OrderCheck()
    return try await Stage.with(in: load.directory) { request in
      let (lane, number) = Stage.laneAndNumber(of: request.event)
      if isPoisoned, lane == 0 {
        order.tried(lane, number)
        return .status(500)
      }
      order.done(lane, number)
      return .status(204)
    } body: { stage in
      try await stage.subscribe(
        project: "p", path: "/ordered", ordering: .entity, retrySchedule: Array(repeating: .seconds(1), count: 50))
      let perTick = max(load.rate / 100, 1)
      try await stage.feed(ticks: load.seconds * 100, perTick: perTick, lanes: lanes) { _ in "p" }
      let total = load.seconds * 100 * perTick
      try await stage.settle(isPoisoned ? (0..<total).count { $0 % lanes != 0 } : total) { _ in true }
      print("  \(total) events, \(order.violations) order violations, poisoned lane tried \(order.poisonTries) times")
      if order.violations > 0 { throw ExitCode.failure }
      return stage.latencies { _ in true }
    }
  }
}
