import Fanfare
import Foundation
import GRDB
import PlainMatcher
import SQLiteStore
import Testing

@testable import Reckoning

/// A store that the service's own code wrote, read by the account's own SQL; and doctored where it lies.
@Suite struct StoreFileTests {
  /// Lies that somebody with the file and an SQL shell could tell.
  enum Lie: String, CaseIterable {
    case eventGone = "DELETE FROM event WHERE seq = 2"
    case deliveryGone = "DELETE FROM delivery WHERE row = 2"
    case succeededUnseen = "UPDATE delivery SET state = 1 WHERE row = 3; UPDATE attempt SET decision = 1 WHERE delivery = 3"
    case quarantineGone = "DELETE FROM quarantine"
    case renumbered = "UPDATE event SET seq = 9 WHERE seq = 3"

    var kinds: Set<Violation.Kind> {
      switch self {
      case .eventGone: [.eventLost, .gapInSequence, .deliveryOrphaned, .receivedUnknown]
      case .deliveryGone: [.deliveryMissing, .deliveriesMiscounted, .receivedUnknown]
      case .succeededUnseen: [.successNotReceived]
      case .quarantineGone: [.messageLost, .deadLetterUnknown]
      case .renumbered: [.gapInSequence, .deliveryMissing, .deliveriesMiscounted, .deliveryOrphaned, .receivedUnknown]
      }
    }
  }

  @Test func `what the store wrote adds up`() async throws {
    try await withStore { evidence, _ in
      let reckoning = try Reckoning(of: evidence)
      #expect(reckoning.violations == [])
      #expect(reckoning.figures.stored == 3)
      #expect(reckoning.figures.succeeded == 2)
      #expect(reckoning.figures.scheduled == 1)
      #expect(reckoning.figures.quarantined == 1)
      #expect(evidence.store.integrity == "ok")
    }
  }

  @Test(arguments: Lie.allCases) func `what was doctored in the file is found, and nothing else`(_ lie: Lie) async throws {
    try await withStore { evidence, directory in
      let queue = try DatabaseQueue(path: directory.appending(path: "fanfare.db").path)
      try await queue.write { try $0.execute(sql: lie.rawValue) }
      try queue.close()
      var evidence = evidence
      evidence.store = try StoreImage(directory: directory)
      let found = try Reckoning(of: evidence).violations
      #expect(Set(found.map(\.kind)) == lie.kinds, "\(found)")
    }
  }

  /// Three events for one subscription: two deliveries were taken, one is scheduled again.
  private func withStore(_ body: (Evidence, URL) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-reckoning-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let now = Timestamp(seconds: 1_790_000_000)
    let store = try SQLiteStore.open(
      SQLiteStoreConfiguration(
        path: directory.appending(path: "fanfare.db").path,
        secretKey: { _ in
          var random = SystemRandomNumberGenerator()
          return SecretKey(using: &random)
        }, clock: { now }))
    let scope = SubscriptionScope(side: .project, project: "shop")
    _ = try await store.replace(scope, with: [Subscription(scope: scope, id: "all", kind: .webhook, url: "http://r/all")], ifVersion: nil)
    let receipt = try await store.ingest((1...3).map(arrival) + [quarantined])
    try await store.record(
      receipt.deliveries.map { task in
        let isTaken = task.event.id != "e-3"
        return AttemptRecord(
          result: AttemptResult(
            task: task, startedAt: now, duration: .zero, outcome: .response(status: isTaken ? 204 : 500, body: [], retryAfter: nil)),
          verdict: Verdict(state: isTaken ? .succeeded : .scheduled(at: now + .seconds(60)), reason: "-"))
      }, endpoints: [])
    let letters = try await store.pending(limit: 10)
    try await store.remove(letters.map(\.id))
    try await store.close()

    var evidence = Evidence(
      sent: (1...3).map { SentMessage(event: "e-\($0)", text: text($0), isConfirmed: true) } + [
        SentMessage(event: nil, text: "{", isConfirmed: true)
      ], subscriptions: [try PlainSubscription(#"{"id":"all"}"#, side: .project, project: "shop")],
      store: try StoreImage(directory: directory, checksIntegrity: true),
      requests: receipt.deliveries.map {
        ReceivedRequest(
          time: now.nanoseconds, subscription: "all", delivery: $0.id.description, event: $0.event.id,
          status: $0.event.id == "e-3" ? 500 : 204)
      }, deadLetters: letters.map { PublishedDeadLetter(routingKey: $0.routingKey, body: String(decoding: $0.body, as: UTF8.self)) })
    evidence.isAtRest = false
    try await body(evidence, directory)
  }

  private func text(_ number: Int) -> String { #"{"id":"e-\#(number)","type":"ADD_BUILD","state_project":"shop","data":{"n":\#(number)}}"# }

  private func arrival(_ number: Int) -> Arrival {
    let event = Event(
      id: "e-\(number)", type: EventType("ADD_BUILD"), occurredAt: Timestamp(seconds: 1_780_000_000), isTimeGiven: true,
      receivedAt: Timestamp(seconds: 1_790_000_000), username: nil, audience: Audience([]),
      path: EventPath(inventory: nil, state: StatePlace(project: "shop")), data: Array(#"{"n":\#(number)}"#.utf8))
    return .event(event, origin(text(number)))
  }

  private var quarantined: Arrival {
    .quarantined(Quarantined(reason: .malformedJSON, detail: "-", origin: origin("{"), receivedAt: Timestamp(seconds: 1_790_000_000)))
  }

  private func origin(_ raw: String) -> Origin {
    Origin(door: .amqp(exchange: "state.events", routingKey: "-"), raw: Array(raw.utf8), contentType: "application/json")
  }
}
