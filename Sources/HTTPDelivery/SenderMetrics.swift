internal import Fanfare
internal import Metrics

/// What the sender measures.
struct SenderMetrics: Sendable {
  /// By what came of it: a class of status, or a kind of failure. A closed vocabulary.
  private let byStatus: [Timer]
  private let byFailure: [TransportFailure.Kind: Timer]
  private let opened: Counter
  private let inFlight: Gauge

  init(factory: any MetricsFactory) {
    func timer(_ outcome: String) -> Timer {
      Timer(label: "fanfare_http_attempt_seconds", dimensions: [("outcome", outcome)], factory: factory)
    }
    byStatus = ["1xx", "2xx", "3xx", "4xx", "5xx", "other"].map(timer)
    byFailure = Dictionary(uniqueKeysWithValues: TransportFailure.Kind.allCases.map { ($0, timer($0.rawValue)) })
    opened = Counter(label: "fanfare_http_connections_opened_total", factory: factory)
    inFlight = Gauge(label: "fanfare_http_in_flight", factory: factory)
  }

  func attemptEnded(_ result: AttemptResult) {
    let nanoseconds = result.duration.wholeNanoseconds
    switch result.outcome {
    case .response(let status, _, _): byStatus[(100..<600).contains(status) ? status / 100 - 1 : 5].recordNanoseconds(nanoseconds)
    case .failure(let failure): byFailure[failure.kind]?.recordNanoseconds(nanoseconds)
    }
  }

  func connectionsOpened(_ count: Int) {
    if count > 0 { opened.increment(by: count) }
  }

  func inFlight(_ count: Int) { inFlight.record(count) }
}
