import PlainMatcher

extension Books {
  /// What is dead or quarantined is in the dead-letter queue, at least once; each death is told in the trail, once.
  func deadLetterViolations() -> [Violation] {
    var violations: [Violation] = []
    let letters = Dictionary(grouping: evidence.deadLetters) { $0.routingKey.hasPrefix("quarantine.") }
    let raw = Set(letters[true, default: []].map(\.body))
    let quarantined = Set(store.quarantine.map(\.text))
    for text in quarantined.subtracting(raw) { violations.append(Violation(.deadLetterMissing, text)) }
    for text in raw.subtracting(quarantined) { violations.append(Violation(.deadLetterUnknown, text)) }

    var found: [Int64: Int] = [:]
    for letter in letters[false, default: []] {
      let json = try? PlainJSON(letter.body)
      if let id = json?["event"]?["id"]?.string, store.removed.values.contains(id) { continue }
      guard let row = json?["delivery"]?.string.flatMap(store.row(ofDelivery:)), deaths[row] != nil else {
        violations.append(Violation(.deadLetterUnknown, letter.body))
        continue
      }
      found[row, default: 0] += 1
    }
    for (row, count) in deaths where found[row, default: 0] < count {
      violations.append(Violation(.deadLetterMissing, deliveries[row].map(name) ?? "delivery \(row)"))
    }
    if evidence.isAtRest, store.outbox > 0 { violations.append(Violation(.outboxNotEmpty, "\(store.outbox) messages")) }
    return violations + untoldDeaths()
  }

  /// Of the death of what only tells of another death nothing is told.
  private func untoldDeaths() -> [Violation] {
    let told = Dictionary(
      grouping: ownEvents.filter { $0.type == "DELIVERY_DEAD" }.compactMap { $0.json["data"]?["delivery"]?.string.flatMap(store.row) },
      by: \.self
    ).mapValues(\.count)
    return store.deliveries.compactMap { delivery in
      guard let entry = events[delivery.event], entry.type != "DELIVERY_DEAD" else { return nil }
      return deaths[delivery.row, default: 0] == told[delivery.row, default: 0] ? nil : Violation(.deathUntold, name(of: delivery))
    }
  }
}
