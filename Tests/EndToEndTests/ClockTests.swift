import Fanfare
import Foundation
import ServiceFixture
import Testing

/// The wall clock is set by hours while the service runs.
@Suite struct ClockTests {
  private static let hours: Int64 = 3 * 3_600

  private func event(_ id: String) -> String {
    #"{"id":"\#(id)","type":"ADD_BUILD","inventory_project":"shop","data":{}}"#
  }

  /// Starts a service under a clock that can be set, whose receiver refuses the first attempt of each event called `again-…`.
  private func withService(
    schedule: String, _ body: @escaping @Sendable (SteppedClock, Receiver, ServiceProcess, Client) async throws -> Void
  ) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-clock-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let clock = try SteppedClock(in: directory)
    let receiver = Receiver { arrival, earlier in (arrival.event.hasPrefix("again") && earlier == 0 ? 500 : 204, "") }
    try await receiver.serving { url in
      let service = try await ServiceProcess.start(
        in: directory, settings: ["delivery.retrySchedule": schedule], environment: clock.environment)
      let client = Client(url: service.url, token: try service.token)
      let subscribed = try await client.send(
        "PUT", "/api/v1/events/subscriptions/project/shop/", body: #"[{"id":"hook","type":"webhook","url":"\#(url)/"}]"#)
      try #require(subscribed.status == 200, "\(subscribed.text)")
      try await body(clock, receiver, service, client)
      #expect(await service.stop() == 0)
    }
  }

  private func publish(_ id: String, _ client: Client, _ service: ServiceProcess) async throws {
    let answer = try await client.send("POST", "/internal/create-event", body: event(id), base: service.internalURL)
    try #require(answer.status == 200, "\(answer.text)")
  }

  @Test(arguments: [-hours, hours]) func `a retry that is due in seconds comes in seconds, and fresh events at once`(step: Int64)
    async throws
  {
    try await withService(schedule: "2s,2s,2s") { clock, receiver, service, client in
      try await publish("again-0", client, service)
      await receiver.wait(forArrivals: 1)
      try clock.set(to: step)
      await receiver.wait { $0.count { $0.event == "again-0" } == 2 }
      try await publish("again-1", client, service)
      await receiver.wait { $0.count { $0.event == "again-1" } == 2 }
      try clock.set(to: 0)
      try await publish("again-2", client, service)
      await receiver.wait { $0.count { $0.event == "again-2" } == 2 }
      // The wall clock was really another one: signatures are of it.
      let times = receiver.arrivals.compactMap { Int64($0.headers["webhook-timestamp"] ?? "") }
      let first = try #require(times.first)
      #expect(times.contains { abs($0 - first - step) < 1_800 })
      try await poll { try await client.metric("fanfare_deliveries_due") == 0 }
      #expect(try await Set(client.allEventIDs()) == ["again-0", "again-1", "again-2"])
    }
  }

  @Test func `what is due in an hour does not come when the clock is set forward by three`() async throws {
    try await withService(schedule: "1h,1s") { clock, receiver, service, client in
      try await publish("again-0", client, service)
      await receiver.wait(forArrivals: 1)
      try clock.set(to: Self.hours)
      // Enough to have the table looked at, and the schedule with it.
      for index in 0..<20 {
        try await publish("other-\(index)", client, service)
        await receiver.wait { $0.contains { $0.event == "other-\(index)" } }
      }
      // The last of them may not be recorded yet.
      try await poll { try await client.metric("fanfare_deliveries_due") == 0 }
      #expect(receiver.arrivals.count { $0.event == "again-0" } == 1)
    }
  }
}
