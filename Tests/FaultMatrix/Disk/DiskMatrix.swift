import ArgumentParser
import BrokerFixture
import Foundation
import Glibc
import Reckoning

struct DiskMatrix: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disk", abstract: "Has the disk under the service fail for a while, and accounts for every event.",
    discussion: "Mounts a small file system for each round, so it is to be started with unshare -m, as root (or with unshare -rm).")

  @Option(help: "How many rounds; each takes the next fault.") var rounds = DiskFault.allCases.count
  @Option(help: "The seed of the first round; each further one has the next. Any, if not given.") var seed: UInt64?
  @Option(help: "This fault in all rounds.") var fault: DiskFault?
  @Option(help: "For how many seconds the disk fails, at least.") var seconds = 20

  func run() async throws {
    Interruption.watch()
    let first = seed ?? UInt64.random(in: 0..<1_000_000)
    let broker = MatrixBroker(try await PrivateBroker.start())
    var failed: [UInt64] = []
    for index in 0..<rounds {
      let seed = first &+ UInt64(index)
      let isGood = await run(fault ?? DiskFault.allCases[index % DiskFault.allCases.count], seed, broker)
      if !isGood { failed.append(seed) }
    }
    try await broker.node.remove()
    let verdict = failed.isEmpty ? "none lost" : "rounds that failed have the seeds \(failed.map(String.init).joined(separator: ", "))"
    print("\(rounds) rounds in which the disk failed for \(seconds) s: \(verdict)")
    if !failed.isEmpty { throw ExitCode.failure }
  }

  private func run(_ fault: DiskFault, _ seed: UInt64, _ broker: MatrixBroker) async -> Bool {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-round-\(seed)-\(UUID().uuidString.prefix(8))")
    defer {
      try? FileManager.default.removeItem(at: directory)
      // Rounds are to be seen as they end, through a pipe as well.
      fflush(nil)
    }
    do {
      // What has waited for the disk comes in a burst.
      let outcome = try await RoundWorld.with(broker, directory: directory, manners: Manners.answerInTheEnd) { world in
        try await DiskRound(fault: fault, seed: seed, duration: .seconds(seconds), world: world).run()
      }
      let (figures, violations) = (outcome.reckoning.figures, outcome.reckoning.violations)
      print(
        "\(fault.rawValue), seed \(seed): \(outcome.failures) batches failed and \(outcome.refused) events were refused meanwhile; "
          + "\(figures.published) published, \(figures.confirmed) confirmed, \(figures.stored) stored, \(figures.quarantined) quarantined, "
          + "\(figures.deliveries) deliveries, \(figures.repeated) repeated, \(outcome.reckoning.losses) lost")
      for violation in violations.prefix(20) { print("  \(violation)") }
      return violations.isEmpty
    } catch {
      print("\(fault.rawValue), seed \(seed): \(error)")
      return false
    }
  }
}
