import Foundation
import ServiceFixture
import Testing

/// A test message from the command line, to the command line's own receiver.
@Suite struct PingTests {
  @Test func `ping sends what listen verifies, and says what cannot be delivered to`() async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-ping-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let service = try await ServiceProcess.start(in: directory, settings: [:])
    let client = Client(url: service.url, token: try service.token)
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAAAAAAAAAAA="
    let listener = try CommandProcess(["listen", "--port", "0", "--secret", secret, "--json", "--count", "1"], of: service)
    try #require(await listener.says("Ctrl-C"))
    let receiver = try #require(listener.notes.split(separator: " ").first { $0.hasPrefix("http://") }?.dropLast())

    let document = #"[{"id":"hook","type":"webhook","url":"\#(receiver)/hook","secret":"\#(secret)","disabled":true}]"#
    let set = try await client.send("PUT", "/api/v1/events/subscriptions/project/shop", body: document)
    try #require(set.status == 200, "\(set.text)")
    let environment = ["FANFARE_URL": service.url, "FANFARE_TOKEN": try service.token]
    let ping = try await CommandRun.fanfare(["subscriptions", "ping", "shop", "hook"], environment: environment)
    #expect(ping.status == 0, "\(ping.errors)")
    #expect(ping.output.contains("> POST \(receiver)/hook\n"))
    #expect(ping.output.contains("\nDelivered after "))
    #expect(!ping.output.contains(secret))
    let arrived = try #require(await listener.lines(1).first)
    #expect(arrived.contains(#""event_type":"PING""#), "\(arrived)")
    #expect(arrived.contains(#""signature":"good""#), "\(arrived)")
    #expect(await listener.exited() == 0)

    // Nobody listens any more.
    let failed = try await CommandRun.fanfare(["subscriptions", "ping", "shop", "hook"], environment: environment)
    #expect(failed.status == 1)
    #expect(failed.output.contains("Not delivered: not_connected"), "\(failed.output)")

    // An address that the guard refuses is told of before any event was lost on it.
    let guarded = try await client.send(
      "PUT", "/api/v1/events/subscriptions/project/shop", body: #"[{"id":"hook","type":"webhook","url":"http://0xA9FEA9FE/"}]"#)
    #expect(guarded.status == 200)
    let refused = try await CommandRun.fanfare(["subscriptions", "ping", "shop", "hook"], environment: environment)
    #expect(refused.status == 1)
    #expect(refused.output.contains("169.254.169.254"), "\(refused.output)")
    #expect(await service.stop() == 0)
  }
}
