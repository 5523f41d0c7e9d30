import ArgumentParser
import BrokerFixture
import Foundation
import Reckoning

struct BrokerMatrix: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "broker", abstract: "Has the broker, or the way to it, fail in all ways, and accounts for every event.",
    discussion: "Each round takes the next fault of the list. A seed repeats its events: --rounds 1 --fault FAULT --seed SEED.")

  @Option(help: "How many rounds.") var rounds = BrokerFault.allCases.count
  @Option(help: "The seed of the first round; each further one has the next. Any, if not given.") var seed: UInt64?
  @Option(help: "This fault in all rounds.") var fault: BrokerFault?
  @Option(help: "Where the data directories of rounds that failed are kept.") var keep: String?

  func run() async throws {
    Interruption.watch()
    let first = seed ?? UInt64.random(in: 0..<1_000_000)
    let broker = try await FaultyBroker.start()
    var table = BrokerTable()
    do {
      for index in 0..<rounds {
        let fault = fault ?? BrokerFault.allCases[index % BrokerFault.allCases.count]
        try await run(fault, first &+ UInt64(index), index + 1, broker, &table)
      }
    } catch {
      try? await broker.remove()
      throw error
    }
    try await broker.remove()
    print(table.lastLine)
    if table.hasFailures { throw ExitCode.failure }
  }

  private func run(_ fault: BrokerFault, _ seed: UInt64, _ number: Int, _ broker: FaultyBroker, _ table: inout BrokerTable) async throws {
    let parent = keep.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
    let directory = parent.appending(path: "fanfare-round-\(seed)-\(UUID().uuidString.prefix(8))")
    var isGood = false
    do {
      let outcome = try await RoundWorld.with(broker.shared, directory: directory) { world in
        try await BrokerRound(fault: fault, seed: seed, broker: broker, world: world).run()
      }
      isGood = outcome.reckoning.violations.isEmpty
      table.add(number, seed, fault, outcome)
    } catch {
      table.add(number, seed, fault, error)
    }
    if isGood || keep == nil { try? FileManager.default.removeItem(at: directory) } else { print("  kept in \(directory.path)") }
  }
}
