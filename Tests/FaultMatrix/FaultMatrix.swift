import ArgumentParser

/// Faults of all kinds, injected into a real service between a real broker and real receivers; and an account of every event.
@main struct FaultMatrix: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fault-matrix", abstract: "Injects faults into the service, round after round, and accounts for every event.",
    subcommands: [KillMatrix.self, BrokerMatrix.self, DiskMatrix.self])
}
