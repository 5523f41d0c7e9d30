import Fanfare
import Logging
import Synchronization
import Testing
import Threading

@testable import Pipeline

/// The order of things: decoded, stored, and only then acknowledged.
@Suite struct IngestorTests {
  @Test func `a batch is acknowledged only after its commit, up to its last message`() async throws {
    let source = FakeSource()
    let store = GatedStore()
    let ingestor = Ingestor(
      source: source, reader: MessageReader(decoder: EventDecoder(), clock: { Timestamp(seconds: 1) }), store: store,
      logger: Logger(label: "test"), onReceipt: { _ in })
    let running = Task { try await ingestor.run() }
    source.stream.send((1...3).map { message(tag: $0, #"{"type":"T","id":"\#($0)"}"#) })
    let first = await store.waitForBatch()
    #expect(first.count == 3)
    #expect(source.acknowledged.isEmpty)
    store.answer(.success(IngestReceipt(fates: [.stored(sequence: 1), .stored(sequence: 2), .stored(sequence: 3)])))
    source.stream.send([message(tag: 4, "{}")])
    let second = await store.waitForBatch()
    #expect(source.acknowledged == [AckToken(epoch: 1, tag: 3)])
    guard case .quarantined(let entry) = second[0] else {
      Issue.record("an empty object was taken for an event")
      return
    }
    #expect(entry.reason == .invalidEvent)
    #expect(entry.detail.contains("/type"))
    #expect(entry.origin.raw == Array("{}".utf8))
    store.answer(.success(IngestReceipt(fates: [.quarantined(.invalidEvent)])))
    source.stream.finish()
    running.cancel()
    try await running.value
    #expect(source.acknowledged == [AckToken(epoch: 1, tag: 3), AckToken(epoch: 1, tag: 4)])
  }

  @Test func `a store that fails gets the same batch again, and nothing is acknowledged meanwhile`() async throws {
    let source = FakeSource()
    let store = GatedStore()
    let receipts = Mutex(0)
    let ingestor = Ingestor(
      source: source, reader: MessageReader(decoder: EventDecoder(), clock: { Timestamp(seconds: 1) }), store: store,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), onReceipt: { _ in receipts.withLock { $0 += 1 } })
    let running = Task { try await ingestor.run() }
    source.stream.send([message(tag: 1, #"{"type":"T","id":"1"}"#)])
    _ = await store.waitForBatch()
    store.answer(.failure(DiskFull()))
    let again = await store.waitForBatch()
    #expect(again.count == 1)
    #expect(source.acknowledged.isEmpty)
    #expect(receipts.withLock { $0 } == 0)
    store.answer(.success(IngestReceipt(fates: [.stored(sequence: 1)])))
    source.stream.finish()
    running.cancel()
    try await running.value
    #expect(source.acknowledged == [AckToken(epoch: 1, tag: 1)])
    #expect(receipts.withLock { $0 } == 1)
  }

  @Test func `gzip is undone, and what only pretends to be gzip is quarantined as it came`() {
    let reader = MessageReader(decoder: EventDecoder(), clock: { Timestamp(seconds: 1) })
    var pretender = message(tag: 1, #"{"type":"T"}"#)
    pretender.contentEncoding = "gzip"
    let arrivals = reader.arrivals(in: pretender)
    guard arrivals.count == 1, case .quarantined(let entry) = arrivals[0] else {
      Issue.record("it was taken for an event")
      return
    }
    #expect(entry.reason == .badEncoding)
    #expect(entry.origin.raw == pretender.body)
  }

  @Test func `a message full of what is no event is one entry of the quarantine, and can be read again from there`() throws {
    let strict = MessageReader(decoder: EventDecoder(unknownTypes: .quarantine), clock: { Timestamp(seconds: 1) })
    func array(_ wrong: Int) -> String {
      let elements = [#"{"type":"ADD_BUILD","id":"good"}"#] + (0..<wrong).map { #"{"type":"T","id":"\#($0)"}"# }
      return "[\(elements.joined(separator: ","))]"
    }
    // Each stands for itself.
    #expect(strict.arrivals(in: message(tag: 1, array(1_000))).count == 1_001)
    let text = array(1_001)
    let arrivals = strict.arrivals(in: message(tag: 2, text))
    guard arrivals.count == 1, case .quarantined(let entry) = arrivals[0] else {
      Issue.record("it is \(arrivals.count) arrivals")
      return
    }
    #expect(entry.reason == .unknownType)
    #expect(entry.detail.hasPrefix("1001 of the message's 1002 elements are no events, so it is kept as a whole; the first: /1"))
    #expect(entry.origin.raw == Array(text.utf8))
    let lenient = MessageReader(decoder: EventDecoder(), clock: { Timestamp(seconds: 1) })
    #expect(try lenient.events(in: entry).count == 1_002)
    // Half a million in a megabyte, wrong in two ways.
    let numbers = "[{}" + String(repeating: ",1", count: 500_000) + "]"
    let half = strict.arrivals(in: message(tag: 3, numbers))
    guard half.count == 1, case .quarantined(let many) = half[0] else {
      Issue.record("it is \(half.count) arrivals")
      return
    }
    #expect(many.reason == .invalidEvent)
    #expect(many.detail.hasPrefix("500001 of the message's 500001 elements"))
  }

  private func message(tag: UInt64, _ json: String) -> InboundMessage {
    InboundMessage(body: Array(json.utf8), exchange: "x", routingKey: "r", token: AckToken(epoch: 1, tag: tag))
  }
}

struct DiskFull: Error {}

private final class FakeSource: MessageSource {
  let stream = BatchStream<InboundMessage>()
  private let tokens = Mutex<[AckToken]>([])

  var batches: BatchStream<InboundMessage> { stream }
  var acknowledged: [AckToken] { tokens.withLock { $0 } }

  func acknowledge(upTo token: AckToken) { tokens.withLock { $0.append(token) } }
}

/// A store that lets the test look at each batch and say how it ends.
private final class GatedStore: EventStore {
  private let batches = BatchStream<[Arrival]>()
  private let answers = BatchStream<Result<IngestReceipt, DiskFull>>()

  func waitForBatch() async -> [Arrival] {
    var iterator = batches.makeAsyncIterator()
    return await iterator.next()?.first ?? []
  }

  func answer(_ result: Result<IngestReceipt, DiskFull>) { answers.send(result) }

  func ingest(_ arrivals: [Arrival]) async throws -> IngestReceipt {
    batches.send(arrivals)
    var iterator = answers.makeAsyncIterator()
    guard let answer = await iterator.next()?.first else { throw CancellationError() }
    return try answer.get()
  }

  func ingestAll(_ events: [(Event, Origin)]) async throws -> IngestReceipt {
    try await ingest(events.map { .event($0.0, $0.1) })
  }
}
