import PlainMatcher

extension Books {
  /// Stored times matching is what there are deliveries.
  func fanOutViolations() throws -> [Violation] {
    let matcher = PlainMatcher(showsUnnamed: false)
    let byEvent = Dictionary(grouping: store.deliveries.filter { !$0.isReplay }, by: \.event)
    var violations: [Violation] = []
    for (sequence, entry) in events.sorted(by: { $0.key < $1.key }) {
      let rows = byEvent[sequence, default: []]
      let event = try PlainEvent(entry.row.text, nanoseconds: "0", eventTime: "", receivedTime: "")
      for subscription in evidence.subscriptions {
        let count = rows.count { self.subscription(of: $0)?.text == subscription.text }
        let subject = "event \(entry.row.id) for \(subscription.id)"
        if gets(subscription, entry, event, matcher) {
          if count == 0 { violations.append(Violation(.deliveryMissing, subject)) }
          if count > 1 { violations.append(Violation(.deliveryTwice, subject)) }
        } else if count > 0 {
          violations.append(Violation(.deliveryUnwanted, subject))
        }
      }
      let isContiguous = rows.map(\.row).sorted().elementsEqual((0..<Int64(rows.count)).map { entry.row.firstDelivery + $0 })
      if entry.row.deliveries != rows.count || !isContiguous {
        violations.append(Violation(.deliveriesMiscounted, "event \(entry.row.id)"))
      }
    }
    for delivery in store.deliveries where events[delivery.event] == nil {
      violations.append(Violation(.deliveryOrphaned, name(of: delivery)))
    }
    return violations
  }

  private func gets(_ subscription: PlainSubscription, _ entry: Entry, _ event: PlainEvent, _ matcher: PlainMatcher) -> Bool {
    // What the service tells of itself is for those who ask for it.
    if entry.isOwn, subscription.document["events"]?.isNull ?? true { return false }
    // And not for whom it is about.
    if entry.isOwn, entry.json["data"]?["subscription"]?.string == subscription.id { return false }
    return matcher.objection(of: subscription, to: event) == nil
  }

  /// Succeeded, dead or scheduled, and the attempts say so.
  func deliveryViolations() -> [Violation] {
    var violations: [Violation] = []
    for delivery in store.deliveries {
      let attempts = attempts[delivery.row, default: []]
      let isSettled = delivery.state == .succeeded || delivery.state == .dead
      if evidence.isAtRest, !isSettled { violations.append(Violation(.notSettled, name(of: delivery))) }
      if attempts.map(\.number) != (0..<delivery.attempts).map({ $0 + 1 }) {
        violations.append(Violation(.attemptsMiscounted, name(of: delivery)))
      }
      if attempts.count(where: { $0.decision == .succeeded }) > 1 { violations.append(Violation(.succeededTwice, name(of: delivery))) }
      if isSettled, attempts.last?.decision != delivery.state { violations.append(Violation(.stateUnproven, name(of: delivery))) }
    }
    return violations
  }
}
