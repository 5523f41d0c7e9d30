import Fanfare
import Hummingbird
import Metrics
import Synchronization

/// Counts and times requests by route. Handlers of the metrics backend are looked up once for each combination and then kept.
final class HTTPMetrics: Sendable {
  private struct Key: Hashable {
    var route: String
    var method: String
    var status: Int
  }

  private struct Kept {
    var counters: [Key: Counter] = [:]
    var timers: [String: Timer] = [:]
  }

  private let factory: any MetricsFactory
  private let kept = Mutex(Kept())

  init(factory: any MetricsFactory) {
    self.factory = factory
  }

  func record(route: String, method: HTTPRequest.Method, status: Int, duration: Duration) {
    let key = Key(route: route, method: Self.label(of: method), status: status)
    let (counter, timer) = kept.withLock { kept in
      let counter = kept.counters[key] ?? makeCounter(key)
      let timer =
        kept.timers[route] ?? Timer(label: "fanfare_http_request_seconds", dimensions: [("route", route)], factory: factory)
      kept.counters[key] = counter
      kept.timers[route] = timer
      return (counter, timer)
    }
    counter.increment()
    timer.recordNanoseconds(duration.wholeNanoseconds)
  }

  private func makeCounter(_ key: Key) -> Counter {
    Counter(
      label: "fanfare_http_requests_total",
      dimensions: [("route", key.route), ("method", key.method), ("status", String(key.status))], factory: factory)
  }

  /// Clients may make up methods; a label's vocabulary has to be bounded.
  private static func label(of method: HTTPRequest.Method) -> String {
    switch method {
    case .get, .head, .post, .put, .delete, .patch, .options: method.rawValue
    default: "other"
    }
  }
}

extension HTTPMetrics {
  static let help = [
    "fanfare_http_requests_total": "HTTP requests answered, by route, method and status.",
    "fanfare_http_request_seconds": "Time from a request's head to its answer, by route.",
  ]
}
