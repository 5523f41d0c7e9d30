import Metrics

/// What the consumer counts. Made with the consumer, so that a metrics factory of the making task is used.
struct ConsumerMetrics: Sendable {
  let messages = Counter(label: "fanfare_amqp_messages_total")
  let acknowledged = Counter(label: "fanfare_amqp_acknowledged_total")
  let unacknowledged = Gauge(label: "fanfare_amqp_unacknowledged")

  init() {
    messages.increment(by: 0)
    acknowledged.increment(by: 0)
    unacknowledged.record(0)
  }
}
