import Fanfare
import HTTPDelivery
import NIOCore
import Testing

/// The guard judges what names resolve to, by the real resolver.
@Suite(.timeLimit(.minutes(20)), .enabled(if: HostsFile.isPossible, "a hosts file of one's own needs the right to mount"))
struct ResolvedNameTests {
  /// Runs `body` with a sender whose names resolve as `hosts` says, and that asks anew for each connection.
  private func withSender(_ hosts: HostsFile, allowing networks: [String], body: (HTTPSender) async throws -> Void) async throws {
    try await HTTPDeliveryTests.withSender(on: hosts) {
      $0.allowNetworks = try networks.map { try CIDR(parsing: $0) }
      $0.nameCacheTime = .zero
    } body: { sender in
      try await body(sender)
    }
  }

  @Test(arguments: [
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "169.254.169.254", "224.0.0.1", "::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "fe80::1", "fd00::1",
  ])
  func `a name that resolves to a special address is refused, and nothing is connected`(address: String) async throws {
    let receiver = try await Receiver()
    let hosts = try HostsFile(["\(address) hooks.fanfare.test"])
    defer { hosts.end() }
    try await withSender(hosts, allowing: []) { sender async throws in
      let failure = try await sender.attempt(sampleTask(to: "http://hooks.fanfare.test:\(receiver.port)/hook")).outcome.failure
      #expect(failure?.kind == .addressRefused, "\(failure?.detail ?? "it was connected")")
    }
    #expect(receiver.connections == 0)
    try await receiver.close()
  }

  @Test func `of a name's addresses only those that are allowed are tried`() async throws {
    let receiver = try await Receiver()
    let hosts = try HostsFile(["10.9.9.9 hooks.fanfare.test", "127.0.0.1 hooks.fanfare.test"])
    defer { hosts.end() }
    try await withSender(hosts, allowing: ["127.0.0.1/32"]) { sender async throws in
      #expect(try await sender.attempt(sampleTask(to: "http://hooks.fanfare.test:\(receiver.port)/hook")).outcome.status == 204)
    }
    #expect(receiver.connections == 1)
    try await receiver.close()
  }

  @Test func `a name that changes its mind is judged at each new connection, and a kept one is kept`() async throws {
    let receiver = try await Receiver { request in
      Receiver.Answer(status: 200, headers: request.path == "/last" ? [("connection", "close")] : [])
    }
    let hosts = try HostsFile(["127.0.0.1 hooks.fanfare.test"])
    defer { hosts.end() }
    let url = "http://hooks.fanfare.test:\(receiver.port)"
    try await withSender(hosts, allowing: ["127.0.0.1/32"]) { sender async throws in
      #expect(try await sender.attempt(sampleTask(1, to: url + "/first")).outcome.status == 200)
      try hosts.write(["127.0.0.2 hooks.fanfare.test"])
      #expect(try await sender.attempt(sampleTask(2, to: url + "/last")).outcome.status == 200)
      #expect(receiver.connections == 1)
      let failure = try #require(try await sender.attempt(sampleTask(3, to: url + "/first")).outcome.failure)
      #expect(failure.kind == .addressRefused)
      #expect(failure.detail.hasPrefix("127.0.0.2 is a loopback address"))
      try hosts.write(["127.0.0.1 hooks.fanfare.test"])
      #expect(try await sender.attempt(sampleTask(4, to: url + "/first")).outcome.status == 200)
    }
    #expect(receiver.connections == 2)
    #expect(receiver.requests.map(\.path) == ["/first", "/last", "/first"])
    try await receiver.close()
  }

  @Test func `a name that comes and goes is found when it is there, and is no other failure when it is not`() async throws {
    let receiver = try await Receiver { _ in Receiver.Answer(status: 200, headers: [("connection", "close")]) }
    let hosts = try HostsFile([])
    defer { hosts.end() }
    let url = "http://flapping.fanfare.test:\(receiver.port)/"
    try await withSender(hosts, allowing: ["127.0.0.1/32"]) { sender async throws in
      for round in 0..<6 {
        let lines = [["127.0.0.1 flapping.fanfare.test"], [], ["169.254.169.254 flapping.fanfare.test"]][round % 3]
        try hosts.write(lines)
        let outcome = try await sender.attempt(sampleTask(UInt64(round), to: url)).outcome
        switch round % 3 {
        case 0: #expect(outcome.status == 200, "\(outcome)")
        case 1: #expect(outcome.failure?.kind == .nameNotResolved, "\(outcome)")
        default: #expect(outcome.failure?.kind == .addressRefused, "\(outcome)")
        }
      }
    }
    #expect(receiver.connections == 2)
    try await receiver.close()
  }
}
