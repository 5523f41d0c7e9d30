import Fanfare
import Foundation
import Reckoning
import ServiceFixture

/// One round: the service works under load, a fault begins, is told of, ends; all comes to rest, and the account is drawn up.
///
/// The service is never started again.
struct BrokerRound {
  struct Outcome: Sendable {
    let reckoning: Reckoning
    /// How often the service connected again.
    let reconnects: Int
  }

  let fault: BrokerFault
  let seed: UInt64
  let broker: FaultyBroker
  let world: RoundWorld

  private var virtualHost: String { String(world.amqpURL.split(separator: "/").last ?? "") }

  func run() async throws -> Outcome {
    let service = try world.start(["amqp.url": broker.serviceURL(of: fault, virtualHost: virtualHost)])
    do {
      guard await service.process.isUp(), await world.subscribe(service) else { throw MatrixFailure("the service did not come up") }
      try await service.becomesReady()
      let load = BrokerLoad(world.producer)
      let reconnects = try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { [seed] in try await load.run(seed) }
        defer { group.cancelAll() }
        let reconnects = try await suffer(service, load)
        load.stop()
        try await group.waitForAll()
        return reconnects
      }
      try await settle(service, "last")
      let code = await service.process.stop()
      if code != 0 { throw MatrixFailure("the service ended with \(code): \(service.process.logTail)") }
      return Outcome(reckoning: try await world.reckon(), reconnects: reconnects)
    } catch {
      // Nothing is left running, whatever went wrong; the broker is to be of use to the next round.
      await service.process.kill()
      try? await broker.end(fault, virtualHost: virtualHost)
      throw MatrixFailure("\(error)\n  \(service.process.logTail)")
    }
  }

  /// - Returns: how often the service connected again.
  private func suffer(_ service: MatrixService, _ load: BrokerLoad) async throws -> Int {
    try await load.take(50)
    if fault.deletesMessages {
      try await load.pause()
      try await settle(service, "before")
      // With a virtual host the dead-letter queue is deleted, too.
      if fault == .virtualHostDeleted { try await world.noteDeadLetters() }
      if fault == .queueDeleted { load.resume(areQueuesDoomed: true) }
    }
    let before = try await service.reconnects()
    try await broker.begin(fault, virtualHost: virtualHost)
    load.resume()
    try await witness(service)
    try await broker.end(fault, virtualHost: virtualHost)
    try await service.becomesReady()
    try await load.take(50)
    let after = try await service.reconnects()
    if fault != .memoryAlarm, after == before { throw MatrixFailure("fanfare_amqp_reconnects_total does not tell of the fault") }
    return after - before
  }

  /// Readiness, metrics and log tell of the fault; and the other door is open all the time.
  private func witness(_ service: MatrixService) async throws {
    var traffic = Traffic(seed: seed)
    let end = ContinuousClock.now + MatrixService.patience
    var isLogged = false
    var isToldOf = !fault.isLasting
    while !isLogged || !isToldOf {
      if ContinuousClock.now > end { throw MatrixFailure("log, readiness or metrics do not tell of the fault: \(isLogged), \(isToldOf)") }
      for document in traffic.documents(4) {
        guard await world.producer.post(document, to: service) else {
          throw MatrixFailure("the HTTP door did not take an event while the broker was away")
        }
      }
      isLogged = isLogged || service.hasLogged(fault.sentence)
      if !isToldOf { isToldOf = await service.tells(of: fault) }
      // Nobody is told of what is said: it is looked at again.
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Everything that was published so far is stored, delivered and gone from the queue.
  private func settle(_ service: MatrixService, _ name: String) async throws {
    let sentinel = Traffic.sentinel("sentinel-\(name)")
    try await world.producer.sendUntilConfirmed(sentinel)
    // What another connection had, which the broker takes for living, comes again when it has noticed.
    let end = ContinuousClock.now + MatrixService.patience
    while try await broker.messagesWaiting(virtualHost: virtualHost) > 0 {
      if ContinuousClock.now > end { throw MatrixFailure("messages were left in the queue") }
    }
    guard try await service.rest(after: sentinel.event ?? "") else { throw MatrixFailure("the service ended by itself") }
  }
}

extension MatrixService {
  /// - Throws: ``MatrixFailure`` if it never is.
  func becomesReady() async throws {
    let end = ContinuousClock.now + Self.patience
    while await ask("GET", "/health/ready")?.status != 200 {
      if !process.isRunning || ContinuousClock.now > end { throw MatrixFailure("the service did not become ready") }
      // Nor is anybody told of this.
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  func reconnects() async throws -> Int {
    let lines = (await ask("GET", "/metrics"))?.text.split(separator: "\n") ?? []
    return lines.filter { $0.hasPrefix("fanfare_amqp_reconnects_total{") }.reduce(0) { sum, line in
      sum + (line.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) } ?? 0)
    }
  }

  /// Whether a line that is a warning has this in it.
  func hasLogged(_ sentence: String) -> Bool {
    process.wholeLog.split(separator: "\n").contains { $0.contains(#""level":"warning""#) && $0.contains(sentence) }
  }

  /// Whether readiness and metrics tell of it at this moment.
  func tells(of fault: BrokerFault) async -> Bool {
    guard let health = await ask("GET", "/health/ready"), health.status == 503, health.text.contains(fault.sentence) else { return false }
    return await ask("GET", "/metrics")?.text.split(separator: "\n").contains { $0 == fault.metric } ?? false
  }
}
