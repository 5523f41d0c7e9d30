import ArgumentParser
import Fanfare
import Glibc
import SQLiteStore

/// What an event costs by how many are stored already: rate and CPU of the ingest, bytes on disk, pages, and opening.
///
/// One store grows. Ten times on the way from one power of ten to the next a fresh store is filled with ten thousand events, so that each
/// figure has one beside it that the same disturbances of the machine went into.
@main struct GrowthBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "growth-benchmark", abstract: "Fills a store, and tells at each power of ten what an event costs.")

  @Option(help: "How many events the store gets.") var events = 1_000_000
  @Option(help: "The kind of ids: ksuid or uuid.") var ids = Producer.Ids.ksuid
  @Option(help: "Events in a batch; the service takes 512 at most.") var batch = 512
  @Option(help: "Pages of each kind that are timed.") var pages = 400
  @Option(help: "Where the stores are kept while it runs.") var directory: String
  @Flag(help: "One subscription gets each event, and its delivery is recorded as made.") var deliver = false
  @Flag(help: "Leave the store where it is.") var keep = false

  private static let small = 10_000

  func run() async throws {
    let path = "\(directory)/growth-\(ids.rawValue)\(deliver ? "-delivered" : "")"
    var store = try await GrowingStore(at: path, delivers: deliver)
    var producer = Producer(ids: ids, seed: 1)
    var table = Table()
    var milestone = min(Self.small, events)
    while true {
      let step = max(batch, (milestone - producer.made) / 10)
      var (work, beside) = (Cost(), [Cost]())
      while producer.made < milestone {
        work += try await store.ingest(min(step, milestone - producer.made), from: &producer, batch: batch)
        if milestone > Self.small { beside.append(try await fresh(number: beside.count)) }
      }
      let opening = try await store.reopen()
      let latencies = try await store.latencies(pages: pages, producer)
      table.add(
        events: producer.made, work, beside: beside, fileBytes: store.fileBytes, bodyBytes: producer.bytes, opening: opening, latencies)
      print(table.lastLine)
      fflush(nil)
      if producer.made >= events { break }
      milestone = min(milestone * 10, events)
    }
    try await store.close()
    print("\n\(ids.rawValue)\(deliver ? ", each delivered once" : ""), batches of \(batch)\n\n\(table.text)")
    if !keep { try GrowingStore.remove(path) }
  }

  private func fresh(number: Int) async throws -> Cost {
    let path = "\(directory)/growth-fresh"
    let store = try await GrowingStore(at: path, delivers: deliver)
    var producer = Producer(ids: ids, seed: 1_000 + UInt64(number))
    let cost = try await store.ingest(Self.small, from: &producer, batch: batch)
    try await store.close()
    try GrowingStore.remove(path)
    return cost
  }
}

extension Producer.Ids: ExpressibleByArgument {}
