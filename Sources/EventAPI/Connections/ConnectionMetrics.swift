import Metrics

/// Counts a listener's connections, and those that it turns away.
final class ConnectionMetrics: Sendable {
  private let open: Meter
  private let refused: [Refusal: Counter]

  /// - Parameter listener: `public` or `internal`.
  init(listener: String, factory: any MetricsFactory) {
    open = Meter(label: "fanfare_http_connections", dimensions: [("listener", listener)], factory: factory)
    open.set(0)
    refused = Dictionary(
      uniqueKeysWithValues: Refusal.allCases.map { refusal in
        let dimensions = [("listener", listener), ("reason", refusal.rawValue)]
        return (refusal, Counter(label: "fanfare_http_refused_total", dimensions: dimensions, factory: factory))
      })
  }

  func connectionOpened() { open.increment() }
  func connectionClosed() { open.decrement() }
  func refused(_ refusal: Refusal) { refused[refusal]?.increment() }

  static let help = [
    "fanfare_http_connections": "Open connections, by listener.",
    "fanfare_http_refused_total": "Connections and requests that were turned away before a route saw them, by listener and reason.",
  ]
}
