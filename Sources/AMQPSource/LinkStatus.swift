import Fanfare
import Logging
import Metrics
import Synchronization

/// How one of our connections is, for health, log and metrics. Written by the thread that owns the connection, read by anybody.
final class LinkStatus: Sendable {
  enum State: Sendable, Hashable {
    case notStarted
    case connecting
    case connected(AMQPURL)
    /// Connected, and the broker takes nothing at the moment; with its reason.
    case blocked(AMQPURL, reason: String)
    case failed(AMQPError)
    case stopped
  }

  private struct Record {
    var state = State.notStarted
    var hasConnectedBefore = false
    /// What was logged last, so that a broker that is down for an hour is one line.
    var logged: AMQPError?
  }

  private let record = Mutex(Record())
  private let part: String
  private let logger: Logger
  private let connected: Gauge
  private let blocked: Gauge
  private let reconnects: Counter

  /// - Parameter part: as health calls it.
  init(part: String, connection: String, logger: Logger) {
    self.part = part
    self.logger = logger
    let dimensions = [("connection", connection)]
    connected = Gauge(label: "fanfare_amqp_connected", dimensions: dimensions)
    blocked = Gauge(label: "fanfare_amqp_blocked", dimensions: dimensions)
    reconnects = Counter(label: "fanfare_amqp_reconnects_total", dimensions: dimensions)
    connected.record(0)
    blocked.record(0)
    reconnects.increment(by: 0)
  }

  var state: State { record.withLock { $0.state } }

  /// Why nothing can be done with the broker now; nil if something can, or if the first attempt is still under way.
  var failure: AMQPError? {
    if case .failed(let error) = state { error } else { nil }
  }

  var health: Health {
    switch state {
    case .notStarted: Health(part: part, isReady: false, reason: "not started")
    case .connecting: Health(part: part, isReady: false, reason: "connecting")
    case .connected(let url): Health(part: part, isReady: true, reason: "connected to \(url)")
    case .blocked(let url, let reason):
      Health(part: part, isReady: false, reason: "the broker at \(url) takes no messages at the moment: \(reason)")
    case .failed(let error): Health(part: part, isReady: false, reason: error.description)
    case .stopped: Health(part: part, isReady: false, reason: "stopped")
    }
  }

  func started() { record.withLock { $0.state = .connecting } }

  func connected(to url: AMQPURL) {
    let isReconnect = record.withLock { record in
      record.state = .connected(url)
      record.logged = nil
      defer { record.hasConnectedBefore = true }
      return record.hasConnectedBefore
    }
    connected.record(1)
    if isReconnect { reconnects.increment() }
    logger.info("Connected to the broker", metadata: ["url": "\(url)"])
  }

  func blocked(by url: AMQPURL, reason: String) {
    record.withLock { $0.state = .blocked(url, reason: reason) }
    blocked.record(1)
    logger.warning("The broker takes no messages at the moment", metadata: ["url": "\(url)", "reason": "\(reason)"])
  }

  func unblocked(by url: AMQPURL) {
    record.withLock { $0.state = .connected(url) }
    blocked.record(0)
    logger.info("The broker takes messages again", metadata: ["url": "\(url)"])
  }

  func failed(_ error: AMQPError, retryIn delay: Duration) {
    let isNews = record.withLock { record in
      record.state = .failed(error)
      defer { record.logged = error }
      return record.logged != error
    }
    connected.record(0)
    blocked.record(0)
    let metadata: Logger.Metadata = [
      "code": "\(error.code.rawValue)", "native_code": "\(error.nativeCode)", "reason": "\(error.description)", "retry_in": "\(delay)",
    ]
    if isNews {
      logger.warning("No connection to the broker, trying again", metadata: metadata)
    } else {
      logger.debug("Still no connection to the broker, trying again", metadata: metadata)
    }
  }

  func stopped() {
    record.withLock { $0.state = .stopped }
    connected.record(0)
    blocked.record(0)
    logger.info("The connection to the broker has been closed")
  }
}
