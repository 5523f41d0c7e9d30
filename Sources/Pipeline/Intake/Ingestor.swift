import Failpoints
public import Fanfare
public import Logging
import Metrics
public import ServiceLifecycle

/// The path from the broker to the disk: takes all that has arrived, stores it in one step, and only then acknowledges it.
///
/// While one batch is committed the next one gathers, so the batches size themselves. If the store fails nothing is acknowledged and the
/// same batch is tried again until it succeeds: the broker holds the rest.
public struct Ingestor<Source: MessageSource>: Service {
  private let source: Source
  private let reader: MessageReader
  private let store: any EventStore
  private let onReceipt: @Sendable (IngestReceipt) -> Void
  private let logger: Logger
  private let counters = IntakeCounters()

  /// - Parameter onReceipt: told of each durable batch, after its acknowledgement was posted.
  public init(
    source: Source, reader: MessageReader, store: any EventStore, logger: Logger, onReceipt: @escaping @Sendable (IngestReceipt) -> Void
  ) {
    self.source = source
    self.reader = reader
    self.store = store
    self.logger = logger
    self.onReceipt = onReceipt
  }

  /// Runs until the source has stopped and its last batch is stored and acknowledged.
  public func run() async throws {
    for await batch in source.batches {
      guard let last = batch.last else { continue }
      let arrivals = batch.flatMap { reader.arrivals(in: $0) }
      Failpoint.batchDecoded.reach()
      guard let receipt = await storeUntilDone(arrivals) else { return }
      Failpoint.receiptTaken.reach()
      source.acknowledge(upTo: last.token)
      onReceipt(receipt)
      Failpoint.deliveriesOffered.reach()
      counters.count(receipt)
      report(arrivals, receipt)
    }
    // A service that returns ends its whole group, so this one waits for its turn.
    try? await gracefulShutdown()
  }

  /// Nil only if the task was cancelled: then nothing of the batch is acknowledged, and the broker gives it out again.
  private func storeUntilDone(_ arrivals: [Arrival]) async -> IngestReceipt? {
    var delay = Duration.milliseconds(100)
    while true {
      do {
        return try await store.ingest(arrivals)
      } catch {
        if Task.isCancelled { return nil }
        logger.error(
          "storing a batch failed; it stays unacknowledged and is tried again",
          metadata: ["events": "\(arrivals.count)", "error": "\(error)", "retry_in": "\(delay)"])
        counters.failures.increment()
        // A back-off: the disk sends no signal when it is well again.
        try? await Task.sleep(for: delay)
        delay = min(delay * 2, .seconds(5))
      }
    }
  }

  /// Says what an operator would want to know of: what was quarantined, and what could not be told apart or is of an unknown type.
  private func report(_ arrivals: [Arrival], _ receipt: IngestReceipt) {
    let made = reader.takeMadeIDs()
    if made > 0 {
      counters.unidentified.increment(by: made)
      logger.info(
        "events came without an id and were given one; a redelivery of them would be stored twice", metadata: ["events": "\(made)"])
    }
    for (arrival, fate) in zip(arrivals, receipt.fates) {
      if case .event(let event, _) = arrival, case .stored = fate, !reader.decoder.isKnown(event.type) { counters.unknownTypes.increment() }
      guard case .quarantined(let reason) = fate else { continue }
      var metadata: Logger.Metadata = ["reason": "\(reason.rawValue)"]
      switch arrival {
      case .quarantined(let entry): metadata["detail"] = "\(entry.detail)"
      case .event(let event, _): metadata["event"] = "\(event.id)"
      }
      logger.warning("a message was quarantined", metadata: metadata)
    }
  }
}

/// Counts what came in, by what became of it.
struct IntakeCounters: Sendable {
  private let stored = Counter(label: "fanfare_ingest_events_total", dimensions: [("outcome", "stored")])
  private let duplicates = Counter(label: "fanfare_ingest_events_total", dimensions: [("outcome", "duplicate")])
  private let quarantined = Counter(label: "fanfare_ingest_events_total", dimensions: [("outcome", "quarantined")])
  let failures = Counter(label: "fanfare_ingest_failures_total")
  /// Events that came from the broker without an id of any kind.
  let unidentified = Counter(label: "fanfare_ingest_unidentified_total")
  /// Events of types that neither the seed nor the configuration lists.
  let unknownTypes = Counter(label: "fanfare_ingest_unknown_types_total")

  func count(_ receipt: IngestReceipt) {
    var counts = (stored: 0, duplicates: 0, quarantined: 0)
    for fate in receipt.fates {
      switch fate {
      case .stored: counts.stored += 1
      case .duplicate: counts.duplicates += 1
      case .quarantined: counts.quarantined += 1
      }
    }
    if counts.stored > 0 { stored.increment(by: counts.stored) }
    if counts.duplicates > 0 { duplicates.increment(by: counts.duplicates) }
    if counts.quarantined > 0 { quarantined.increment(by: counts.quarantined) }
  }
}
