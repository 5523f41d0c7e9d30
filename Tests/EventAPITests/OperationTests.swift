import EventAPI
import Fanfare
import Logging
import Testing

@Suite struct OperationTests {
  @Test func `health says what is wrong`() async throws {
    try await World.run { (world) async throws in
      let ready = #"{"status":"ready","version":"1.2.3","parts":[{"part":"store","ready":true,"reason":"writes take 1 ms"}]}"#
      for target in ["/health", "/health/", "/health/ready"] { #expect(try await world.api.send("GET", target).text == ready) }
      #expect(try await world.door.send("GET", "/health").text == ready)

      world.store.change { $0.health = [Health(part: "store", isReady: false, reason: "the disk is full")] }
      for target in ["/health", "/health/ready"] {
        let answer = try await world.api.send("GET", target)
        #expect(answer.status == 503)
        #expect(try answer.json["status"] == "unready")
        #expect(try answer.json["parts"]?[0]?["reason"] == "the disk is full")
      }
      #expect(try await world.api.send("GET", "/health/live").text == #"{"status":"alive","version":"1.2.3"}"#)
    }
  }

  @Test func `metrics show the store, the process and the requests`() async throws {
    try await World.run { (world) async throws in
      world.store("inventory:p", "inventory:p")
      world.deliver(4)
      for _ in 0..<3 { _ = try await world.get("/api/v1/events/query/inventory/p/") }
      _ = try await world.get("/nowhere")
      _ = try await world.door.send("PROPFIND", "/internal/create-event")
      let answer = try await world.get("/metrics")
      #expect(answer["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      let lines = Set(answer.text.split(separator: "\n").map(String.init))
      for line in [
        "fanfare_store_events 2", "fanfare_deliveries_due 3", "fanfare_delivery_oldest_due_age_seconds 1.5", "fanfare_dead_letters 2",
        "fanfare_quarantined 0", "fanfare_outbox 2", "fanfare_store_wal_bytes 4096", #"fanfare_build_info{version="1.2.3"} 1"#,
        "# TYPE fanfare_store_events gauge", "# TYPE fanfare_http_requests_total counter", "# TYPE fanfare_http_request_seconds histogram",
        #"fanfare_http_requests_total{method="GET",route="/api/v1/events/query/inventory/{project}",status="200"} 3"#,
        #"fanfare_http_requests_total{method="GET",route="unmatched",status="404"} 1"#,
        #"fanfare_http_requests_total{method="other",route="unmatched",status="405"} 1"#,
        #"fanfare_http_request_seconds_count{route="/api/v1/events/query/inventory/{project}"} 3"#,
        #"fanfare_http_request_seconds_bucket{route="/api/v1/events/query/inventory/{project}",le="+Inf"} 3"#,
      ] { #expect(lines.contains(line), "\(line) is missing") }
      let memory = try #require(lines.first { $0.hasPrefix("process_resident_memory_bytes ") }?.split(separator: " ").last)
      #expect(try #require(Int(memory)) > 1_000_000)
      let cpu = try #require(lines.first { $0.hasPrefix("process_cpu_seconds_total ") }?.split(separator: " ").last)
      #expect(try #require(Double(cpu)) > 0)
    }
  }

  @Test func `metrics are there when the store is not`() async throws {
    struct Broken: Error {}
    try await World.run { (world) async throws in
      world.store.change { $0.failure = Broken() }
      let answer = try await world.get("/metrics")
      #expect(answer.status == 200)
      #expect(answer.text.contains("fanfare_build_info") && !answer.text.contains("fanfare_store_events"))
    }
  }

  @Test func `the front page says what this is and needs nothing from outside`() async throws {
    try await World.run { (world) async throws in
      let answer = try await world.api.send("GET", "/")
      #expect(answer["content-type"] == "text/html; charset=utf-8")
      #expect(answer["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
      #expect(answer.text.contains("/api/v1/events/query/") && answer.text.contains("1.2.3"))
      #expect(!answer.text.contains("src=") && !answer.text.contains("http://") && !answer.text.contains("https://"))
    }
  }

  @Test func `a server that cannot have its address says which and why`() async throws {
    try await World.run { (world) async throws in
      let address = ListenAddress(host: "127.0.0.1", port: world.api.port)
      var logger = Logger(label: "test")
      logger.logLevel = .critical
      let ports = APIPorts(
        intake: world.store, events: world.store, subscriptions: world.store, deliveries: world.store, accounts: world.store,
        inspection: world.store, health: [],
        now: { MemoryStore.now }, makeID: { "x" })
      let second = InternalServer(
        configuration: .init(address: address, version: "1"), ports: ports, metrics: PrometheusMetrics(), logger: logger)
      let error = await #expect(throws: ListenError.self) { try await second.run() }
      #expect(error?.address == address)
      #expect(error?.description.hasSuffix(": address already in use") == true)
      await #expect(throws: ListenError.self) { _ = try await second.port }
    }
  }
}
