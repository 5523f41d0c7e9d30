import Fanfare
import Foundation
import Reckoning
import ServiceFixture

/// One round: the service works under load, its disk fails for a while, is well again; all comes to rest, and the account is drawn up.
///
/// The service is never started again, unless it is told to stop while its disk is full.
struct DiskRound {
  struct Outcome: Sendable {
    let reckoning: Reckoning
    /// Batches from the broker that could not be stored.
    let failures: Int
    /// Events that the HTTP door refused meanwhile.
    let refused: Int
  }

  let fault: DiskFault
  let seed: UInt64
  /// How long the disk fails at least.
  let duration: Duration
  let world: RoundWorld

  func run() async throws -> Outcome {
    let disk = try SmallDisk(at: world.directory, megabytes: 256)
    defer { disk.remove() }
    let errors = try SyncErrors(in: world.directory)
    var service = try world.start(environment: errors.environment)
    do {
      guard await service.process.isUp(), await world.subscribe(service) else { throw MatrixFailure("the service did not come up") }
      try await service.becomesReady()
      let load = BrokerLoad(world.producer)
      let (refused, failures) = try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { [seed] in try await load.run(seed) }
        defer { group.cancelAll() }
        try await load.take(50)
        try await fault.begin(disk, errors, service)
        let refused = try await witness(service)
        let failures = try await service.failures("ingest")
        if fault.stopsService {
          try await stop(service)
          disk.makeRoom()
          // What could not be written down then is made again.
          try await world.noteKill()
          service = try world.start(environment: errors.environment)
          guard await service.process.isUp() else { throw MatrixFailure("the service did not come up again") }
        } else {
          try await fault.end(disk, errors, service)
        }
        try await service.becomesReady()
        try await load.take(50)
        load.stop()
        try await group.waitForAll()
        return (refused, failures)
      }
      let sentinel = Traffic.sentinel("sentinel-last")
      try await world.producer.sendUntilConfirmed(sentinel)
      guard try await service.rest(after: sentinel.event ?? "") else { throw MatrixFailure("the service ended by itself") }
      try await stop(service)
      return Outcome(reckoning: try await world.reckon(), failures: failures, refused: refused)
    } catch {
      // Nothing is left running, whatever went wrong.
      await service.process.kill()
      throw MatrixFailure("\(error)\n  \(service.process.logTail)")
    }
  }

  private func stop(_ service: MatrixService) async throws {
    let code = await service.process.stop()
    if code != 0 { throw MatrixFailure("the service ended with \(code)") }
  }

  /// Readiness, metrics and log tell of the fault, and the HTTP door does not say that it has what it has not.
  ///
  /// - Returns: how many events it refused.
  private func witness(_ service: MatrixService) async throws -> Int {
    var traffic = Traffic(seed: seed)
    let begin = ContinuousClock.now
    var (isToldOf, refused) = (false, 0)
    while !isToldOf || refused == 0 || ContinuousClock.now - begin < duration {
      if ContinuousClock.now - begin > duration + MatrixService.patience {
        throw MatrixFailure("readiness, log or metrics do not tell of the fault, or the HTTP door takes events: \(isToldOf), \(refused)")
      }
      for document in traffic.documents(2) where try await !isTaken(document, service) { refused += 1 }
      if !isToldOf {
        isToldOf = try await tells(service)
      } else if let health = await service.ask("GET", "/health/ready"), health.status == 200 {
        throw MatrixFailure("the service says that it is ready while its disk fails: \(health.text)")
      }
      if !service.process.isRunning { throw MatrixFailure("the service ended by itself") }
      // As long as the fault is to last.
      try await Task.sleep(for: .milliseconds(100))
    }
    return refused
  }

  /// - Throws: ``MatrixFailure`` if the door neither takes it nor says that the disk does not.
  private func isTaken(_ document: Traffic.Message, _ service: MatrixService) async throws -> Bool {
    let answer = await world.producer.offer(document, to: service)
    if answer?.status == 200 { return true }
    guard let answer, answer.status == 503, answer.header("Retry-After") != nil,
      answer.json["data"]?["reason"] == .string(fault.reason)
    else {
      throw MatrixFailure("the HTTP door answered \(answer.map { "\($0.status) \($0.text)" } ?? "nothing")")
    }
    return false
  }

  private func tells(_ service: MatrixService) async throws -> Bool {
    guard let health = await service.ask("GET", "/health/ready"), health.status == 503, health.text.contains(fault.sentence),
      try await service.failures("ingest") > 0, try await service.failures("commit") > 0
    else { return false }
    return service.process.wholeLog.split(separator: "\n").contains { $0.contains(#""level":"error""#) && $0.contains(fault.sentence) }
  }
}

extension MatrixService {
  /// How many batches of the broker, or commits, have failed.
  fileprivate func failures(_ kind: String) async throws -> Int {
    let lines = (await ask("GET", "/metrics"))?.text.split(separator: "\n") ?? []
    let line = lines.first { $0.hasPrefix("fanfare_\(kind)_failures_total ") }
    return line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) } ?? 0
  }
}
