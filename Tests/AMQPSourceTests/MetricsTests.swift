import AMQPSource
import BrokerFixture
import Fanfare
import Metrics
import MetricsTestKit
import Testing
import Threading

@Suite(.timeLimit(.minutes(20))) struct MetricsTests {
  @Test func `what arrives, what is acknowledged and what is open is counted`() async throws {
    let world = try await World()
    let metrics = TestMetrics()
    let (consumer, publisher) = try withMetricsFactory(metrics) {
      (try world.consumer { $0.stopTimeout = .milliseconds(100) }, try world.publisher())
    }
    @Sendable func gauge(_ label: String, _ connection: String) throws -> Double? {
      try metrics.expectGauge(label, [("connection", connection)]).lastValue
    }
    #expect(try gauge("fanfare_amqp_connected", "consumer") == 0)
    try await withServices(consumer, publisher) {
      _ = try await publisher.publish(world.messages(30))
      let messages = await consumer.take(30)
      #expect(try gauge("fanfare_amqp_connected", "consumer") == 1)
      #expect(try gauge("fanfare_amqp_connected", "publisher") == 1)
      #expect(try metrics.expectCounter("fanfare_amqp_messages_total").totalValue == 30)
      consumer.acknowledge(upTo: messages[19].token)
    }
    #expect(try metrics.expectCounter("fanfare_amqp_acknowledged_total").totalValue == 20)
    #expect(try metrics.expectGauge("fanfare_amqp_unacknowledged").lastValue == 10)
    #expect(try metrics.expectCounter("fanfare_amqp_reconnects_total", [("connection", "consumer")]).totalValue == 0)
    #expect(try gauge("fanfare_amqp_connected", "consumer") == 0)
    #expect(try gauge("fanfare_amqp_blocked", "publisher") == 0)
    try world.remove()
  }
}
