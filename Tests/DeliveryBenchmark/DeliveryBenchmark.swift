import ArgumentParser

/// What unwell receivers cost the others: store, dispatcher and sender as the service has them, and receivers on loopback, in one process.
@main struct DeliveryBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delivery-benchmark", abstract: "Times deliveries side by side, with and without receivers that misbehave.",
    subcommands: [Hanging.self, PoisonLane.self, Backlog.self])
}

/// What both sides of a comparison are run with.
struct LoadOptions: ParsableArguments {
  @Option(help: "How many times each side is run, in turns.") var rounds = 3
  @Option(help: "Seconds of load in each run.") var seconds = 40
  @Option(help: "Events in a second.") var rate = 1_000
  @Option(help: "Where the stores are kept while it runs.") var directory = "."
}
