import PlainMatcher

extension Books {
  /// Published and confirmed is stored or quarantined; what was not confirmed may be either, or neither.
  func intakeViolations() -> [Violation] {
    var violations: [Violation] = []
    let rows = Dictionary(grouping: events.values.filter { !$0.isOwn }, by: \.row.id)
    let removed = Dictionary(grouping: store.removed.values, by: \.self).mapValues(\.count)
    let quarantined = Dictionary(grouping: store.quarantine, by: \.text)
    var belongsInQuarantine: Set<String> = []

    for (id, messages) in Dictionary(grouping: evidence.sent.filter { $0.event != nil }, by: { $0.event ?? "" }) {
      let count = rows[id, default: []].count + removed[id, default: 0]
      if count == 0, messages.contains(where: \.isConfirmed) { violations.append(Violation(.eventLost, id)) }
      if count > 1 { violations.append(Violation(.storedTwice, id)) }
      guard let stored = rows[id]?.first else { continue }
      let others = messages.filter { !says($0.text, stored.json) }
      if others.count == messages.count { violations.append(Violation(.storedOtherwise, id)) }
      // The same id with something else in it.
      for message in others {
        belongsInQuarantine.insert(message.text)
        violations += checkQuarantine(of: message, quarantined[message.text, default: []], name: id)
      }
    }
    for message in evidence.sent where message.event == nil {
      belongsInQuarantine.insert(message.text)
      violations += checkQuarantine(of: message, quarantined[message.text, default: []], name: message.text)
    }
    for text in quarantined.keys where !belongsInQuarantine.contains(text) {
      // Of an event that was removed it is not known what it said.
      if let id = (try? PlainJSON(text))?["id"]?.string, removed[id] != nil { continue }
      violations.append(Violation(.quarantinedWrongly, text))
    }
    let sent = Set(evidence.sent.compactMap(\.event))
    for id in Set(rows.keys).union(removed.keys) where !sent.contains(id) && !isOwnRemoved(id) {
      violations.append(Violation(.storedUnsent, id))
    }
    return violations + sequenceViolations()
  }

  private func checkQuarantine(of message: SentMessage, _ rows: [StoreImage.Quarantined], name: String) -> [Violation] {
    if rows.count > 1 { return [Violation(.quarantinedTwice, name)] }
    return rows.isEmpty && message.isConfirmed ? [Violation(.messageLost, name)] : []
  }

  /// Whether an event says what a message said: everything in it, as it was.
  private func says(_ text: String, _ event: PlainJSON) -> Bool {
    guard case .object(let members)? = try? PlainJSON(text) else { return false }
    return members.allSatisfy { key, value in event[key].map { $0.isEqual(to: value) } ?? value.isNull }
  }

  /// The service names its own events with KSUIDs; what they said is gone with them.
  private func isOwnRemoved(_ id: String) -> Bool { PlainKSUID(id) != nil }

  private func sequenceViolations() -> [Violation] {
    let numbers = Set(events.keys).union(store.removed.keys)
    let last = numbers.max() ?? 0
    if Int64(numbers.count) == last { return [] }
    return (1...max(last, 1)).filter { !numbers.contains($0) }.map { Violation(.gapInSequence, "number \($0)") }
  }
}
