import Failpoints
import Foundation
import Reckoning
import ServiceFixture

/// One round of the kill matrix: the service lives and dies as planned, is left alone in the end, and the account is drawn up.
struct KillRound {
  struct Outcome: Sendable {
    let reckoning: Reckoning
    /// Those that ended a life.
    var kills: [KillPlan.Fault] = []
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
    var kills: [KillPlan.Fault] = []
    for life in plan.lives {
      if try await run(life), let fault = life.fault { kills.append(fault) }
    }
    return Outcome(reckoning: try await world.reckon(), kills: kills)
  }

  /// - Returns: whether the service was killed.
  private mutating func run(_ life: KillPlan.Life) async throws -> Bool {
    // Nothing is old enough to be removed otherwise.
    let settings = life.fault?.failpoint == .eventsRemoved ? ["retention.events": "1s"] : [:]
    let service = try world.start(settings, environment: (life.fault?.variable).map { ["FANFARE_FAILPOINT": $0] } ?? [:])
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
    let isUp = await service.process.isUp()
    guard isUp, await world.subscribe(service) else {
      if mayDie(life) { try await confirmKilled(service) } else { try await confirmRefused(life, service, wasUp: isUp) }
      if world.isSubscribed { try await world.producer.send(messages) } else { waiting = messages }
      return mayDie(life)
    }
    let producer = world.producer
    async let published: Void = producer.send(messages)
    async let posted: Void = producer.post(life.documents, to: service)
    if case .killAfter(let milliseconds) = life.fault {
      // A random instant is what this life is about.
      try await Task.sleep(for: .milliseconds(milliseconds))
      await service.process.kill()
      _ = try await (published, posted)
      return true
    }
    _ = try await (published, posted)
    try await work(life, service, upTo: messages.last?.event ?? "")
    if service.process.isRunning, await service.process.stop() == 0 { return false }
    if !mayDie(life) { throw MatrixFailure("the service did not end as it should: \(service.process.logTail)") }
    try await confirmKilled(service)
    return true
  }

  /// Until the service is gone, or has nothing to do any more.
  private func work(_ life: KillPlan.Life, _ service: MatrixService, upTo sentinel: String) async throws {
    if life.fault?.failpoint == .eventsRemoved {
      // The sentinel is removed as well. A second, and some more for a machine that is busy elsewhere.
      return try await service.gone(within: mayDie(life) ? .seconds(20) : .seconds(3))
    }
    if try await service.rest(after: sentinel), life.fault != nil {
      // What was to happen has not, so there is more to do.
      await service.requeueEverything()
      _ = try await service.rest(after: sentinel)
    }
  }

  private func mayDie(_ life: KillPlan.Life) -> Bool { life.fault?.isKill ?? false }

  /// A service that ends in another way than it was to has failed the round.
  private func confirmKilled(_ service: MatrixService) async throws {
    let ending = try await ending(of: service)
    if ending != .killed(signal: SIGKILL) { throw MatrixFailure("the service ended with \(ending): \(service.process.logTail)") }
  }

  /// A step that fails while the service starts ends it with a sentence; at any other time it lives on.
  private func confirmRefused(_ life: KillPlan.Life, _ service: MatrixService, wasUp: Bool) async throws {
    let ending = try await ending(of: service)
    guard !wasUp, case .failure(let failpoint, _, _) = life.fault, ending == .exited(code: 1),
      service.process.logTail.contains("the failpoint \(failpoint.rawValue) was told to fail")
    else { throw MatrixFailure("the service did not come up: \(service.process.logTail)") }
  }

  private func ending(of service: MatrixService) async throws -> ServiceProcess.Ending {
    try await service.gone(within: MatrixService.patience)
    if service.process.isRunning { throw MatrixFailure("the service lives on, and takes no subscriptions: \(service.process.logTail)") }
    return await service.process.ended()
  }
}
