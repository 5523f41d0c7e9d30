import Fanfare
import Testing

/// One subscription of a set: its secret and its pause.
@Suite struct SubscriptionEntryTests {
  private static let root = "/api/v1/events/subscriptions"

  private static func put(_ world: World, side: String) {
    let scope = SubscriptionScope(side: SubscriptionScope.Side(rawValue: side) ?? .project, project: "p")
    let ended = RetiredSecret(secret: "whsec_ended", endsAt: MemoryStore.now)
    let valid = RetiredSecret(secret: "whsec_valid", endsAt: MemoryStore.now + .seconds(1))
    world.store.change {
      $0.sets[scope] = SubscriptionSet(
        version: 1,
        subscriptions: [
          Subscription(
            scope: scope, id: "a b", kind: .webhook, url: "https://x.example/", secrets: ["whsec_old"], retiredSecrets: [valid, ended])
        ])
    }
  }

  @Test(arguments: ["project", "inventory", "state"])
  func `a rotated secret is shown with those before and their ends, 24 hours from now`(side: String) async throws {
    try await World.run { (world) async throws in
      Self.put(world, side: side)
      let valid = #"{"secret":"whsec_valid","expiration_time":"2023-11-14T22:13:21.000000000Z"}"#
      let before = try await world.get("\(Self.root)/\(side)/p/a%20b/secret")
      #expect(before.text == #"{"secret":"whsec_old","previous":[\#(valid)]}"#)
      let rotated = try await world.send("POST", "\(Self.root)/\(side)/p/a%20b/secret/rotate/", "")
      let old = #"{"secret":"whsec_old","expiration_time":"2023-11-15T22:13:20.000000000Z"}"#
      #expect(rotated.status == 200)
      #expect(rotated.text == #"{"secret":"whsec_made","previous":[\#(old),\#(valid)]}"#)
      #expect(rotated["cache-control"] == "no-store")
      #expect(try await world.get("\(Self.root)/\(side)/p/a%20b/secret/").text == rotated.text)
      #expect(world.nudges.changeCount == 1)
    }
  }

  @Test(arguments: ["project", "inventory", "state"])
  func `a pause and its end answer with the subscription, however often they are asked for`(side: String) async throws {
    try await World.run { (world) async throws in
      Self.put(world, side: side)
      let entry = "\(Self.root)/\(side)/p/a%20b"
      for _ in 1...2 {
        let paused = try await world.send("POST", "\(entry)/pause", "")
        #expect(paused.status == 200)
        #expect(try paused.json["id"] == "a b")
        #expect(try paused.json["paused"] == true)
        #expect(!paused.text.contains("whsec"))
      }
      for _ in 1...2 {
        let resumed = try await world.send("POST", "\(entry)/resume/", "")
        #expect(resumed.status == 200)
        #expect(try resumed.json["paused"] == nil)
      }
      #expect(world.nudges.changeCount == 4)
    }
  }

  @Test func `what is not there is unknown, and what cannot be done is said`() async throws {
    try await World.run { (world) async throws in
      Self.put(world, side: "project")
      for action in ["secret/rotate", "pause", "resume"] {
        for target in ["project/p/none", "project/none/a%20b", "state/p/a%20b"] {
          let answer = try await world.send("POST", "\(Self.root)/\(target)/\(action)", "")
          #expect(answer.status == 404)
          #expect(answer.code == "unknown_subscription")
        }
        let method = try await world.get("\(Self.root)/project/p/a%20b/\(action)")
        #expect(method.status == 405)
        #expect(method["allow"] == "POST")
        #expect(try await world.send("POST", "\(Self.root)/project/p/a%20b/\(action)?now=1", "").code == "invalid_query_parameter")
      }
      #expect(world.nudges.changeCount == 0)
    }
  }
}
