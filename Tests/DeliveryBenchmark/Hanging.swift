import ArgumentParser
import Fanfare

/// A hundred endpoints, ten of which take requests and never answer: what the other ninety notice of it.
struct Hanging: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Ten endpoints of a hundred hang until the time-out.")

  @OptionGroup var load: LoadOptions
  @Option(help: "Endpoints that hang.") var dead = 10
  @Option(help: "All endpoints.") var endpoints = 100

  func run() async throws {
    var table = Comparison(name: "p99 from commit to success, of \(endpoints - dead) endpoints that are well")
    for _ in 1...load.rounds {
      table.add(try await p99(hasDead: false), to: .without)
      table.add(try await p99(hasDead: true), to: .with)
    }
    print(table.text)
  }

  /// Each endpoint has a project, and each event is of one of them in turn. The events are the same whether the dead ones are there or not.
  private func p99(hasDead: Bool) async throws -> Percentiles {
    try await Stage.with(in: load.directory) { request in
      request.path.hasPrefix("/hang") ? .never : .status(204)
    } body: { stage in
      for endpoint in hasDead ? 0..<endpoints : dead..<endpoints {
        try await stage.subscribe(project: "p\(endpoint)", path: "/\(endpoint < dead ? "hang" : "well")/\(endpoint)")
      }
      let perTick = max(load.rate / 100, 1)
      try await stage.feed(ticks: load.seconds * 100, perTick: perTick) { "p\($0 % endpoints)" }
      let well = (0..<load.seconds * 100 * perTick).count { $0 % endpoints >= dead }
      try await stage.settle(well) { $0.contains("/well/") }
      return stage.latencies { $0.contains("/well/") }
    }
  }
}
