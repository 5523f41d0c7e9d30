public import Fanfare
import Synchronization

/// Turns what came in, through either door, into what the store takes: content encoding undone, decoded, each fault named.
public struct MessageReader: Sendable {
  public let decoder: EventDecoder
  private let ids: IDSource
  private let clock: @Sendable () -> Timestamp

  public init(decoder: EventDecoder, clock: @escaping @Sendable () -> Timestamp) {
    self.decoder = decoder
    self.clock = clock
    ids = IDSource(clock: clock)
  }

  /// A megabyte has room for half a million elements that are no events, and each would be an entry of the quarantine.
  private static let maximumEntries = 1_000

  /// Everything in a broker's message, good or bad. Never empty: what holds no event is quarantined.
  ///
  /// An array's elements stand for themselves, but one with more than 1,000 that are no events is one entry of the quarantine, as a whole.
  func arrivals(in message: InboundMessage) -> [Arrival] {
    let now = clock()
    var origin = Origin(
      door: .amqp(exchange: message.exchange, routingKey: message.routingKey), isRedelivered: message.isRedelivered, raw: message.body,
      contentType: message.contentType, headers: message.headers)
    let content: EventDecoder.Content
    switch open(message.body, encoding: message.contentEncoding) {
    case .failure(let fault):
      return [.quarantined(Quarantined(reason: fault.reason, detail: fault.detail, origin: origin, receivedAt: now))]
    case .success(let body):
      content = EventDecoder.Content(
        body: body, contentType: message.contentType, headers: message.headers, messageID: message.messageID, sentAt: message.sentAt,
        receivedAt: now)
    }
    let readings = decoder.read(content, makeID: ids.next)
    if readings.isEmpty {
      let detail = "the message is an array without any event"
      return [.quarantined(Quarantined(reason: .invalidEvent, detail: detail, origin: origin, receivedAt: now))]
    }
    if let fault = Self.faultOfAll(readings) {
      origin.raw = content.body
      return [.quarantined(Quarantined(reason: fault.reason, detail: fault.detail, origin: origin, receivedAt: now))]
    }
    return readings.map { reading in
      origin.raw = reading.range.count == content.body.count ? content.body : Array(content.body[reading.range])
      switch reading.result {
      case .success(let event): return .event(event, origin)
      case .failure(let fault):
        return .quarantined(Quarantined(reason: fault.reason, detail: fault.detail, origin: origin, receivedAt: now))
      }
    }
  }

  /// What is wrong with an array that has too many elements which are no events; nil if it has not.
  private static func faultOfAll(_ readings: [EventDecoder.Reading]) -> (reason: Quarantined.Reason, detail: String)? {
    guard readings.count > maximumEntries else { return nil }
    let faults = readings.compactMap { reading in
      if case .failure(let fault) = reading.result { fault } else { nil }
    }
    guard faults.count > maximumEntries else { return nil }
    let isOneReason = faults.allSatisfy { $0.reason == faults[0].reason }
    return (
      isOneReason ? faults[0].reason : .invalidEvent,
      "\(faults.count) of the message's \(readings.count) elements are no events, so it is kept as a whole; the first: \(faults[0].detail)"
    )
  }

  /// How many ids were made since the last time, for events that came without any: a redelivery of those would be stored twice.
  func takeMadeIDs() -> Int { ids.takeCount() }

  /// Every event of a document from the HTTP door.
  ///
  /// - Throws: ``DocumentTooLarge`` or ``ValidationErrors`` with all that is wrong.
  func events(in document: InboundDocument) throws -> [(Event, Origin)] {
    let headers = JSONValue.object(document.headers.map { JSONValue.Member($0.name, .string($0.value)) })
    let body: [UInt8]
    switch open(document.body, encoding: document.contentEncoding) {
    case .failure(let fault):
      if fault.reason == .tooLarge { throw DocumentTooLarge(limit: decoder.maximumBytes) }
      throw ValidationErrors(fault.errors)
    case .success(let opened): body = opened
    }
    let readings = decoder.read(
      EventDecoder.Content(body: body, contentType: document.contentType, headers: headers, receivedAt: clock()), makeID: ids.next)
    var events: [(Event, Origin)] = []
    var errors: [ValidationError] = []
    for reading in readings {
      switch reading.result {
      case .success(let event):
        events.append((event, Origin(door: .http, raw: Array(body[reading.range]), contentType: document.contentType)))
      case .failure(let fault):
        if fault.reason == .tooLarge { throw DocumentTooLarge(limit: decoder.maximumBytes) }
        errors += fault.errors
      }
    }
    if !errors.isEmpty { throw ValidationErrors(errors) }
    return events
  }

  /// Every event of a quarantined entry, read once more.
  func events(in entry: Quarantined) throws -> [(Event, Origin)] {
    let readings = decoder.read(
      EventDecoder.Content(
        body: entry.origin.raw, contentType: entry.origin.contentType, headers: entry.origin.headers, receivedAt: clock()), makeID: ids.next
    )
    return try readings.map { reading in
      switch reading.result {
      case .success(let event): return (event, entry.origin)
      case .failure(let fault): throw ValidationErrors(fault.errors)
      }
    }
  }

  private func open(_ body: [UInt8], encoding: String?) -> Result<[UInt8], EventDecoder.Fault> {
    func fault(_ reason: Quarantined.Reason, _ message: String) -> Result<[UInt8], EventDecoder.Fault> {
      .failure(EventDecoder.Fault(reason: reason, errors: [ValidationError(pointer: "", code: reason.rawValue, message: message)]))
    }
    switch encoding?.lowercased() {
    case nil, "", "identity", "utf-8", "utf8": return .success(body)
    case "gzip", "x-gzip":
      do {
        return .success(try Gzip.decompress(body, limit: decoder.maximumBytes))
      } catch .malformed {
        return fault(.badEncoding, "the content encoding is gzip, and the body is not")
      } catch {
        return fault(.tooLarge, "the message has more than \(decoder.maximumBytes) bytes once unpacked (events.maxBytes)")
      }
    case .some(let name): return fault(.badEncoding, "the content encoding is \"\(name)\"; gzip and identity are understood")
    }
  }
}

/// Monotonic KSUIDs for events that bring no id, from any thread.
private final class IDSource: Sendable {
  private let generator = Mutex(KSUIDGenerator())
  private let count = Atomic<Int>(0)
  private let clock: @Sendable () -> Timestamp

  init(clock: @escaping @Sendable () -> Timestamp) { self.clock = clock }

  func takeCount() -> Int { count.exchange(0, ordering: .relaxed) }

  func next() -> String {
    let now = clock()
    count.add(1, ordering: .relaxed)
    return generator.withLock { generator in
      var random = SystemRandomNumberGenerator()
      return generator.next(at: now, using: &random).description
    }
  }
}
