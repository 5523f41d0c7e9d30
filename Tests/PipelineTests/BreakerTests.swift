import Fanfare
import Testing

@testable import Pipeline

/// What the plan does with endpoints that fail, and with those that come back.
@Suite struct BreakerTests {
  /// Fails so many attempts of endpoint 1, all of which were in flight at once.
  private func plan(failing count: Int64, backlog: Int64 = 0) -> DispatchPlan {
    var plan = samplePlan {
      $0.concurrency = 64
      $0.perEndpoint = 32
      $0.held = 4096
    }
    plan.offer((1...count + backlog).map { task($0) })
    var granted = plan.granted(at: start)
    for row in 1...count {
      if granted.isEmpty { granted = plan.granted(at: start) }
      granted.removeAll { $0.id.row == row }
      plan.settled(task(row), .failed)
    }
    return plan
  }

  @Test func `nine failures in a row change nothing, the tenth leaves one probe at a time`() {
    var nine = plan(failing: 9)
    nine.offer((100...110).map { task($0) })
    #expect(nine.granted(at: start).count == 11)
    #expect(nine.openBreakers.count == 0)

    var ten = plan(failing: 10)
    #expect(ten.openBreakers.count == 1)
    ten.offer((100...110).map { task($0) })
    // Nothing is kept in memory for it, and nothing is read before the gap is over.
    #expect(ten.waiting == 0)
    #expect(ten.granted(at: start).isEmpty && ten.claims(at: start).isEmpty)
    let later = start + .seconds(2)
    let claims = ten.claims(at: later)
    #expect(claims.map(\.limit) == [1])
    ten.claimed([task(100)], by: claims[0], nextDue: nil, upTo: 0, now: later)
    #expect(ten.granted(at: later).map(\.id.row) == [100])
    ten.offer([task(111)])
    #expect(ten.granted(at: later).isEmpty)
  }

  @Test func `the gaps between probes grow, up to the longest`() throws {
    var plan = plan(failing: 10)
    plan.offer([task(100)])
    var now = start
    var gaps: [Int64] = []
    for row in Int64(100)..<120 {
      let next = try #require(plan.endpoints[EndpointID(row: 1)]?.gate.health?.probeAt)
      gaps.append((next - now).wholeNanoseconds)
      now = next
      let claims = plan.claims(at: now)
      let claim = try #require(claims.first)
      plan.claimed([task(row)], by: claim, nextDue: nil, upTo: 0, now: now)
      let granted = plan.granted(at: now)
      try #require(granted.count == 1)
      plan.settled(task(row), .failed, at: now)
    }
    #expect(gaps.allSatisfy { (1_000_000_000...330_000_000_000).contains($0) })
    #expect(zip(gaps.prefix(8), gaps.dropFirst()).allSatisfy { $0 < $1 })
    #expect(gaps.suffix(3).allSatisfy { $0 >= 300_000_000_000 })
  }

  @Test func `attempts that were in flight when the breaker opened do not make the gap grow`() throws {
    let plan = plan(failing: 25)
    let health = try #require(plan.endpoints[EndpointID(row: 1)]?.gate.health)
    #expect(health.failures == 25 && health.probes == 0)
    #expect(try #require(health.probeAt) <= start + .milliseconds(1_100))
  }

  @Test func `an answer that says nothing of the endpoint neither opens nor closes a breaker`() {
    var plan = samplePlan { $0.held = 4096 }
    plan.offer((1...40).map { task($0) })
    for _ in 0..<10 { for task in plan.granted(at: start) { #expect(plan.settled(task, .neutral) == nil) } }
    #expect(plan.openBreakers.count == 0)
    var open = self.plan(failing: 10, backlog: 5)
    open.settled(task(11), .neutral)
    #expect(open.openBreakers.count == 1)
  }

  @Test func `an endpoint that fails for too long is given up, and what the store is told says so`() throws {
    var plan = plan(failing: 10)
    plan.offer([task(100)])
    let end = start + .seconds(5 * 86_400)
    let claims = plan.claims(at: end)
    let claim = try #require(claims.first)
    plan.claimed([task(100)], by: claim, nextDue: nil, upTo: 0, now: end)
    _ = plan.granted(at: end)
    let found = plan.finished(task(100), .failed, at: end)
    let report = try #require(found)
    #expect(report.isGivenUp && report.health?.failingSince == start)
  }

  @Test func `one that comes back is sent to slowly at first, and faster as it goes well`() throws {
    var plan = plan(failing: 10)
    plan.offer([task(100)])
    var now = start + .seconds(2)
    let claims = plan.claims(at: now)
    let claim = try #require(claims.first)
    plan.claimed([task(100)], by: claim, nextDue: nil, upTo: 0, now: now)
    _ = plan.granted(at: now)
    let found = plan.settled(task(100), .succeeded, at: now)
    let report = try #require(found)
    #expect(report.health == nil && plan.openBreakers.count == 0)

    // A backlog, in memory or claimed as it is asked for.
    var next: Int64 = 1_000
    var perSecond: [Int] = []
    for _ in 0..<5 {
      var sent = 0
      for _ in 0..<200 {
        for claim in plan.claims(at: now) {
          plan.claimed((0..<Int64(claim.limit)).map { task(next + $0) }, by: claim, nextDue: nil, upTo: 0, now: now)
          next += Int64(claim.limit)
        }
        for task in plan.granted(at: now) {
          sent += 1
          plan.settled(task, .succeeded, at: now)
        }
        now = now + .milliseconds(5)
      }
      perSecond.append(sent)
    }
    #expect(perSecond[0] <= 7)
    #expect(zip(perSecond, perSecond.dropFirst()).allSatisfy { $1 > $0 && $1 <= $0 * 3 })
  }

  @Test func `one that is knocked over again by the rate is sent to at half of it`() {
    var recovery = Recovery(at: start)
    var now = start
    while recovery.rate < 80 {
      now = now + .seconds(1)
      recovery.succeeded(at: now)
    }
    recovery.failed(at: now)
    // What was in flight fails together, and counts once.
    recovery.failed(at: now)
    #expect(recovery.rate == 40)
    now = now + .seconds(1)
    recovery.succeeded(at: now)
    #expect(recovery.rate > 40 && recovery.rate < 50)
  }

  @Test func `after a restart the store's word opens the breaker again, and closes it where somebody resumed`() {
    var plan = samplePlan()
    let open = EndpointHealth(failures: 12, failingSince: start, probeAt: start + .seconds(30), probes: 2)
    let due = [DueLane(lane: lane(1), endpoint: EndpointID(row: 1), dueAt: start)]
    plan.found(due, health: [EndpointID(row: 1): open], at: start)
    #expect(plan.openBreakers.count == 1 && plan.claims(at: start).isEmpty)
    #expect(plan.nextWakeUp == start + .seconds(30))
    plan.found(due, health: [:], at: start)
    #expect(plan.openBreakers.count == 0 && plan.claims(at: start).count == 1)
  }

  @Test func `a dead endpoint leaves the slots to the others once its breaker is open`() {
    var plan = plan(failing: 10)
    plan.offer((100...200).map { task($0, endpoint: 1) } + (300...330).map { task($0, endpoint: 2) })
    #expect(plan.granted(at: start).map(\.endpoint.row).allSatisfy { $0 == 2 })
    #expect(plan.attemptsInFlight == 31)
  }

  @Test func `a probe that is answered without a word on the endpoint is followed by the next after a gap`() throws {
    var plan = plan(failing: 10)
    plan.offer([task(100), task(101)])
    let now = start + .seconds(2)
    let claims = plan.claims(at: now)
    plan.claimed([task(100)], by: try #require(claims.first), nextDue: nil, upTo: 0, now: now)
    #expect(plan.granted(at: now).count == 1)
    let report = plan.settled(task(100), .neutral, at: now)
    #expect(report?.health?.failures == 10 && report?.health?.probes == 0)
    #expect(plan.claims(at: now).isEmpty && plan.granted(at: now).isEmpty)
    #expect(plan.claims(at: now + .seconds(2)).count == 1)
  }

  @Test func `one that somebody resumes gets its backlog slowly`() {
    var plan = samplePlan { $0.held = 4096 }
    let due = [DueLane(lane: lane(1), endpoint: EndpointID(row: 1), dueAt: start)]
    plan.found(due, health: [EndpointID(row: 1): EndpointHealth(resumedAt: start)], at: start)
    plan.offer((1...2).map { task($0, endpoint: 2) })
    for claim in plan.claims(at: start) { plan.claimed((10...17).map { task($0) }, by: claim, nextDue: nil, upTo: 0, now: start) }
    let granted = plan.granted(at: start)
    #expect(granted.count { $0.endpoint.row == 1 } == 1)
    let report = plan.settled(task(10))
    // From now on it is one that is well.
    #expect(report == EndpointReport(endpoint: EndpointID(row: 1), health: nil))
    #expect(plan.granted(at: start).isEmpty)
    #expect(plan.granted(at: start + .milliseconds(200)).count == 1)
  }
}
