import Testing

@testable import Reckoning

/// A lie about what happened, and what of it must be noticed.
struct Doctoring: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let kinds: Set<Violation.Kind>
  let change: @Sendable (inout Evidence) -> Void

  init(_ description: String, _ kinds: Violation.Kind..., change: @escaping @Sendable (inout Evidence) -> Void) {
    testDescription = description
    self.kinds = Set(kinds)
    self.change = change
  }

  static let all: [Doctoring] = intake + fanOut + receipts + deadLetters

  private static let intake = [
    Doctoring("a confirmed event is not there", .eventLost) {
      $0.sent.append(SentMessage(event: "e-8", text: #"{"id":"e-8"}"#, isConfirmed: true))
    },
    Doctoring("an event has gone, and its deliveries have stayed", .eventLost, .gapInSequence, .deliveryOrphaned, .receivedUnknown) {
      $0.store.events.remove(at: 1)
    },
    Doctoring("an event is there twice", .storedTwice, .deliveryMissing, .deliveriesMiscounted) {
      var again = $0.store.events[1]
      again.sequence = 5
      $0.store.events.append(again)
    },
    Doctoring("an event is there that nobody sent", .storedUnsent) {
      $0.store.events.append(
        .init(sequence: 5, id: "e-8", committedAt: 100, text: #"{"id":"e-8","type":"A"}"#, firstDelivery: 0, deliveries: 0))
    },
    Doctoring("an event says something else", .storedOtherwise, .quarantinedWrongly, .messageLost) {
      let text = $0.store.events[1].text.replacing(#""n":2"#, with: #""n":7"#)
      $0.store.events[1].text = text
      $0.store.quarantine.append(.init(text: "what nobody sent", reason: "malformed_json"))
      $0.deadLetters.append(PublishedDeadLetter(routingKey: "quarantine.malformed_json", body: "what nobody sent"))
    },
    Doctoring("what cannot be read is nowhere", .messageLost, .deadLetterUnknown) { $0.store.quarantine.remove(at: 0) },
    Doctoring("what cannot be read is kept twice", .quarantinedTwice) { $0.store.quarantine.append($0.store.quarantine[0]) },
    Doctoring("a contradiction is nowhere", .messageLost, .deadLetterUnknown) { $0.store.quarantine.remove(at: 1) },
    Doctoring("a number of the sequence is left out", .gapInSequence) {
      $0.store.events.append(
        .init(sequence: 6, id: "e-9", committedAt: 100, text: $0.sent[6].text, firstDelivery: 8, deliveries: 2))
      $0.store.deliveries += [.sample(row: 8, event: 6, subscription: 1, .dead), .sample(row: 9, event: 6, subscription: 2, .dead)]
      $0.store.deliveries[7].attempts = 0
      $0.store.deliveries[8].attempts = 0
      $0.isAtRest = false
      for index in 7...8 { $0.store.deliveries[index].state = .scheduled }
    },
  ]

  private static let fanOut = [
    Doctoring("a delivery is missing", .deliveryMissing, .deliveriesMiscounted, .receivedUnknown) { $0.store.deliveries.remove(at: 3) },
    Doctoring("a delivery is there twice", .deliveryTwice, .deliveriesMiscounted, .successNotReceived) {
      var again = $0.store.deliveries[3]
      again.row = 8
      $0.store.deliveries.append(again)
      $0.store.attempts.append(.init(delivery: 8, number: 1, decision: .succeeded))
    },
    Doctoring("a subscription gets what it did not ask for", .deliveryUnwanted, .deliveriesMiscounted, .successNotReceived) {
      $0.store.deliveries.append(.sample(row: 8, event: 1, subscription: 3, .succeeded))
      $0.store.attempts.append(.init(delivery: 8, number: 1, decision: .succeeded))
    },
    Doctoring("a delivery waits for ever", .notSettled) { $0.store.deliveries[3].state = .held },
    Doctoring("a delivery was cancelled, and nobody asked for that", .notSettled) { $0.store.deliveries[3].state = .cancelled },
    Doctoring("an attempt is missing", .attemptsMiscounted, .stateUnproven) { $0.store.attempts.remove(at: 3) },
    Doctoring("a delivery succeeded twice", .succeededTwice) {
      $0.store.deliveries[3].attempts = 2
      $0.store.attempts.insert(.init(delivery: 4, number: 2, decision: .succeeded), at: 4)
    },
    Doctoring("a state is not what the last attempt says", .stateUnproven) { $0.store.attempts[3].decision = .scheduled },
  ]

  private static let receipts = [
    Doctoring("a success was never received", .successNotReceived) { $0.requests.remove(at: 3) },
    Doctoring("a success was received and refused", .successNotReceived) { $0.requests[3].status = 500 },
    Doctoring("a request is of no delivery", .receivedUnknown) {
      $0.requests.append(ReceivedRequest(time: 200, subscription: "all", delivery: Evidence.name(50), event: "e-1", status: 204))
    },
    Doctoring("a request is of another store's delivery", .receivedUnknown) {
      $0.requests.append(
        ReceivedRequest(time: 200, subscription: "all", delivery: "23Dxv2aT3IUFkHBuoGtS4cyHGRj", event: "e-1", status: 500))
    },
    Doctoring("a request went to another subscription", .receivedElsewhere) { $0.requests[3].subscription = "alarms" },
    Doctoring("a request was of another event", .receivedElsewhere) { $0.requests[3].event = "e-3" },
    Doctoring("a request came before its event's transaction", .receivedUnstored) { $0.requests[4].time = 99 },
    Doctoring("a request came before a kill that left no row of it", .receivedUnstored) { $0.kills[0].store.deliveries.removeLast() },
    Doctoring("a delivery was taken once more than it was in flight at kills", .repeatedWithoutKill) {
      $0.requests.insert($0.requests[1], at: 3)
    },
    Doctoring("a delivery was repeated that was written down at the kill", .repeatedWithoutKill) {
      $0.kills[0].store.deliveries[1].state = .succeeded
    },
    Doctoring("an ordered subscription got the later one first", .outOfOrder) { $0.requests.swapAt(4, 6) },
  ]

  private static let deadLetters = [
    Doctoring("a dead letter is missing", .deadLetterMissing) { $0.deadLetters.remove(at: 2) },
    Doctoring("a dead letter of the quarantine is missing", .deadLetterMissing) { $0.deadLetters.remove(at: 0) },
    Doctoring("a dead letter is of what lives", .deadLetterUnknown) {
      $0.deadLetters[0].body = #"{"event":{"id":"e-1"},"delivery":"\#(Evidence.name(1))"}"#
      $0.deadLetters[0].routingKey = "delivery.webhook"
      $0.deadLetters.append(PublishedDeadLetter(routingKey: "quarantine.malformed_json", body: "{ no event"))
    },
    Doctoring("the outbox is not empty", .outboxNotEmpty) { $0.store.outbox = 1 },
    Doctoring("a death was not told", .deathUntold) {
      let text = $0.store.events[3].text.replacing(Evidence.name(5), with: Evidence.name(3))
      $0.store.events[3].text = text
    },
    Doctoring("the file is damaged", .damaged) { $0.store.integrity = "row 3 missing from index delivery_due" },
  ]
}
