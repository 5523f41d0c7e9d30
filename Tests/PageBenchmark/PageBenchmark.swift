import ArgumentParser
import Fanfare
import Glibc
import SQLiteStore

/// How long a page takes, by the number of stored events, the number of audiences, and the share of the events that the caller may see.
///
/// A store is made in the directory where there is none yet, by the service's own ingest. Pages are read through the store's port and
/// written as JSON, one at a time in one process: what the HTTP server adds is the same for every cell. Each page is read once before it is
/// timed, so that all is in the system's page cache whatever the store's size.
@main struct PageBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "page-benchmark", abstract: "Times pages of 20 events, side by side over stores of several sizes.")

  @Option(help: "How many events the stores hold.") var events: [Int] = [10_000, 100_000, 1_000_000]
  @Option(help: "How many distinct sets of groups.") var audiences: [Int] = [10, 20_000]
  @Option(help: "Pages in each cell.") var pages = 400
  @Option(help: "Where the stores are kept.") var directory: String
  @Flag(help: "Only make the stores.") var prepare = false

  func run() async throws {
    var stores: [(Population, SQLiteStore)] = []
    for count in audiences {
      for size in events {
        let population = Population(events: size, audiences: count)
        stores.append((population, try await population.store(in: directory)))
      }
    }
    if !prepare { try await measure(stores) }
    for (_, store) in stores { try await store.close() }
  }

  /// One round over all stores after the other, so that what disturbs the machine for a while disturbs them all.
  private func measure(_ stores: [(Population, SQLiteStore)]) async throws {
    let rounds = 8
    var table = Table()
    for _ in 0..<rounds {
      for (population, store) in stores {
        for cell in Cell.all {
          table.add(try await cell.measure(population, store, pages: max(1, pages / rounds)), to: cell, population)
        }
      }
    }
    print(table.text(events: events, audiences: audiences))
  }
}
