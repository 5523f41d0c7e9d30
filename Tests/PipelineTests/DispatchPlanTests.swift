import Fanfare
import RandomFixture
import Testing

@testable import Pipeline

/// The plan's promises: bounds, turns, reserved slots, and that nothing is forgotten or granted twice.
@Suite struct DispatchPlanTests {
  @Test func `fresh deliveries are granted at once, up to the endpoint's slots`() {
    var plan = samplePlan()
    plan.offer((1...6).map { task($0) })
    #expect(plan.granted(at: start).map(\.id.row) == [1, 2, 3, 4])
    #expect(plan.granted(at: start).isEmpty)
    plan.finished(task(2))
    #expect(plan.granted(at: start).map(\.id.row) == [5])
    #expect(plan.attemptsInFlight == 4)
    #expect(plan.unrecorded == 1)
  }

  @Test func `a granted task that is withdrawn gives its slot back, and its lane is read from the table again`() {
    var plan = samplePlan()
    plan.offer((1...6).map { task($0) })
    for task in plan.granted(at: start) where task.id.row <= 2 { plan.withdrawn(task, at: start) }
    #expect(plan.attemptsInFlight == 2)
    #expect(plan.granted(at: start).map(\.id.row) == [5, 6])
    // Nothing is left in memory, so the table is asked, without what is on its way.
    let claims = plan.claims(at: start)
    #expect(claims.map(\.lane) == [lane(1)])
    #expect(claims.first.map { $0.excluding.map(\.row).sorted() } == [3, 4, 5, 6])
    plan.offer([task(7, endpoint: 2, tries: 1)])
    #expect(plan.granted(at: start).map(\.id.row) == [7])
    plan.withdrawn(task(7, endpoint: 2, tries: 1), at: start)
    #expect(plan.inFlight[.retry] == 0)
    #expect(plan.attemptsInFlight == 4)
  }

  @Test func `endpoints take turns, so a long queue does not stand in front of a short one`() {
    var plan = samplePlan()
    plan.offer((1...10).map { task($0, endpoint: 1) })
    plan.offer([task(20, endpoint: 2), task(21, endpoint: 2)])
    #expect(plan.granted(at: start).map(\.id.row) == [1, 20, 2, 21, 3, 4])
  }

  @Test func `retries never take the last quarter of the slots`() {
    var plan = samplePlan { $0.perEndpoint = 8 }
    plan.offer((1...8).map { task($0, endpoint: $0, tries: 1) })
    #expect(plan.granted(at: start).count == 6)
    plan.offer([task(100, endpoint: 50), task(101, endpoint: 51)])
    #expect(plan.granted(at: start).map(\.id.row) == [100, 101])
    #expect(plan.granted(at: start).isEmpty)
  }

  @Test func `retries of one endpoint leave it a slot for first attempts`() {
    var plan = samplePlan()
    plan.offer((1...4).map { task($0, tries: 2) })
    #expect(plan.granted(at: start).map(\.id.row) == [1, 2, 3])
    plan.offer([task(9)])
    #expect(plan.granted(at: start).map(\.id.row) == [9])
    // A retry that ends lets the one that waited go, once the endpoint has a slot.
    plan.finished(task(1, tries: 2))
    #expect(plan.granted(at: start).map(\.id.row) == [4])
  }

  @Test func `past the bound deliveries wait in the table and are claimed once memory is empty`() throws {
    var plan = samplePlan { $0.held = 8 }
    plan.offer((1...20).map { task($0) })
    #expect(plan.waiting == 3)
    #expect(plan.claims(at: start).isEmpty)
    for row in plan.granted(at: start).map(\.id.row) { plan.finished(task(row)) }
    let claims = plan.claims(at: start)
    try #require(claims.count == 1)
    #expect(claims[0].lane == lane(1))
    // What is in flight or not written down yet must not come again.
    #expect(Set(claims[0].excluding.map(\.row)) == [1, 2, 3])
    #expect(plan.claims(at: start).isEmpty)
    // While a claim is under way fresh ones go to the table as well: they must not overtake.
    plan.offer([task(21)])
    #expect(plan.waiting == 0)
    plan.claimed((4...11).map { task($0) }, by: claims[0], nextDue: nil, upTo: 0, now: start)
    #expect(plan.granted(at: start).map(\.id.row) == [4, 5, 6, 7])
  }

  @Test func `a claim that brings less than it asked for has caught up`() throws {
    var plan = samplePlan()
    plan.found([DueLane(lane: lane(1), endpoint: EndpointID(row: 1), dueAt: start)], health: [:], at: start)
    let claim = try #require(plan.claims(at: start).first)
    plan.claimed([task(1)], by: claim, nextDue: nil, upTo: 0, now: start)
    #expect(plan.granted(at: start).map(\.id.row) == [1])
    #expect(plan.claims(at: start).isEmpty)
    plan.offer([task(2)])
    #expect(plan.granted(at: start).map(\.id.row) == [2])
  }

  @Test func `a retry wakes the plan when it is due, and is claimed from the table`() throws {
    var plan = samplePlan()
    plan.offer([task(1)])
    _ = plan.granted(at: start)
    plan.finished(task(1))
    let due = start + .seconds(5)
    plan.recorded(record(task(1), .scheduled(at: due)), now: start)
    #expect(plan.nextWakeUp == due)
    #expect(plan.claims(at: start + .seconds(4)).isEmpty)
    let claim = try #require(plan.claims(at: due).first)
    #expect(claim.lane.urgency == .retry)
    #expect(claim.excluding.isEmpty)
    #expect(plan.nextWakeUp == nil)
  }

  @Test func `a pause holds back every lane of its endpoint and of no other`() {
    var plan = samplePlan { $0.perEndpoint = 1 }
    plan.offer([task(1), task(2), task(3, endpoint: 2)])
    #expect(plan.granted(at: start).map(\.id.row) == [1, 3])
    plan.finished(task(1))
    plan.finished(task(3, endpoint: 2))
    let until = start + .seconds(60)
    plan.recorded(record(task(1), .scheduled(at: until), pause: until, countsAsTry: false), now: start)
    plan.recorded(record(task(3, endpoint: 2), .succeeded), now: start)
    plan.offer([task(4, endpoint: 2)])
    #expect(plan.granted(at: start).map(\.id.row) == [4])
    #expect(plan.nextWakeUp == until)
    #expect(plan.granted(at: until).map(\.id.row) == [2])
  }

  @Test func `what is not written down yet holds new attempts back at its bound`() {
    var plan = samplePlan { $0.unrecorded = 2 }
    plan.offer((1...8).map { task($0) })
    let granted = plan.granted(at: start)
    for task in granted { plan.finished(task) }
    #expect(plan.granted(at: start).isEmpty)
    for task in granted { plan.recorded(record(task, .succeeded), now: start) }
    #expect(plan.granted(at: start).map(\.id.row) == [5, 6, 7, 8])
  }

  @Test func `dead endpoints that fill the memory do not keep another's backlog out`() throws {
    var plan = samplePlan { $0.held = 8 }
    plan.offer((1...40).map { task($0, endpoint: $0 % 8 + 1) })
    #expect(plan.waiting == 7)
    _ = plan.granted(at: start)
    // Every slot is taken by the eight; a ninth endpoint finds the memory free again but first has to be let in at all.
    plan.found([DueLane(lane: lane(99), endpoint: EndpointID(row: 99), dueAt: start)], health: [:], at: start)
    #expect(plan.claims(at: start).contains { $0.lane == lane(99) })
  }

  @Test func `what waits is forgotten when subscriptions change, and read again from the table`() throws {
    var plan = samplePlan()
    plan.offer((1...6).map { task($0) })
    #expect(plan.granted(at: start).count == 4)
    plan.forgetWaiting()
    #expect(plan.waiting == 0)
    let claim = try #require(plan.claims(at: start).first)
    #expect(Set(claim.excluding.map(\.row)) == [1, 2, 3, 4])
    plan.claimed([task(6)], by: claim, nextDue: nil, upTo: 0, now: start)
    plan.finished(task(1))
    #expect(plan.granted(at: start).map(\.id.row) == [6])
  }

  private func again(_ old: DeliveryTask) -> DeliveryTask { task(old.id.row, endpoint: old.endpoint.row, tries: old.triesMade + 1) }

  /// Random events against a table in memory: each delivery is attempted until it is settled, never twice at once, within every bound.
  @Test(arguments: 0..<20) func `in a random run everything is delivered and no bound is broken`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var limits = DispatchLimits()
    limits.concurrency = 12
    limits.perEndpoint = 3
    limits.held = 20
    limits.claim = 6
    limits.smallClaim = 2
    limits.unrecorded = 9
    var plan = DispatchPlan(limits: limits)
    var now = start
    var table: [Int64: (task: DeliveryTask, due: Timestamp)] = [:]
    var flying: [DeliveryTask] = []
    var ended: [DeliveryTask] = []
    var claims: [DispatchPlan.Claim] = []
    var settled: Set<Int64> = []
    var made: Int64 = 0

    for step in 0..<3000 {
      let isDraining = step > 1500
      switch Int.random(in: 0..<5, using: &random) {
      case 0 where !isDraining && made < 400:
        let fresh = (0..<Int.random(in: 1...12, using: &random)).map { _ -> DeliveryTask in
          made += 1
          return task(made, endpoint: Int64.random(in: 1...6, using: &random))
        }
        for task in fresh { table[task.id.row] = (task, now) }
        plan.offer(fresh)
      case 1 where !flying.isEmpty:
        let task = flying.remove(at: Int.random(in: 0..<flying.count, using: &random))
        plan.finished(task, at: now)
        ended.append(task)
      case 2 where !ended.isEmpty:
        for task in ended {
          if Bool.random(using: &random) || isDraining {
            table[task.id.row] = nil
            #expect(settled.insert(task.id.row).inserted)
            plan.recorded(record(task, .succeeded), now: now)
          } else {
            let due = now + .seconds(Int.random(in: 0...3, using: &random))
            let next = again(task)
            table[task.id.row] = (next, due)
            plan.recorded(record(task, .scheduled(at: due)), now: now)
          }
        }
        ended = []
      case 3 where !claims.isEmpty:
        let claim = claims.removeFirst()
        let lane = table.values.filter { Lane(of: $0.task) == claim.lane }
        let due = lane.filter { $0.due <= now && !claim.excluding.contains($0.task.id) }.sorted {
          ($0.due, $0.task.id) < ($1.due, $1.task.id)
        }
        plan.claimed(
          due.prefix(claim.limit).map(\.task), by: claim, nextDue: lane.map(\.due).filter { $0 > now }.min(), upTo: 0, now: now)
      default: now = now + .milliseconds(300)
      }
      let granted = plan.granted(at: now)
      for task in granted { #expect(!flying.contains { $0.id == task.id } && !ended.contains { $0.id == task.id }) }
      flying += granted
      claims += plan.claims(at: now)
      #expect(flying.count == plan.attemptsInFlight && flying.count <= 12)
      #expect(Dictionary(grouping: flying, by: \.endpoint).values.allSatisfy { $0.count <= 3 })
      #expect(flying.count { $0.triesMade > 0 } <= 9)
      #expect(plan.unrecorded == ended.count && plan.unrecorded <= 9 + 12)
    }
    #expect(settled.count == Int(made))
    #expect(made > 100)
  }
}
