import Fanfare
import Metrics
import Synchronization

/// What the dispatcher shows of itself.
final class DispatchGauges: Sendable {
  private let inFlight = Gauge(label: "fanfare_deliveries_in_flight")
  private let waiting = Gauge(label: "fanfare_deliveries_in_memory")
  private let failing = Gauge(label: "fanfare_endpoints_open")
  private let succeeded = Counter(label: "fanfare_delivery_attempts_total", dimensions: [("outcome", "succeeded")])
  private let retried = Counter(label: "fanfare_delivery_attempts_total", dimensions: [("outcome", "retried")])
  private let dead = Counter(label: "fanfare_delivery_attempts_total", dimensions: [("outcome", "dead")])
  private let current = Atomic<Int>(0)

  var attemptsInFlight: Int { current.load(ordering: .relaxed) }

  func set(inFlight: Int, waiting: Int, openBreakers: Int) {
    self.inFlight.record(inFlight)
    self.waiting.record(waiting)
    failing.record(openBreakers)
    current.store(inFlight, ordering: .relaxed)
  }

  func count(_ record: AttemptRecord) {
    switch record.verdict.state {
    case .succeeded: succeeded.increment()
    case .scheduled, .cancelled: retried.increment()
    case .dead: dead.increment()
    }
  }
}
