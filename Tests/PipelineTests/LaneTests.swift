import Fanfare
import Testing

@testable import Pipeline

/// That nothing sleeps for ever and nothing leaks when things change while they are under way.
@Suite struct LaneTests {
  private func claim(_ plan: inout DispatchPlan, at now: Timestamp = start) throws -> DispatchPlan.Claim {
    let claims = plan.claims(at: now)
    return try #require(claims.first)
  }

  @Test func `what is offered while its lane is being claimed is claimed next, however short the claim came back`() throws {
    var plan = samplePlan()
    plan.found([DueLane(lane: lane(1), endpoint: EndpointID(row: 1), dueAt: start)], health: [:], at: start)
    let first = try claim(&plan)
    // Committed after the claim's snapshot, and due before it ended.
    plan.offer([task(7)])
    plan.claimed([task(1)], by: first, nextDue: nil, upTo: 0, now: start)
    #expect(plan.granted(at: start).map(\.id.row) == [1])
    let second = try claim(&plan)
    plan.claimed([task(7)], by: second, nextDue: nil, upTo: 0, now: start)
    #expect(plan.granted(at: start).map(\.id.row) == [7])
    #expect(plan.claims(at: start).isEmpty)
  }

  @Test func `what a claim has brought before its commit's own word comes is not sent again`() throws {
    var plan = samplePlan()
    plan.found([DueLane(lane: lane(1), endpoint: EndpointID(row: 1), dueAt: start)], health: [:], at: start)
    // The claim saw the commit of 7, whose receipt is still on its way.
    plan.claimed([task(1), task(7)], by: try claim(&plan), nextDue: nil, upTo: 7, now: start)
    let sent = plan.granted(at: start)
    #expect(sent.map(\.id.row) == [1, 7])
    for task in sent { plan.settled(task) }
    plan.offer([task(7), task(8)])
    #expect(plan.granted(at: start).isEmpty)
    // The table knows which of them are still to be made.
    plan.claimed([task(8)], by: try claim(&plan), nextDue: nil, upTo: 8, now: start)
    #expect(plan.granted(at: start).map(\.id.row) == [8])
    plan.settled(task(8))
    plan.offer([task(9)])
    #expect(plan.granted(at: start).map(\.id.row) == [9])
  }

  @Test func `a lane that was forgotten meanwhile sends nothing again either`() throws {
    var plan = samplePlan()
    plan.found([DueLane(lane: lane(1), endpoint: EndpointID(row: 1), dueAt: start)], health: [:], at: start)
    plan.claimed([task(7)], by: try claim(&plan), nextDue: nil, upTo: 7, now: start)
    for task in plan.granted(at: start) { plan.settled(task) }
    #expect(plan.lanes.isEmpty)
    plan.offer([task(7)])
    #expect(plan.granted(at: start).isEmpty)
  }

  @Test func `what was read before a change is not sent, and is read again`() throws {
    var plan = samplePlan()
    plan.found([DueLane(lane: lane(1), endpoint: EndpointID(row: 1), dueAt: start)], health: [:], at: start)
    let stale = try claim(&plan)
    plan.forgetWaiting()
    plan.claimed([task(1), task(2)], by: stale, nextDue: nil, upTo: 0, now: start)
    #expect(plan.granted(at: start).isEmpty && plan.waiting == 0)
    let fresh = try claim(&plan)
    #expect(fresh.excluding.isEmpty)
    plan.claimed([task(2)], by: fresh, nextDue: nil, upTo: 0, now: start)
    #expect(plan.granted(at: start).map(\.id.row) == [2])
  }

  @Test func `after a change of the URL no slot is lost, on the old endpoint or on the new one`() throws {
    var plan = samplePlan { $0.perEndpoint = 2 }
    // Two are in flight to the former URL, and more wait for it.
    plan.offer((1...6).map { task($0, endpoint: 1, subscription: 5) })
    #expect(plan.granted(at: start).count == 2)
    // The first of the new URL comes before the change is heard of.
    plan.offer([task(7, endpoint: 2, subscription: 5)])
    // Those of the former URL are not sent any more, and do not stand in its way.
    let early = plan.granted(at: start)
    #expect(early.map(\.id.row) == [7])
    let claim = try claim(&plan)
    // What is in flight is not given out again, wherever it goes now.
    #expect(Set(claim.excluding.map(\.row)).isSuperset(of: [1, 2, 7]))
    plan.claimed((3...6).map { task($0, endpoint: 2, subscription: 5) }, by: claim, nextDue: nil, upTo: 0, now: start)
    plan.settled(early[0])
    plan.settled(task(1, endpoint: 1, subscription: 5), .failed)
    plan.settled(task(2, endpoint: 1, subscription: 5), .failed)
    var sent: Set<Int64> = [7]
    for _ in 0..<20 {
      for task in plan.granted(at: start) {
        #expect(task.endpoint.row == 2 && sent.insert(task.id.row).inserted)
        #expect(plan.endpoints[task.endpoint].map { $0.gate.inFlight <= 2 } == true)
        plan.settled(task)
      }
      for claim in plan.claims(at: start) {
        let rest = (3...7).filter { !sent.contains($0) && !claim.excluding.map(\.row).contains($0) }
        plan.claimed(rest.map { task($0, endpoint: 2, subscription: 5) }, by: claim, nextDue: nil, upTo: 0, now: start)
      }
    }
    #expect(sent == [3, 4, 5, 6, 7])
    #expect(plan.attemptsInFlight == 0 && plan.unrecorded == 0 && plan.held.isEmpty)
    #expect(plan.endpoints.values.allSatisfy { $0.gate.inFlight == 0 })
  }

  @Test func `retries and replays together leave first attempts a quarter`() {
    var plan = samplePlan {
      $0.perEndpoint = 8
      $0.concurrency = 32
    }
    plan.offer((1...8).map { task($0, tries: 1) } + (11...18).map { task($0, replayOf: "e") })
    let late = plan.granted(at: start)
    #expect(late.count == 6)
    plan.offer([task(21), task(22), task(23)])
    #expect(plan.granted(at: start).map(\.id.row) == [21, 22])
  }

  @Test func `claims under way count for the memory's bound`() {
    var plan = samplePlan {
      $0.held = 100
      $0.claim = 50
      $0.smallClaim = 4
    }
    plan.found(
      (1...64).map { DueLane(lane: lane($0), endpoint: EndpointID(row: $0), dueAt: start) }, health: [:], at: start)
    let claims = plan.claims(at: start)
    #expect(claims.count == 64)
    #expect(claims.map(\.limit).reduce(0, +) <= 2 * 100 + 64)
    #expect(claims.allSatisfy { $0.limit >= 1 })
  }

  @Test func `of two pauses the longer one holds`() {
    var plan = samplePlan()
    plan.offer([task(1), task(2), task(3)])
    _ = plan.granted(at: start)
    for (row, wait) in [(1, 3_600), (2, 1)] {
      plan.finished(task(Int64(row)), .neutral)
      let until = start + .seconds(wait)
      plan.recorded(record(task(Int64(row)), .scheduled(at: until), pause: until, countsAsTry: false), now: start)
    }
    plan.settled(task(3))
    plan.offer([task(4)])
    #expect(plan.granted(at: start + .seconds(10)).isEmpty)
    #expect(plan.granted(at: start + .seconds(3_600)).map(\.id.row) == [4])
  }

  @Test func `many endpoints that hang leave a slot to one that is well`() {
    var plan = samplePlan {
      $0.concurrency = 64
      $0.perEndpoint = 16
      $0.held = 4096
    }
    plan.offer((0..<400).map { task(Int64($0 + 1), endpoint: Int64($0 % 20 + 1)) })
    let hanging = plan.granted(at: start)
    plan.offer([task(1_000, endpoint: 99)])
    #expect(plan.granted(at: start).map(\.id.row) == [1_000])
    // Those that were kept short go on as soon as there is room.
    for task in hanging.prefix(32) { plan.settled(task) }
    #expect(plan.granted(at: start).count >= 24)
  }
}
