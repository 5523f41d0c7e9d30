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
    for round in 1...load.rounds {
      table.add(try await p99(of: dead..<endpoints, round), to: .without)
      table.add(try await p99(of: 0..<endpoints, round), to: .with)
    }
    print(table.text)
  }

  /// Each endpoint has a project, and each event is of one of them in turn.
  private func p99(of range: Range<Int>, _ round: Int) async throws -> Percentiles {
    try await Stage.with(in: load.directory) { request in
      request.path.hasPrefix("/hang") ? .never : .status(204)
    } body: { stage in
      for endpoint in range {
        try await stage.subscribe(project: "p\(endpoint)", path: "/\(endpoint < dead ? "hang" : "well")/\(endpoint)")
      }
      // The same to each endpoint, whether the dead ones are there or not.
      let perTick = load.rate * range.count / endpoints / 100
      try await stage.feed(ticks: load.seconds * 100, perTick: max(perTick, 1)) { "p\(range.lowerBound + $0 % range.count)" }
      let total = load.seconds * 100 * max(perTick, 1)
      let well = (0..<total).count { range.lowerBound + $0 % range.count >= dead }
      try await stage.settle(well) { $0.contains("/well/") }
      return stage.latencies { $0.contains("/well/") }
    }
  }
}
