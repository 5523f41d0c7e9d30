import ArgumentParser
import BrokerFixture
import Failpoints
import Foundation
import Reckoning

struct KillMatrix: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kill", abstract: "Kills the service at each stage of the path and at random instants, and accounts for every event.",
    discussion: "Each round has a seed, which repeats its events, its subscribers' answers and where it is killed: --rounds 1 --seed SEED.")

  @Option(help: "How many rounds.") var rounds = 25
  @Option(help: "The seed of the first round; each further one has the next. Any, if not given.") var seed: UInt64?
  @Option(help: "How many messages a round publishes.") var messages = 240
  @Option(help: "Where the data directories of rounds that failed are kept.") var keep: String?

  func run() async throws {
    Interruption.watch()
    let first = seed ?? UInt64.random(in: 0..<1_000_000)
    let broker = MatrixBroker(try await PrivateBroker.start())
    var table = KillTable()
    do {
      for index in 0..<rounds { try await run(KillPlan(seed: first &+ UInt64(index), messages: messages), index + 1, broker, &table) }
    } catch {
      try? await broker.node.remove()
      throw error
    }
    try await broker.node.remove()
    print(table.lastLine)
    if table.hasFailures { throw ExitCode.failure }
  }

  private func run(_ plan: KillPlan, _ number: Int, _ broker: MatrixBroker, _ table: inout KillTable) async throws {
    let parent = keep.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
    let directory = parent.appending(path: "fanfare-round-\(plan.seed)-\(UUID().uuidString.prefix(8))")
    var isGood = false
    do {
      let outcome = try await RoundWorld.with(broker, directory: directory) { world in
        var round = KillRound(plan: plan, world: world)
        return try await round.run()
      }
      isGood = outcome.reckoning.violations.isEmpty
      table.add(number, plan, outcome)
    } catch {
      table.add(number, plan, error)
    }
    if isGood || keep == nil { try? FileManager.default.removeItem(at: directory) } else { print("  kept in \(directory.path)") }
  }
}
