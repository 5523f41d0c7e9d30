import Fanfare
import HTTPDelivery
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Testing
import Threading

@Suite(.timeLimit(.minutes(20)))
struct StoppingTests {
  private func sender(grace: Duration) throws -> HTTPSender {
    var configuration = HTTPSenderConfiguration(timeout: .seconds(600), userAgentVersion: "1", stopGrace: grace, clock: { now })
    configuration.allowNetworks = [try CIDR(parsing: "127.0.0.1")]
    return try HTTPSender(configuration: configuration, logger: .silent)
  }

  private func group(_ sender: HTTPSender) -> ServiceGroup {
    ServiceGroup(configuration: ServiceGroupConfiguration(services: [.init(service: sender)], logger: .silent))
  }

  /// A receiver that answers when it is told to, and a promise that is kept once `count` requests wait there.
  private func held(_ count: Int) async throws -> (Receiver, arrived: EventLoopFuture<Void>, release: EventLoopPromise<Void>) {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let release = loop.makePromise(of: Void.self)
    let arrived = loop.makePromise(of: Void.self)
    let waiting = NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: loop)
    let receiver = try await Receiver { _ in
      loop.execute {
        waiting.value += 1
        if waiting.value == count { arrived.succeed() }
      }
      return Receiver.Answer(after: release.futureResult)
    }
    return (receiver, arrived.futureResult, release)
  }

  @Test func `attempts in flight may end within the grace, new ones come back as stopped, and the results finish`() async throws {
    let (receiver, arrived, release) = try await held(3)
    let sender = try sender(grace: .seconds(600))
    let group = group(sender)
    async let running: Void = group.run()
    sender.send((1...3).map { sampleTask($0, to: receiver.url) })
    try await arrived.get()
    await group.triggerGracefulShutdown()
    while await !sender.health().reason.contains("stopping") { await Task.yield() }
    let late = try await sender.attempt(sampleTask(4, to: receiver.url))
    #expect(late.outcome == .failure(TransportFailure(kind: .stopped, detail: "the service stopped before an answer came")))
    release.succeed()
    var statuses: [Int: Int] = [:]
    for await batch in sender.results {
      for result in batch { if let status = result.outcome.status { statuses[status, default: 0] += 1 } }
    }
    #expect(statuses == [204: 3])
    try await running
    #expect(await sender.health().reason == "HTTP delivery has stopped")
    try await receiver.close()
  }

  @Test func `what has not ended when the grace is over comes back as stopped, each once`() async throws {
    let (receiver, arrived, release) = try await held(20)
    let sender = try sender(grace: .milliseconds(100))
    let group = group(sender)
    async let running: Void = group.run()
    sender.send((1...20).map { sampleTask($0, to: receiver.url) })
    try await arrived.get()
    await group.triggerGracefulShutdown()
    var results: [AttemptResult] = []
    for await batch in sender.results { results += batch }
    #expect(results.count == 20)
    #expect(Set(results.map(\.task.id)).count == 20)
    #expect(results.allSatisfy { $0.outcome.failure?.kind == .stopped })
    try await running
    release.succeed()
    try await receiver.close()
  }

  @Test func `a cancelled sender grants no grace`() async throws {
    let (receiver, arrived, release) = try await held(2)
    let sender = try sender(grace: .seconds(3600))
    let running = Task { try await sender.run() }
    sender.send((1...2).map { sampleTask($0, to: receiver.url) })
    try await arrived.get()
    running.cancel()
    var results: [AttemptResult] = []
    for await batch in sender.results { results += batch }
    #expect(results.map { $0.outcome.failure?.kind } == [.stopped, .stopped])
    try await running.value
    release.succeed()
    try await receiver.close()
  }

  @Test func `tasks that were sent before the sender runs are attempted once it does`() async throws {
    let receiver = try await Receiver()
    let sender = try sender(grace: .zero)
    #expect(await sender.health() == Health(part: "delivery", isReady: false, reason: "HTTP delivery has not started yet"))
    sender.send((1...3).map { sampleTask($0, to: receiver.url) })
    let running = Task { try await sender.run() }
    #expect(try await sender.results(3).allSatisfy { $0.outcome.status == 204 })
    #expect(await sender.health().isReady)
    running.cancel()
    try await running.value
    try await receiver.close()
  }

  @Test func `a name that takes long to resolve does not hold up the stop`() async throws {
    let sender = try sender(grace: .zero)
    let running = Task { try await sender.run() }
    sender.send([sampleTask(to: "http://no-such-host.invalid/")])
    running.cancel()
    var count = 0
    for await batch in sender.results { count += batch.count }
    #expect(count == 1)
    try await running.value
  }
}
