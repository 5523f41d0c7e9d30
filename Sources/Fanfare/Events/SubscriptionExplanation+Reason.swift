extension SubscriptionExplanation {
  /// The verdict as a sentence for people.
  ///
  /// - Parameter event: what it was judged on.
  /// - Parameter isDetailed: whether it may say what the subscription's own terms are, for those who may read it.
  public func reason(for event: StoredEvent, isDetailed: Bool) -> String {
    switch verdict {
    case .matched: return matchReason
    case .later where isYounger: return "it was made after the event had come"
    case .later: return "it was something else when the event came; as it is now, it would match"
    case .disabled: return "it is disabled"
    case .paused: return "it was something else when the event came; as it is now, it would match, and it is paused"
    case .type, .filter, .groups: break
    }
    guard isDetailed, case .there(let subscription, let verdict) = standing else { return genericReason }
    switch verdict {
    case .type: return "the type \(event.type) fits none of \(Self.list(subscription.events?.map(\.pattern) ?? []))"
    case .groups: return "none of its groups may see the event: \(Self.list(subscription.allowedGroups ?? []))"
    case .filter(let index): return "the filter \(subscription.filters[index].text) does not hold"
    case .matched, .paused, .disabled: return genericReason
    }
  }

  private var matchReason: String {
    switch standing {
    case .removed: "it matched, and was removed since"
    case .there(let subscription, _) where subscription.isDisabled && isWaiting: "it matched; it is disabled, and its delivery waits"
    case .there(let subscription, _) where subscription.isPaused && isWaiting: "it matched; it is paused, and its delivery waits"
    case .there: "it matched"
    }
  }

  private var isWaiting: Bool {
    deliveries.contains { if case .scheduled = $0.summary.state { true } else { false } }
  }

  private var genericReason: String {
    switch verdict {
    case .type: "it is not about events of this type"
    case .filter: "one of its filters does not hold"
    default: "none of its groups may see the event"
    }
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}

extension Filter {
  /// As the API shows it.
  fileprivate var text: String {
    var json = JSONWriter()
    appendJSON(to: &json)
    return String(decoding: json.bytes, as: UTF8.self)
  }
}
