import ArgumentParser
import BrokerFixture
import Foundation

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
    var table = DiskTable()
    for index in 0..<rounds {
      await run(fault ?? DiskFault.allCases[index % DiskFault.allCases.count], first &+ UInt64(index), index + 1, broker, &table)
    }
    try await broker.node.remove()
    print(table.lastLine(seconds: seconds))
    if table.hasFailures { throw ExitCode.failure }
  }

  private func run(_ fault: DiskFault, _ seed: UInt64, _ number: Int, _ broker: MatrixBroker, _ table: inout DiskTable) async {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-round-\(seed)-\(UUID().uuidString.prefix(8))")
    do {
      // What has waited for the disk comes in a burst.
      let outcome = try await RoundWorld.with(broker, directory: directory, manners: Manners.answerInTheEnd) { world in
        try await DiskRound(fault: fault, seed: seed, duration: .seconds(seconds), world: world).run()
      }
      table.add(number, seed, fault, outcome)
    } catch {
      table.add(number, seed, fault, error)
    }
    try? FileManager.default.removeItem(at: directory)
  }
}
