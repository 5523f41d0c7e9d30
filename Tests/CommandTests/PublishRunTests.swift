import AMQPSource
import BrokerFixture
import Fanfare
import Testing
import Threading

@testable import fanfare

@Suite struct PublishRunTests {
  /// An exchange and a queue of a test's own.
  private struct Ground {
    let broker: PrivateBroker
    let name = PrivateBroker.uniqueName("publish")

    var configuration: AMQPConfiguration {
      get throws {
        var configuration = AMQPConfiguration(urls: [try AMQPURL(parsing: broker.url)])
        configuration.exchanges = [name]
        configuration.queue = name
        configuration.deadLetters = "\(name).dead"
        return configuration
      }
    }
  }

  /// Publishes a file's lines to a real broker.
  private func publish(
    _ text: String, to ground: Ground, exchange: String? = nil, isRaw: Bool = false, rate: Int? = nil
  ) async throws -> PublishSummary {
    let directory = try TestDirectory()
    let lines = try LineReader(path: try directory.write(text, to: "events"))
    let address = PublishAddress(exchange: exchange, exchanges: [ground.name], isRaw: isRaw)
    var run = PublishRun(lines: lines, address: address, rate: rate, progress: ProgressLine(total: nil, isShown: false))
    return try await withPublisher(ground.configuration, ground: .topology) { try await run.publish(through: $0) }
  }

  private func withGround(_ body: (Ground) async throws -> Void) async throws {
    let ground = Ground(broker: try await PrivateBroker.shared)
    try await body(ground)
    _ = try await ground.broker.control("delete_queue", ground.name)
    _ = try await ground.broker.control("delete_queue", "\(ground.name).dead")
  }

  /// Takes as many messages as are expected out of the queue, in its order.
  private func take(_ count: Int, from ground: Ground) async throws -> [String] {
    let consumer = try AMQPConsumer(ground.configuration, logger: .silent)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await consumer.run() }
      defer { group.cancelAll() }
      var bodies: [String] = []
      for await batch in consumer.batches {
        bodies += batch.map { String(decoding: $0.body, as: UTF8.self) }
        if bodies.count >= count { break }
        // The broker hands out no more than the prefetch before the first ones are settled.
        if let last = batch.last { consumer.acknowledge(upTo: last.token) }
      }
      return bodies
    }
  }

  @Test func `every line is confirmed, and the queue has them all`() async throws {
    try await withGround { ground in
      let lines = (1...2500).map { "{\"id\":\"e-\($0)\",\"type\":\"ADD_BUILD\"}" }
      let summary = try await publish(lines.joined(separator: "\n"), to: ground)
      #expect(summary.isComplete)
      #expect(summary.confirmed == 2500)
      let taken = try await take(2500, from: ground)
      #expect(taken == lines)
      #expect(summary.text.hasPrefix("2500 of 2500 lines confirmed in "))
    }
  }

  @Test func `a line that is not JSON is named and not sent, and the others are`() async throws {
    try await withGround { ground in
      let summary = try await publish("{\"type\":\"A\"}\nnonsense\n{\"type\":\"B\"}\n", to: ground)
      #expect(!summary.isComplete)
      #expect(summary.confirmed == 2)
      #expect(summary.unsent == 1)
      let raw = try await publish("nonsense\n", to: ground, isRaw: true)
      #expect(raw.isComplete)
      let taken = try await take(3, from: ground)
      #expect(taken == ["{\"type\":\"A\"}", "{\"type\":\"B\"}", "nonsense"])
    }
  }

  @Test func `what no queue takes is returned, and what goes to no exchange is not taken`() async throws {
    try await withGround { ground in
      // The default exchange takes a message to the queue that its key names.
      let returned = try await publish("{\"type\":\"NO_SUCH_QUEUE\"}", to: ground, exchange: "")
      #expect(returned.returned == 1)
      #expect(!returned.isComplete)
      let refused = try await publish("{\"type\":\"A\"}", to: ground, exchange: "no.such.exchange")
      #expect(refused.confirmed == 0)
      #expect(!refused.isComplete)
    }
  }

  @Test func `a rate is kept`() async throws {
    try await withGround { ground in
      let text = String(repeating: "{\"type\":\"A\"}\n", count: 40)
      let summary = try await publish(text, to: ground, rate: 100)
      #expect(summary.isComplete)
      #expect(summary.duration >= .milliseconds(300))
    }
  }

  @Test func `a broker that is not there is an error at once`() async throws {
    let port = try FreePorts.take(1)[0]
    let directory = try TestDirectory()
    let file = try directory.write("{\"type\":\"A\"}", to: "events")
    let configuration = AMQPConfiguration(urls: [try AMQPURL(parsing: "amqp://127.0.0.1:\(port)")])
    await #expect(throws: AMQPError.self) {
      var run = PublishRun(
        lines: try LineReader(path: file), address: PublishAddress(exchanges: ["x"]), rate: nil,
        progress: ProgressLine(total: nil, isShown: false))
      _ = try await withPublisher(configuration) { try await run.publish(through: $0) }
    }
  }
}
