import BrokerFixture
import Fanfare
import Foundation
import ServiceFixture
import Testing

/// What the service holds of the system, over connections that come and go. Memory of the C libraries is for the address sanitizer to count
/// (`deploy/test --sanitize address`).
@Suite(.timeLimit(.minutes(20))) struct HandleTests {
  /// Whatever one round leaves behind is there this often at the end. Each waits longer for the broker than the one before.
  private static let rounds = 6

  @Test func `connections that are lost and made again leave no descriptors and no threads behind`() async throws {
    try await World.with { world in
      let hostile = try await HostileReceiver()
      let receiver = Receiver()
      try await receiver.serving { url in
        let service = try await world.start(["delivery.retrySchedule": "100ms"])
        let client = try world.client(of: service)
        let document = """
          [{"id":"good","type":"webhook","url":"\(url)/"},{"id":"reset","type":"webhook","url":"\(hostile.url)/reset"},
          {"id":"endless","type":"webhook","url":"\(hostile.url)/endlessBody"}]
          """
        try #require(try await client.send("PUT", "/api/v1/events/subscriptions/project/shop/", body: document).status == 200)
        // What is made once is made in the first two.
        for round in 0..<2 { try await lose(round, world, service, receiver) }
        let before = try held(by: service)
        for round in 2..<2 + Self.rounds { try await lose(round, world, service, receiver) }
        // A pool of readers, of threads or of connections may be fuller than it was; nothing has grown with the rounds.
        try await poll { try held(by: service).allSatisfy { kind, count in count < before[kind, default: 0] + Self.rounds } }
        #expect(await service.stop() == 0)
      }
      try await hostile.close()
    }
  }

  /// Every connection of the service is lost once: to the broker, to receivers, and that of somebody who follows the events.
  private func lose(_ round: Int, _ world: World, _ service: ServiceProcess, _ receiver: Receiver) async throws {
    let client = try world.client(of: service)
    let tail = try CommandProcess(["tail", "--json", "--since", "1h", "--project", "shop"], of: service)
    try await world.broker.control("close_all_connections", "--vhost", world.host ?? "/", "for a test")
    // Through the broker: it arrives over the next connection.
    try await world.publishing { try await $0.send([#"{"id":"e-\#(round)","type":"ADD_BUILD","state_project":"shop"}"#]) }
    await receiver.wait(forArrivals: round + 1)
    #expect(await tail.lines(1).count >= 1)
    tail.signal(SIGKILL)
    _ = await tail.exited()
    for name in ["good", "reset", "endless"] {
      _ = try await client.send("POST", "/api/v1/events/subscriptions/project/shop/\(name)/ping")
    }
    try await poll { try await client.get("/api/v1/events/deliveries/?state=scheduled&size=1").json["elements"] == [] }
  }

  /// How many threads and descriptors there are, by what they are of: a socket, an `anon_inode:[eventfd]`, a file.
  private func held(by service: ServiceProcess) throws -> [String: Int] {
    let process = "/proc/\(service.processIdentifier)"
    let files = FileManager.default
    var held = ["thread": try files.contentsOfDirectory(atPath: process + "/task").count]
    for descriptor in try files.contentsOfDirectory(atPath: process + "/fd") {
      // One that was closed meanwhile is none.
      guard let target = try? files.destinationOfSymbolicLink(atPath: "\(process)/fd/\(descriptor)") else { continue }
      held[target.hasPrefix("socket:") ? "socket" : target, default: 0] += 1
    }
    return held
  }
}
