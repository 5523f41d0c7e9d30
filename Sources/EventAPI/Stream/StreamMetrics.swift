import Metrics

/// What is counted about live streams.
struct StreamMetrics: Sendable {
  private let clients: Meter
  private let events: Counter
  private let dropped: Counter

  init(factory: any MetricsFactory) {
    clients = Meter(label: "fanfare_stream_clients", factory: factory)
    events = Counter(label: "fanfare_stream_events_total", factory: factory)
    dropped = Counter(label: "fanfare_stream_dropped_total", factory: factory)
    // A page that shows them from the start can be told from one that knows nothing of them.
    clients.set(0)
    events.increment(by: 0)
    dropped.increment(by: 0)
  }

  func changeClients(by difference: Int) { clients.increment(by: Double(difference)) }
  func sent(_ count: Int) { events.increment(by: count) }
  func droppedOne() { dropped.increment() }

  static let help = [
    "fanfare_stream_clients": "Clients that follow the events live.",
    "fanfare_stream_events_total": "Events sent to clients that follow live.",
    "fanfare_stream_dropped_total": "Live streams cut off because their client took nothing for too long.",
  ]
}
