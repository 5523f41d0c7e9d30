import Fanfare
import Testing

@testable import Pipeline

/// How fast subscriptions and Slack URLs are sent to, and what goes out together.
@Suite struct PaceTests {
  private func roomy() -> DispatchPlan {
    samplePlan {
      $0.held = 4096
      $0.concurrency = 64
      $0.perEndpoint = 64
      $0.claim = 4096
    }
  }

  @Test(arguments: [1, 7, 20, 100]) func `a subscription's deliveries are spaced evenly`(perSecond: Int) {
    var plan = roomy()
    plan.offer((1...400).map { task($0, perSecond: perSecond) })
    var times: [Timestamp] = []
    var now = start
    while times.count < min(perSecond * 3, 200) {
      for task in plan.granted(at: now) {
        times.append(now)
        plan.settled(task, at: now)
      }
      // As the dispatcher does: it sleeps until the plan says.
      now = max(plan.nextWakeUp ?? now, now + .microseconds(10))
    }
    for (index, time) in times.enumerated() {
      let inTheSecond = times[index...].prefix { $0 < time + .seconds(1) }.count
      #expect(inTheSecond <= perSecond)
    }
    let gap = Duration.nanoseconds(1_000_000_000 / perSecond)
    #expect(times.last.map { $0 - start <= gap * (times.count + 1) } == true)
  }

  @Test func `one subscription's limit holds back no other of its endpoint`() {
    var plan = roomy()
    plan.offer((1...5).map { task($0, subscription: 10, perSecond: 1) } + (6...9).map { task($0, subscription: 11) })
    #expect(plan.granted(at: start).map(\.id.row).sorted() == [1, 6, 7, 8, 9])
  }

  @Test func `a timer that is late by a little costs a fast subscription nothing`() {
    var pace = Pace(perSecond: 1_000)
    var sent = 0
    for tick in 0..<500 {
      let now = start + .milliseconds(2 * tick)
      while pace.opens(after: now) == nil {
        pace.sent(at: now)
        sent += 1
      }
    }
    #expect((980...1_010).contains(sent))
  }

  // MARK: Slack

  private func message(_ row: Int64, subscription: Int64 = 1, dueAt: Timestamp = start, username: String? = nil) -> DeliveryTask {
    task(row, subscription: subscription, kind: .slack, dueAt: dueAt, slackUsername: username)
  }

  @Test func `a Slack URL gets one message at a time, a second after the one before was answered`() {
    var plan = roomy()
    plan.offer([message(1), message(2, subscription: 2)])
    #expect(plan.granted(at: start).map(\.id.row) == [1])
    let answered = start + .milliseconds(400)
    #expect(plan.granted(at: start + .seconds(2)).isEmpty)
    plan.settled(message(1), at: answered)
    #expect(plan.granted(at: answered + .milliseconds(999)).isEmpty)
    #expect(plan.nextWakeUp == answered + .seconds(1))
    #expect(plan.granted(at: answered + .seconds(1)).map(\.id.row) == [2])
  }

  @Test func `nothing goes to Slack in the first second, for nobody knows what was sent before a restart`() {
    var limits = DispatchLimits()
    limits.concurrency = 8
    var plan = DispatchPlan(limits: limits, start: start)
    plan.offer([message(1), task(2, endpoint: 2)])
    #expect(plan.granted(at: start).map(\.id.row) == [2])
    #expect(plan.granted(at: start + .seconds(1)).map(\.id.row) == [1])
  }

  @Test func `what waits longer than three seconds goes out together, and nothing is left out or sent twice`() {
    var plan = roomy()
    plan.offer((1...100).map { message($0, subscription: $0 % 3 + 1) })
    var now = start
    var messages: [[Int64]] = []
    for _ in 0..<8 {
      for grant in plan.grant(at: now) {
        messages.append(grant.tasks.map(\.id.row))
        var leader = grant.tasks[0]
        if grant.tasks.count > 1 { leader = leader.leading(Digest(id: KSUID(timestamp: 1, high: 0, low: 0), members: grant.tasks)) }
        plan.settled(leader, at: now)
      }
      now = now + .seconds(1)
    }
    #expect(messages.map(\.count) == [1, 1, 1, 1, 96])
    #expect(messages.flatMap { $0 }.sorted() == Array(1...100))
    #expect(plan.attemptsInFlight == 0 && plan.waiting == 0 && plan.unrecorded == 0)
  }

  @Test func `what has not waited that long keeps its place, and what looks different goes by itself`() {
    var plan = roomy()
    let now = start + .seconds(10)
    plan.offer([
      message(1), message(2, username: "ops"), message(3), message(4, username: "ops"), message(5, dueAt: now - .seconds(2)),
    ])
    func send(at now: Timestamp) -> [Int64] {
      let grants = plan.grant(at: now)
      for grant in grants {
        var leader = grant.tasks[0]
        if grant.tasks.count > 1 { leader = leader.leading(Digest(id: KSUID(timestamp: 1, high: 0, low: 0), members: grant.tasks)) }
        plan.settled(leader, at: now)
      }
      return grants.flatMap(\.tasks).map(\.id.row)
    }
    #expect(send(at: now) == [1, 3])
    #expect(send(at: now + .seconds(1)) == [2, 4])
    #expect(send(at: now + .seconds(2)) == [5])
  }

  // MARK: Replays

  @Test func `replays have a quarter of the slots at most, and come after what is live`() {
    var plan = samplePlan { $0.perEndpoint = 8 }
    plan.offer((1...8).map { task($0, endpoint: $0, replayOf: "e") })
    #expect(plan.granted(at: start).count == 2)
    plan.offer((10...13).map { task($0, endpoint: 20) } + (14...20).map { task($0, endpoint: 21, tries: 1) })
    let live = plan.granted(at: start)
    // One is kept back for an endpoint that has none.
    #expect(live.count == 5 && live.allSatisfy { $0.replayOf == nil })
    #expect(live.prefix(4).map(\.id.row) == [10, 11, 12, 13])
  }
}
