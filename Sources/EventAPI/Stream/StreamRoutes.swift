import Fanfare
import HTTPTypes
import Hummingbird
import Metrics

/// The live stream: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), in the order of storing.
struct StreamRoutes: Sendable {
  private let events: any EventQuery & EventFeed
  private let commits: CommitSignal
  private let limits: StreamLimits
  private let metrics: StreamMetrics
  private let slots: Slots

  init(ports: APIPorts, limits: StreamLimits, metrics factory: any MetricsFactory) {
    let metrics = StreamMetrics(factory: factory)
    events = ports.events
    commits = ports.commits
    self.limits = limits
    self.metrics = metrics
    slots = Slots(limit: limits.maximumStreams) { metrics.changeClients(by: $0) }
  }

  var routes: [Route] { [Route(.get, "/api/v1/events/stream", access: .anonymousToo, handler: stream)] }

  @Sendable private func stream(_ call: Call) async throws -> Response {
    var query = call.query
    var filter = EventFilter(&query)
    let path = PathFilter(&query)
    let start = StreamStart(&query, header: call.request.headers[.lastEventID])
    let timestamp = query.choice("timestamp", default: TimestampFormat.number)
    try query.finish()
    filter.take(path)
    guard let slot = slots.take() else { throw APIError.tooMany("live streams", limit: slots.limit) }

    // Listened to before the position is taken: what is stored from here on is either before the position or wakes the stream.
    let (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    commits.wake(waker)
    let listening = Listening(slot: slot, waker: waker)
    let stream = EventStream(
      feed: events, filter: filter, timestamp: timestamp, receivedSince: start.receivedSince, limits: limits, metrics: metrics,
      authenticateAgain: call.authenticateAgain, reader: call.caller.reader, position: try await position(of: start, for: call.caller))
    let lasting = LastingBody(patience: limits.patience) { metrics.droppedOne() }
    let body = lasting.body(watching: call.request) { outlet in
      var stream = stream
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await listening.tick(every: limits.heartbeat) }
        try await stream.run(into: &outlet, wakes: wakes)
        group.cancelAll()
      }
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no",
        // Whether the client is still there is only known by reading on, and then nothing else can be asked on the connection.
        .connection: "close",
      ], body: body)
  }

  private func position(of start: StreamStart, for caller: Caller) async throws -> Int64 {
    switch start {
    case .now: return try await events.lastSequence()
    case .after(let id):
      guard let event = try await events.event(id, for: caller.reader) else { throw APIError.unknownEvent(id) }
      return event.sequence
    case .since(let instant):
      // The order of storing is not quite that of receiving; who was received earlier is left out event by event.
      return try await events.sequence(receivedBefore: instant - .seconds(10))
    }
  }
}

/// Where a stream begins.
private enum StreamStart {
  case now
  /// Right after the event with this id.
  case after(String)
  /// With what was received from this instant on.
  case since(Timestamp)

  /// `Last-Event-ID`, else `last_event_id`, else `since`: a browser that connects again repeats the query, and the header is what it
  /// knows since then.
  init(_ query: inout QueryReader, header: String?) {
    let given = query.text("last_event_id")
    let since = query.timestamp("since")
    self = since.map { .since($0) } ?? .now
    for (name, text) in [("Last-Event-ID", header), ("last_event_id", given)] {
      guard let text, !text.isEmpty else { continue }
      if let id = StreamPosition.id(from: text) {
        self = .after(id)
      } else {
        query.reject(name, text, "must be an id that this stream gave out")
      }
      return
    }
  }

  var receivedSince: Timestamp? {
    if case .since(let instant) = self { instant } else { nil }
  }
}

/// What a stream holds while it is open. The wake-ups end with it.
private final class Listening: Sendable {
  private let slot: Slot
  private let waker: AsyncStream<Void>.Continuation

  init(slot: Slot, waker: AsyncStream<Void>.Continuation) {
    self.slot = slot
    self.waker = waker
  }

  deinit { waker.finish() }

  /// Wakes the stream for its heartbeats.
  func tick(every interval: Duration) async throws {
    while true {
      // The heartbeat's own interval: a quiet store sends no signal.
      try await Task.sleep(for: interval)
      waker.yield()
    }
  }
}

extension APIError {
  /// All places of a kind are taken.
  static func tooMany(_ things: String, limit: Int) -> APIError {
    APIError(
      code: .overloaded, message: "there are \(limit) \(things) already, and no more are served at once",
      headers: [.retryAfter: "5"])
  }
}
