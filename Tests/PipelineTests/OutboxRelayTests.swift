import Fanfare
import Logging
import Synchronization
import Testing
import Threading

@testable import Pipeline

@Suite struct OutboxRelayTests {
  @Test func `dead letters are removed only once the broker has taken them`() async throws {
    let outbox = MemoryOutbox((1...3).map { message($0) })
    let publisher = ScriptedPublisher()
    let relay = OutboxRelay(
      outbox: outbox, publisher: publisher, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    let running = Task { try await relay.run() }
    // The broker is down, then takes one, then the rest.
    #expect(await publisher.offered() == [1, 2, 3])
    publisher.answer(nil)
    #expect(await publisher.offered() == [1, 2, 3])
    publisher.answer([2])
    #expect(await publisher.offered() == [1, 3])
    publisher.answer([1, 3])
    await outbox.waitUntilEmpty()
    running.cancel()
    try await running.value
  }

  private func message(_ id: Int64) -> OutboxMessage {
    OutboxMessage(id: id, routingKey: "quarantine.x", contentType: "application/json", headers: [], body: [])
  }
}

private final class MemoryOutbox: Outbox {
  private let messages: Mutex<[OutboxMessage]>
  private let empty = BatchStream<Bool>()

  init(_ messages: [OutboxMessage]) { self.messages = Mutex(messages) }

  func pending(limit: Int) async throws -> [OutboxMessage] { messages.withLock { Array($0.prefix(limit)) } }

  func remove(_ ids: [OutboxMessage.ID]) async throws {
    let isEmpty = messages.withLock { messages in
      messages.removeAll { ids.contains($0.id) }
      return messages.isEmpty
    }
    if isEmpty { empty.send(true) }
  }

  func waitUntilEmpty() async {
    var iterator = empty.makeAsyncIterator()
    _ = await iterator.next()
  }
}

private final class ScriptedPublisher: DeadLetterPublisher {
  private struct BrokerDown: Error {}

  private let offers = BatchStream<[OutboxMessage.ID]>()
  private let answers = BatchStream<[OutboxMessage.ID]?>()

  func offered() async -> [OutboxMessage.ID] {
    var iterator = offers.makeAsyncIterator()
    return await iterator.next()?.first ?? []
  }

  func answer(_ taken: [OutboxMessage.ID]?) { answers.send([taken]) }

  func publish(_ messages: [OutboxMessage]) async throws -> [OutboxMessage.ID] {
    offers.send(messages.map(\.id))
    var iterator = answers.makeAsyncIterator()
    guard let taken = await iterator.next()?.first ?? nil else { throw BrokerDown() }
    return taken
  }
}
