import Fanfare
import Foundation
import ServiceFixture
import Synchronization
import Testing

/// Replays under force: whatever dies, each delivery is made once.
@Suite(.serialized, .timeLimit(.minutes(20))) struct ReplayTests {
  /// `FANFARE_TEST_REPLAYED=200000 FANFARE_TEST_KILLS=20` makes it as large as the issue has it.
  private static let events = setting("FANFARE_TEST_REPLAYED", default: 6_000) / 2
  private static let kills = setting("FANFARE_TEST_KILLS", default: 5)

  private static func setting(_ name: String, default: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? `default`
  }

  @Test func `killed again and again in the middle of a replay, each delivery is made once more and none twice`() async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-replay-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let receiver = ReplayReceiver()
    try await receiver.receiver.serving { receiverURL in
      let service = Mutex(try await ServiceProcess.start(in: directory, settings: [:]))
      func client() throws -> Client { Client(url: service.withLock { $0.url }, token: try service.withLock { $0 }.token) }
      let hooks = ["a", "b"].map { #"{"id":"\#($0)","type":"webhook","url":"\#(receiverURL)/\#($0)"}"# }
      let put = try await client().send("PUT", "/api/v1/events/subscriptions/project/shop/", body: "[\(hooks.joined(separator: ","))]")
      try #require(put.status == 200)
      for start in stride(from: 0, to: Self.events, by: 1_000) {
        let batch = (start..<min(start + 1_000, Self.events)).map {
          #"{"id":"e-\#($0)","type":"ADD_BUILD","timestamp":"2021-10-15T15:07:39Z","state_project":"shop"}"#
        }
        let created = try await client().send(
          "POST", "/internal/create-event", body: "[\(batch.joined(separator: ","))]", base: service.withLock { $0.internalURL })
        try #require(created.status == 200)
      }
      let expected = Set((0..<Self.events).flatMap { ["/a e-\($0)", "/b e-\($0)"] })
      await receiver.wait { $0.originals.count == expected.count }

      let order = #"{"project":"shop","since":"2021-10-15T00:00:00Z","until":"2021-10-16T00:00:00Z"}"#
      let preview = try await client().send(
        "POST", "/api/v1/events/replays", body: order.replacing("}", with: #","preview":true}"#))
      #expect(preview.text == #"{"matched":\#(expected.count)}"#)
      let made = try await client().send("POST", "/api/v1/events/replays", body: order)
      let replay = try #require(made.json["id"]?.stringValue)
      for kill in 1...Self.kills {
        let target = expected.count * kill / (Self.kills + 1)
        await receiver.wait { $0.replayed.count >= target }
        await service.withLock { $0 }.kill()
        let next = try await ServiceProcess.start(in: directory, settings: [:])
        service.withLock { $0 = next }
      }
      try await poll {
        let json = try await client().get("/api/v1/events/replays/\(replay)").json
        return json["state"] == "done" && json["pending"] == 0
      }
      let figures = try await client().get("/api/v1/events/replays/\(replay)").json
      #expect(figures["matched"] == .integer(expected.count))
      #expect(figures["done"] == .integer(expected.count))
      #expect(figures["succeeded"] == .integer(expected.count))
      let arrived = receiver.arrived
      #expect(Set(arrived.replayed.keys) == expected)
      // One delivery for each pair, however often its attempt was repeated, and the first ones were not made again.
      #expect(arrived.replayed.values.allSatisfy { $0.count == 1 })
      #expect(arrived.replayed.allSatisfy { pair, deliveries in deliveries.first?.original == arrived.originals[pair] })
      #expect(Set(arrived.replayed.values.flatMap { $0.map(\.id) }).isDisjoint(with: arrived.originals.values))
      print("killed \(Self.kills) times: \(expected.count) deliveries replayed, \(arrived.repeated) attempts repeated")
      #expect(await service.withLock { $0 }.stop() == 0)
    }
  }

  @Test func `the command previews, makes, follows and shows a replay`() async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-replay-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let receiver = ReplayReceiver()
    try await receiver.receiver.serving { receiverURL in
      let service = try await ServiceProcess.start(in: directory, settings: [:])
      let client = Client(url: service.url, token: try service.token)
      _ = try await client.send(
        "PUT", "/api/v1/events/subscriptions/project/shop/", body: #"[{"id":"hook","type":"webhook","url":"\#(receiverURL)/a"}]"#)
      _ = try await client.send(
        "POST", "/internal/create-event", body: #"[{"id":"1","type":"ADD_BUILD","state_project":"shop"}]"#, base: service.internalURL)
      await receiver.wait { $0.originals.count == 1 }
      func run(_ arguments: String...) async throws -> (lines: [String], code: Int32) {
        let command = try CommandProcess(["replay"] + arguments, of: service)
        let code = await command.exited()
        return (await command.lines(.max), code)
      }
      let order = ["--project", "shop", "--since", "1h"]
      #expect(try await run(order[0], order[1], order[2], order[3], "--preview").lines == ["This makes 1 delivery."])
      let made = try await run(order[0], order[1], order[2], order[3], "--wait", "--json")
      #expect(made.code == 0)
      let replay = try JSONValue(parsing: Array(made.lines.joined().utf8))
      #expect(replay["state"] == "done" && replay["succeeded"] == 1)
      #expect(receiver.arrived.replayed["/a 1"]?.count == 1)
      let id = try #require(replay["id"]?.stringValue)
      #expect(try await run("list", "--project", "shop").lines.last?.hasSuffix(id) == true)
      #expect(try await run("show", id).lines.last?.contains("done") == true)
      #expect(try await run("cancel", id).code == 1)
      #expect(try await run("--project", "shop").code == 64)
      #expect(await service.stop() == 0)
    }
  }
}

/// Keeps what it was sent apart: the first time, and as a replay.
private final class ReplayReceiver: Sendable {
  struct Arrived {
    /// The delivery of each `path event`.
    var originals: [String: String] = [:]
    /// The deliveries that replays made of each.
    var replayed: [String: Set<Replayed>] = [:]
    var repeated = 0
  }

  struct Replayed: Hashable {
    let id: String
    let original: String?
  }

  let receiver: Receiver
  private let state: Arrivals

  private final class Arrivals: Sendable {
    struct State {
      var arrived = Arrived()
      var waiters: [(isMet: @Sendable (Arrived) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    let state = Mutex(State())
  }

  init() {
    let arrivals = Arrivals()
    state = arrivals
    receiver = Receiver { arrival, _ in
      let met = arrivals.state.withLock { state -> [CheckedContinuation<Void, Never>] in
        let pair = "\(arrival.path) \(arrival.event)"
        if let original = arrival.headers["x-event-replay-of"] {
          let replayed = Replayed(id: arrival.delivery, original: original)
          if !state.arrived.replayed[pair, default: []].insert(replayed).inserted { state.arrived.repeated += 1 }
        } else {
          state.arrived.originals[pair] = arrival.delivery
        }
        var met: [CheckedContinuation<Void, Never>] = []
        let arrived = state.arrived
        state.waiters.removeAll { waiter in
          guard waiter.isMet(arrived) else { return false }
          met.append(waiter.continuation)
          return true
        }
        return met
      }
      for continuation in met { continuation.resume() }
      return (204, "")
    }
  }

  var arrived: Arrived { state.state.withLock { $0.arrived } }

  func wait(until isMet: @escaping @Sendable (Arrived) -> Bool) async {
    await withCheckedContinuation { continuation in
      let isMetNow = state.state.withLock { state in
        if isMet(state.arrived) { return true }
        state.waiters.append((isMet, continuation))
        return false
      }
      if isMetNow { continuation.resume() }
    }
  }
}
