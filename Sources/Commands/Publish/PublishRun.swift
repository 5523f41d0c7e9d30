import AMQPSource
import Fanfare

/// One run over all lines: read, checked, published in batches, counted.
struct PublishRun: ~Copyable {
  /// As many as the publisher has under way at a time.
  private static let batchSize = 1000
  /// How often messages are offered again whose fate a lost connection left open.
  private static let tries = 5

  private var lines: LineReader
  private let address: PublishAddress
  private let rate: Int?
  private var progress: ProgressLine
  private var summary = PublishSummary()

  init(lines: consuming LineReader, address: PublishAddress, rate: Int?, progress: ProgressLine) {
    self.lines = lines
    self.address = address
    self.rate = rate
    self.progress = progress
  }

  /// - Throws: ``AMQPError`` if there is no broker to be had; a sentence if the input cannot be read.
  mutating func publish(through publisher: AMQPPublisher) async throws -> PublishSummary {
    let clock = ContinuousClock()
    let start = clock.now
    defer { progress.clear() }
    while true {
      let batch = try gather()
      if batch.isEmpty { break }
      try await send(batch, through: publisher)
      progress.show(done: batch[batch.count - 1].end, lines: summary.confirmed, after: clock.now - start)
      if let rate {
        try await clock.sleep(until: start + .nanoseconds(summary.sent * 1_000_000_000 / rate))
      }
    }
    summary.duration = clock.now - start
    return summary
  }

  private struct Item {
    let line: Int
    let end: Int
    let message: PublishMessage
  }

  /// The next lines that may be sent. With a rate, a tenth of a second's worth, so that it is kept smoothly.
  private mutating func gather() throws -> [Item] {
    let size = rate.map { max(1, min(Self.batchSize, $0 / 10)) } ?? Self.batchSize
    var batch: [Item] = []
    while batch.count < size, let line = try lines.next() {
      summary.read += 1
      do {
        batch.append(Item(line: line.number, end: line.end, message: try address.message(for: line.bytes)))
      } catch {
        report(line.number, "is not sent: \(error)")
        summary.unsent += 1
      }
    }
    return batch
  }

  private mutating func send(_ batch: [Item], through publisher: AMQPPublisher) async throws {
    var open = batch
    for attempt in 1...Self.tries {
      let outcomes = try await outcomes(of: open, through: publisher, mayWait: attempt > 1)
      var unconfirmed: [Item] = []
      for (item, outcome) in zip(open, outcomes) {
        switch outcome {
        case .confirmed: summary.confirmed += 1
        case .returned(let reason):
          summary.returned += 1
          report(item.line, "was returned by the broker, no queue takes it: \(reason)")
        case .refused(let reason):
          summary.refused += 1
          report(item.line, "was refused: \(reason)")
        case .unconfirmed: unconfirmed.append(item)
        }
      }
      if unconfirmed.isEmpty { return }
      open = unconfirmed
      summary.repeated += attempt < Self.tries ? open.count : 0
      // A back-off, while the publisher connects again.
      try await Task.sleep(for: .seconds(1))
    }
    for item in open { report(item.line, "may have arrived or not: the connection was lost before the broker confirmed it") }
    summary.unconfirmed += open.count
  }

  /// After a lost connection the publisher reconnects by itself, and until then says that there is none.
  private func outcomes(of items: [Item], through publisher: AMQPPublisher, mayWait: Bool) async throws -> [PublishOutcome] {
    do {
      return try await publisher.publish(items.map(\.message))
    } catch let error as AMQPError where mayWait && error.isRetriable {
      return items.map { _ in .unconfirmed }
    }
  }

  private mutating func report(_ line: Int, _ what: String) {
    summary.problems += 1
    if summary.problems > PublishSummary.shownProblems { return }
    progress.clear()
    Console.note("line \(line) \(what)".printableLine)
  }
}

/// What a run came to.
struct PublishSummary: Sendable {
  /// So many lines are named one by one.
  static let shownProblems = 20

  var read = 0
  var unsent = 0
  var confirmed = 0
  var returned = 0
  var refused = 0
  var unconfirmed = 0
  /// Offered again after a connection was lost; the service drops those that it has already.
  var repeated = 0
  var problems = 0
  var duration: Duration = .zero

  var sent: Int { confirmed + returned + refused + unconfirmed }
  var isComplete: Bool { confirmed == read }

  var text: String {
    let seconds = Double(duration.wholeNanoseconds) / 1e9
    let rate = seconds > 0 ? Int(Double(confirmed) / seconds) : confirmed
    var parts = ["\(confirmed) of \(read) lines confirmed in \(Self.tenths(seconds)) s (\(rate) a second)"]
    if unsent > 0 { parts.append("\(unsent) not sent") }
    if returned > 0 { parts.append("\(returned) returned") }
    if refused > 0 { parts.append("\(refused) refused") }
    if unconfirmed > 0 { parts.append("\(unconfirmed) unconfirmed") }
    if repeated > 0 { parts.append("\(repeated) sent again after a lost connection") }
    if problems > Self.shownProblems { parts.append("\(problems - Self.shownProblems) more lines with problems are not named") }
    return parts.joined(separator: "; ")
  }

  private static func tenths(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}

/// Runs a publisher as long as `body` needs it.
func withPublisher<Result: Sendable>(
  _ configuration: AMQPConfiguration, ground: AMQPPublisher.Ground = .nothing, _ body: (AMQPPublisher) async throws -> Result
) async throws -> Result {
  let publisher = try AMQPPublisher(configuration, ground: ground, logger: .silent)
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await publisher.run() }
    defer { group.cancelAll() }
    return try await body(publisher)
  }
}
