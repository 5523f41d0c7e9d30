import Failpoints
import Foundation
import Reckoning
import ServiceFixture

/// One round of the kill matrix: the service lives and dies as planned, is left alone in the end, and the account is drawn up.
struct KillRound {
  struct Outcome: Sendable {
    let reckoning: Reckoning
    /// Where lives ended by `kill -9`.
    var deaths: [KillPlan.Instant] = []
  }

  let plan: KillPlan
  let world: RoundWorld
  /// Messages of lives that ended before there were subscriptions: no event is to come in before.
  private var waiting: [Traffic.Message] = []

  init(plan: KillPlan, world: RoundWorld) {
    self.plan = plan
    self.world = world
  }

  mutating func run() async throws -> Outcome {
    var deaths: [KillPlan.Instant] = []
    for life in plan.lives {
      if try await run(life), let death = life.death { deaths.append(death) }
    }
    return Outcome(reckoning: try await world.reckon(), deaths: deaths)
  }

  /// - Returns: whether the service was killed.
  private mutating func run(_ life: KillPlan.Life) async throws -> Bool {
    let service: MatrixService
    switch life.death {
    case .failpoint(let failpoint, let turn):
      // Nothing is old enough to be removed otherwise.
      let settings = failpoint == .eventsRemoved ? ["retention.events": "1s"] : [:]
      service = try world.start(settings, failpoints: "\(failpoint.rawValue):\(turn)")
    case .random, nil: service = try world.start()
    }
    do {
      let isKilled = try await live(life, service)
      if isKilled { try await world.noteKill() }
      return isKilled
    } catch {
      // Nothing is left running, whatever went wrong.
      await service.process.kill()
      throw error
    }
  }

  private mutating func live(_ life: KillPlan.Life, _ service: MatrixService) async throws -> Bool {
    let messages = waiting + life.messages
    waiting = []
    guard await service.process.isUp(), await world.subscribe(service) else {
      if life.death == nil { throw MatrixFailure("the service did not come up: \(service.process.logTail)") }
      try await confirmKilled(service)
      if world.isSubscribed { try await world.producer.send(messages) } else { waiting = messages }
      return true
    }
    let producer = world.producer
    async let published: Void = producer.send(messages)
    if case .random(let milliseconds) = life.death {
      try await Task.sleep(for: .milliseconds(milliseconds))
      await service.process.kill()
      try await published
      return true
    }
    try await published
    let last = life.messages.last?.event ?? ""
    if try await service.rest(after: last), life.death != nil {
      // It was not where it was to die, so there is more to do.
      if case .failpoint(.eventsRemoved, _) = life.death { await service.process.ended() }
      await service.requeueEverything()
      _ = try await service.rest(after: last)
    }
    if service.process.isRunning, await service.process.stop() == 0 { return false }
    if life.death == nil { throw MatrixFailure("the service did not end as it should: \(service.process.logTail)") }
    try await confirmKilled(service)
    return true
  }

  /// A service that ends in another way than it was to has failed the round.
  private func confirmKilled(_ service: MatrixService) async throws {
    let ending = await service.process.ended()
    if ending != .killed(signal: SIGKILL) { throw MatrixFailure("the service ended with \(ending): \(service.process.logTail)") }
  }
}
