import Fanfare
import Testing

extension StoreConformance {
  static var claimCases: [StoreCase<World>] {
    [
      StoreCase("lanes keep first attempts apart from retries and name the earliest due time") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        let start = clock.now
        try await store.put([hook("a"), hook("b")])
        let first = try await store.ingest([sampleEvent("1")]).deliveries
        clock.advance(by: .seconds(1))
        _ = try await store.ingest([sampleEvent("2")])
        try await store.record([attempt(first[0], .scheduled(at: start + .seconds(60)))])
        let lanes = Set(try await store.dueLanes())
        func lane(_ task: DeliveryTask, _ urgency: Urgency) -> Lane { Lane(subscription: task.subscription.row, urgency: urgency) }
        let (a, b) = (first[0], first[1])
        #expect(
          lanes == [
            DueLane(lane: lane(a, .first), endpoint: a.endpoint, dueAt: start + .seconds(1)),
            DueLane(lane: lane(a, .retry), endpoint: a.endpoint, dueAt: start + .seconds(60)),
            DueLane(lane: lane(b, .first), endpoint: b.endpoint, dueAt: start),
          ])
        #expect(try await store.nextDue(of: lane(a, .retry), after: clock.now) == start + .seconds(60))
        #expect(try await store.nextDue(of: lane(a, .retry), after: start + .seconds(60)) == nil)
        #expect(try await store.nextDue(of: lane(b, .retry), after: clock.now) == nil)
        try await world.close(store)
      },

      StoreCase("the newest delivery is the last that was made, whatever became of it") { world in
        let store = try await world.open(TestClock())
        #expect(try await store.newestDelivery() == 0)
        try await store.put([hook("a"), hook("b")])
        let tasks = try await store.ingest([sampleEvent("1"), sampleEvent("2")]).deliveries
        #expect(try await store.newestDelivery() == tasks.map(\.id.row).max())
        try await store.record(tasks.map { attempt($0, .succeeded) })
        #expect(try await store.newestDelivery() == tasks.map(\.id.row).max())
        try await world.close(store)
      },

      StoreCase("a claim takes what is due, the longest due first, without what is held") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a")])
        let tasks = try await store.ingest((1...6).map { sampleEvent("\($0)", data: "{\"n\":\($0)}") }).deliveries
        let lane = Lane(subscription: tasks[0].subscription.row, urgency: .retry)
        // Tries that fail put them into the other lane, in another order; the last is not due yet.
        for (index, delay) in [3, 1, 2, 5, 4, 60].enumerated() {
          try await store.record([attempt(tasks[index], .scheduled(at: clock.now + .seconds(delay)))])
        }
        let now = clock.now + .seconds(10)
        let all = try await store.claim(lane, dueAt: now, excluding: [], limit: 10)
        #expect(all.map(\.event.id) == ["2", "3", "1", "5", "4"])
        #expect(all.allSatisfy { $0.attemptsMade == 1 && $0.triesMade == 1 && $0.throttles == 0 && $0.dueAt <= now })
        #expect(all[0].event.compact == tasks[1].event.compact)
        let held: Set = [tasks[1].id, tasks[0].id]
        #expect(try await store.claim(lane, dueAt: now, excluding: held, limit: 2).map(\.event.id) == ["3", "5"])
        #expect(try await store.claim(lane, dueAt: now, excluding: [], limit: 0).isEmpty)
        let first = Lane(subscription: tasks[0].subscription.row, urgency: .first)
        #expect(try await store.claim(first, dueAt: now, excluding: [], limit: 10).isEmpty)
        try await world.close(store)
      },

      StoreCase("a delivery whose subscription may no longer see the event is cancelled when it is claimed") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a")])
        let tasks = try await store.ingest([sampleEvent("1", groups: ["dev"]), sampleEvent("2", groups: ["ops"])]).deliveries
        try await store.put([hook("a", groups: ["ops"])])
        #expect(try await store.claimAll(dueAt: clock.now).map(\.id) == [tasks[1].id])
        #expect(try await store.delivery(tasks[0].id)?.summary.state == .cancelled)
        #expect(try await store.delivery(tasks[0].id)?.summary.cancelReason == .groups)
        #expect(try await store.delivery(tasks[1].id)?.summary.state.name == "scheduled")
        #expect(try await store.delivery(tasks[1].id)?.summary.cancelReason == nil)
        // Another chance brings it no further as long as the groups are what they are.
        #expect(try await store.requeue([tasks[0].id], at: clock.now) == 1)
        #expect(try await store.claimAll(dueAt: clock.now).map(\.id) == [tasks[1].id])
        #expect(try await store.delivery(tasks[0].id)?.summary.cancelReason == .groups)
        try await world.close(store)
      },

      StoreCase("a subscription with groups gets what names no group only if everybody may see that") { world in
        for visibility in DefaultVisibility.allCases {
          let clock = TestClock()
          let world = try await World.make()
          let store = try await world.open(clock, defaultVisibility: visibility)
          try await store.put([hook("limited", groups: ["dev"]), hook("free")])
          let made = try await store.ingest([sampleEvent("none"), sampleEvent("ops", groups: ["ops"]), sampleEvent("all", groups: ["*"])])
          let told = made.deliveries.filter { $0.subscription.id == "limited" }.map(\.event.id)
          #expect(told == (visibility == .restricted ? ["all"] : ["none", "all"]))
          #expect(made.deliveries.count == told.count + 3)
          // Limited later: judged again when it is claimed, by the same rule.
          try await store.put([hook("limited", groups: ["dev"]), hook("free", groups: ["dev"])])
          let claimed = try await store.claimAll(dueAt: clock.now).filter { $0.subscription.id == "free" }.map(\.event.id)
          #expect(claimed == told)
          try await world.close(store)
          try await world.remove()
        }
      },

      StoreCase("a task is current until its subscription is replaced, paused, given another secret or removed") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a"), hook("b")])
        var tasks = try await store.ingest([sampleEvent("1")]).deliveries
        func current() -> [Bool] { tasks.map { store.isCurrent($0) } }
        #expect(current() == [true, true])
        _ = try await store.setPaused(true, subscription: "a", of: shop)
        #expect(current() == [false, true])
        _ = try await store.rotateSecret(ofSubscription: "b", of: shop, keepingOldUntil: clock.now, at: clock.now)
        #expect(current() == [false, false])
        _ = try await store.setPaused(false, subscription: "a", of: shop)
        tasks = try await store.claimAll(dueAt: clock.now)
        #expect(current() == [true, true])
        try await store.put([hook("a", groups: ["dev"])])
        #expect(current() == [false, false])
        try await world.close(store)
      },
    ]
  }

  static var recordCases: [StoreCase<World>] {
    [
      StoreCase("attempts are written down in order with what they led to") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a")])
        let task = try await store.ingest([sampleEvent("1")]).deliveries[0]
        let later = clock.now + .seconds(5)
        try await store.record([attempt(task, .scheduled(at: later), body: String(repeating: "x", count: 3_000))])
        try await store.record([attempt(task, .scheduled(at: later), counts: false, reason: "http_429", status: 429)])
        let claimed = try #require(try await store.claimAll(dueAt: later).first)
        #expect((claimed.attemptsMade, claimed.triesMade, claimed.throttles) == (2, 1, 1))
        try await store.record([attempt(claimed, .succeeded, reason: "succeeded", status: 204)])
        let detail = try #require(try await store.delivery(task.id))
        #expect(detail.summary.state == .succeeded)
        #expect(detail.summary.attempts == 3)
        #expect(detail.summary.lastReason == "succeeded")
        #expect(detail.attempts.map(\.number) == [1, 2, 3])
        #expect(detail.attempts.map(\.status) == [500, 429, 204])
        #expect(detail.attempts.map(\.reason) == ["http_500", "http_429", "succeeded"])
        #expect(detail.attempts[0].responseBody == Array(repeating: UInt8(ascii: "x"), count: 1_024))
        #expect(detail.attempts[0].duration == .milliseconds(7))
        #expect(detail.attempts[2].responseBody.isEmpty)
        // Settled is settled.
        try await store.record([attempt(claimed, .dead(.exhausted))])
        #expect(try await store.delivery(task.id)?.summary.state == .succeeded)
        #expect(try await store.pending(limit: 10).isEmpty)
        #expect(try await store.dueLanes().isEmpty)
        try await world.close(store)
      },

      StoreCase("a delivery that dies is in the outbox with its event and without secrets") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a", url: "https://user:pw@receiver.example/in?token=t0p")])
        let task = try await store.ingest([sampleEvent("1", data: #"{"n":1}"#)]).deliveries[0]
        try await store.record([attempt(task, .dead(.refused), reason: "http_400", status: 400)])
        let message = try #require(try await store.pending(limit: 10).first)
        #expect(message.routingKey == "delivery.webhook")
        #expect(message.contentType == "application/json")
        let body = try JSONValue(parsing: message.body)
        #expect(body["event"] == (try JSONValue(parsing: task.event.wireJSON())))
        #expect(body["delivery"]?.stringValue == task.id.description)
        #expect(body["reason"]?.stringValue == "refused")
        #expect(body["attempts"] == 1)
        #expect(body["subscription"]?["id"]?.stringValue == "a")
        #expect(body["subscription"]?["url"]?.stringValue == "https://receiver.example/in")
        let text = String(decoding: message.body, as: UTF8.self)
        #expect(!text.contains("t0p"))
        #expect(!text.contains("whsec_"))
        #expect(try await store.statistics(at: clock.now).deadDeliveries == 1)
        #expect(try await store.statistics(at: clock.now).outbox == 1)
        try await store.remove([message.id])
        #expect(try await store.pending(limit: 10).isEmpty)
        try await world.close(store)
      },

      StoreCase("a verdict that pauses the subscription parks its deliveries, over a restart") { world in
        let clock = TestClock()
        var store = try await world.open(clock)
        try await store.put([hook("a"), hook("b")])
        let tasks = try await store.ingest([sampleEvent("1"), sampleEvent("2")]).deliveries
        try await store.record([attempt(tasks[0], .dead(.gone), reason: "http_410", status: 410, pausesSubscription: true)])
        #expect(try await store.subscriptions(of: shop).subscriptions.map(\.isPaused) == [true, false])
        #expect(try await store.ingest([sampleEvent("3")]).deliveries.map(\.subscription.id) == ["b"])
        try await world.close(store)
        store = try await world.open(clock)
        #expect(try await store.subscriptions(of: shop).subscriptions.map(\.isPaused) == [true, false])
        #expect(try await store.claimAll(dueAt: clock.now).map(\.event.id) == ["1", "2", "3"])
        #expect(try await store.dueLanes().count == 1)
        var filter = DeliveryFilter()
        filter.state = "scheduled"
        filter.subscription = "a"
        #expect(try await store.deliveries(matching: filter, page: CursorPage()).elements.map(\.eventID) == ["3", "2"])
        try await world.close(store)
      },

      StoreCase("an attempt that was in flight when its subscription was paused leaves its delivery parked") { world in
        let clock = TestClock()
        let store = try await world.open(clock)
        try await store.put([hook("a")])
        let tasks = try await store.ingest([sampleEvent("1"), sampleEvent("2")]).deliveries
        try await store.record([
          attempt(tasks[0], .dead(.gone), pausesSubscription: true), attempt(tasks[1], .scheduled(at: clock.now)),
        ])
        #expect(try await store.dueLanes().isEmpty)
        #expect(try await store.delivery(tasks[1].id)?.attempts.count == 1)
        try await world.close(store)
      },
    ]
  }
}
