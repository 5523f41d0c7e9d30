import Fanfare

/// One client that follows along: what he asked for, how far he is, and what is due for him.
struct EventStream: Sendable {
  /// As much as is put together before it is written.
  private static let chunkBytes = 32 << 10

  let feed: any EventFeed
  let filter: EventFilter
  let timestamp: TimestampFormat
  /// Only events that were received from this instant on.
  let receivedSince: Timestamp?
  let limits: StreamLimits
  let metrics: StreamMetrics
  let authenticateAgain: @Sendable () async throws(AuthenticationFailure) -> Caller
  var reader: Reader
  /// Every event up to this sequence was dealt with.
  var position: Int64

  /// Writes until the client's credential is no longer good or `wakes` ends, which it does when the task is cancelled.
  ///
  /// - Parameter wakes: an element each time that something was stored or some time has passed. It has to be listened to already when
  ///   the position is taken, or what is stored in between waits for the next.
  mutating func run(into outlet: inout BodyOutlet, wakes: AsyncStream<Void>) async throws {
    var wakes = wakes.makeAsyncIterator()
    var duties = StreamDuties(limits, from: .now)
    try await outlet.write(Array("retry: 3000\n\n".utf8))
    while true {
      let started = ContinuousClock.now
      switch duties.next(at: started) {
      case .none: break
      case .heartbeat: try await outlet.write(Array(": heartbeat\n\n".utf8))
      case .authenticate:
        do throws(AuthenticationFailure) {
          reader = try await authenticateAgain().reader
        } catch {
          let reason = error == .unavailable ? "the credential cannot be checked at the moment" : "the credential is no longer good"
          return try await outlet.write(Array(": \(reason)\n\n".utf8))
        }
      }
      let page = try await feed.events(for: reader, filter: filter, from: FeedRequest(after: position))
      try await write(page.events, to: &outlet)
      position = page.examined
      if duties.isDue || !page.isAtEnd { continue }
      guard await wakes.next() != nil else { return }
      // A due time, not a poll: many small commits in a row are read together, so that followers never cost more than the ingest itself.
      try await Task.sleep(until: started + limits.pace)
    }
  }

  private func write(_ events: [StoredEvent], to outlet: inout BodyOutlet) async throws {
    var text: [UInt8] = []
    var count = 0
    for event in events {
      if let receivedSince, event.receivedAt < receivedSince { continue }
      event.appendServerSentEvent(to: &text, timestamp: timestamp)
      count += 1
      if text.count >= Self.chunkBytes {
        try await outlet.write(text)
        metrics.sent(count)
        (text, count) = ([], 0)
      }
    }
    if count == 0 { return }
    try await outlet.write(text)
    metrics.sent(count)
  }
}

/// What a stream owes its client besides events.
struct StreamDuties {
  enum Duty {
    case none
    case heartbeat
    case authenticate
  }

  private let limits: StreamLimits
  private var now: ContinuousClock.Instant
  private var heartbeatAt: ContinuousClock.Instant
  private var authenticationAt: ContinuousClock.Instant

  init(_ limits: StreamLimits, from now: ContinuousClock.Instant) {
    self.limits = limits
    self.now = now
    heartbeatAt = now + limits.heartbeat
    authenticationAt = now + limits.authentication
  }

  /// The most urgent thing that is due, which counts as done with this.
  mutating func next(at now: ContinuousClock.Instant) -> Duty {
    self.now = now
    if authenticationAt <= now {
      authenticationAt = now + limits.authentication
      return .authenticate
    }
    if isHeartbeatDue {
      heartbeatAt = now + limits.heartbeat
      return .heartbeat
    }
    return .none
  }

  /// Whether something else was due at the same time.
  var isDue: Bool { isHeartbeatDue || authenticationAt <= now }

  /// The stream is woken once an interval, and may come to its heartbeat a little later than it was woken. The next wake-up is then a little
  /// early: it must not be left to the one after it.
  private var isHeartbeatDue: Bool { heartbeatAt <= now + limits.heartbeat / 4 }
}

extension StoredEvent {
  /// The event as a block of a `text/event-stream`.
  func appendServerSentEvent(to text: inout [UInt8], timestamp: TimestampFormat) {
    // No `event:`: browsers would hand each type to listeners of its own, of which nobody can know all, and take `error` for a lost line.
    text += "id: \(StreamPosition.text(for: id))\ndata: ".utf8
    text += lineJSON(timestamp: timestamp)
    text += "\n\n".utf8
  }

  /// The event as JSON on one line.
  func lineJSON(timestamp: TimestampFormat) -> [UInt8] { wireJSON(timestamp: timestamp).onOneLine }
}
