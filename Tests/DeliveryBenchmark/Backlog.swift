import ArgumentParser
import Fanfare
import Glibc

/// A million deliveries for an endpoint that is down: what storing costs while they gather, and how much memory they take.
struct Backlog: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Pending deliveries of one endpoint that is down gather, up to a million.")

  @Option(help: "Events, each with one delivery.") var events = 1_000_000
  @Option(help: "In how many slices the rate is told.") var slices = 10
  @Option(help: "Where the store is made, and kept.") var directory = "."

  func run() async throws {
    try await Stage.with(in: directory, keepsStore: true) { _ in
      .status(500)
    } body: { stage in
      try await stage.subscribe(project: "p", url: "http://127.0.0.1:9/")
      let slice = events / slices
      for number in 0..<slices {
        let start = ContinuousClock.now
        for _ in 0..<slice / 500 { try await stage.store(500, lanes: 1_000) { _ in "p" } }
        let seconds = Double((ContinuousClock.now - start).wholeNanoseconds) / 1e9
        print(
          "\((number + 1) * slice) pending: \(Int(Double(slice) / seconds)) events/s stored, \(Self.residentMiB) MiB resident")
      }
    }
  }

  private static var residentMiB: Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var (size, resident) = (0, 0)
    return withUnsafeMutablePointer(to: &size) { size in
      withUnsafeMutablePointer(to: &resident) { resident in
        withVaList([size, resident]) { vfscanf(file, "%ld %ld", $0) }
      }
    } == 2 ? resident * 4096 >> 20 : 0
  }
}
