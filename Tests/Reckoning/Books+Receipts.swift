import PlainMatcher

extension Books {
  /// Every success was received, and nothing was received that was not stored before.
  func receiptViolations() -> [Violation] {
    var violations: [Violation] = []
    let received = Set(taken.keys.compactMap { store.row(ofDelivery: $0) })
    for delivery in store.deliveries where delivery.state == .succeeded && !received.contains(delivery.row) {
      violations.append(Violation(.successNotReceived, name(of: delivery)))
    }
    for request in evidence.requests { violations += check(request) }
    for kill in evidence.kills { violations += receivedUnstored(before: kill) }
    return violations + removedViolations() + repetitionViolations() + orderViolations()
  }

  private func check(_ request: ReceivedRequest) -> [Violation] {
    let subject = "request \(request.delivery) of event \(request.event)"
    if store.removed.values.contains(request.event) { return [] }
    guard let row = store.row(ofDelivery: request.delivery), let delivery = deliveries[row], let entry = events[delivery.event],
      PlainKSUID(request.delivery)?.seconds == delivery.createdAt / 1_000_000_000
    else { return [Violation(.receivedUnknown, subject)] }
    if entry.row.id != request.event || store.subscriptions[delivery.subscription]?.id != request.subscription {
      return [Violation(.receivedElsewhere, subject)]
    }
    // By one clock, that of this machine.
    if let committedAt = entry.row.committedAt, request.time < committedAt { return [Violation(.receivedUnstored, subject)] }
    return []
  }

  /// What a killed service had sent is in the store that it left.
  private func receivedUnstored(before kill: Kill) -> [Violation] {
    let rows = Set(kill.store.deliveries.map(\.row))
    let events = Set(kill.store.events.map(\.id)).union(kill.store.removed.values)
    return evidence.requests.prefix(kill.requests).compactMap { request in
      if kill.store.removed.values.contains(request.event) { return nil }
      let isStored = events.contains(request.event) && (kill.store.row(ofDelivery: request.delivery).map(rows.contains) ?? false)
      return isStored ? nil : Violation(.receivedUnstored, "request \(request.delivery) of event \(request.event)")
    }
  }

  /// Of an event that retention has removed only the receivers know: each that it was for has taken it, or it died.
  private func removedViolations() -> [Violation] {
    let matcher = PlainMatcher(showsUnnamed: false)
    let texts = Dictionary(evidence.sent.compactMap { message in message.event.map { ($0, message.text) } }) { first, _ in first }
    let heard = Set(evidence.requests.filter(\.isTaken).map { [$0.event, $0.subscription] })
    var violations: [Violation] = []
    for id in store.removed.values {
      guard let text = texts[id], let event = try? PlainEvent(text, nanoseconds: "0", eventTime: "", receivedTime: "") else { continue }
      for subscription in evidence.subscriptions where matcher.objection(of: subscription, to: event) == nil {
        if heard.contains([id, subscription.id]) { continue }
        let isDead = evidence.deadLetters.contains { letter in
          guard let json = try? PlainJSON(letter.body) else { return false }
          return json["event"]?["id"]?.string == id && json["subscription"]?["id"]?.string == subscription.id
        }
        if !isDead { violations.append(Violation(.deliveryMissing, "removed event \(id) for \(subscription.id)")) }
      }
    }
    return violations
  }

  /// Each kill can have what was in flight then, or not written down yet, taken once more, and nothing else.
  private func repetitionViolations() -> [Violation] {
    var allowed: [String: Int] = [:]
    for kill in evidence.kills { for name in inFlight(at: kill) { allowed[name, default: 0] += 1 } }
    return taken.compactMap { name, requests in
      requests.count - 1 > allowed[name, default: 0]
        ? Violation(.repeatedWithoutKill, "request \(name) of event \(requests[0].event), \(requests.count) times") : nil
    }
  }

  /// An ordered subscription gets the events of an entity in their order. One that was given another chance comes when it comes.
  private func orderViolations() -> [Violation] {
    var violations: [Violation] = []
    for subscription in evidence.subscriptions where subscription.document["ordering"]?.string == "entity" {
      var last: [[String]: Int64] = [:]
      for request in evidence.requests where request.subscription == subscription.id {
        guard let row = store.row(ofDelivery: request.delivery), let delivery = deliveries[row], let entry = events[delivery.event] else {
          continue
        }
        if let death = attempts[row]?.firstIndex(where: { $0.decision == .dead }), death + 1 < attempts[row, default: []].count { continue }
        if entry.row.sequence < last[entry.entity, default: 0] {
          violations.append(Violation(.outOfOrder, "event \(entry.row.id) for \(subscription.id)"))
        }
        last[entry.entity] = entry.row.sequence
      }
    }
    return violations
  }
}
