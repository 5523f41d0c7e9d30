extension SubscriptionExplanation {
  /// The very term that the verdict rests on, where there is one: for those who may read the subscription.
  public func clause(on event: StoredEvent) -> Clause? {
    switch verdict {
    case .type, .filter, .groups: break
    case .matched, .disabled, .paused, .later: return nil
    }
    guard case .there(let subscription, let verdict) = standing, let event = try? Event(compact: event) else { return nil }
    return subscription.clause(of: verdict, on: event)
  }

  /// The verdict as a sentence for people.
  ///
  /// - Parameter clause: what it may say of the subscription's own terms; nil for those who may not read it.
  public func reason(quoting clause: Clause?) -> String {
    if isSubject { return "a subscription is not told of what happens to itself" }
    switch verdict {
    case .matched: return matchReason
    case .later where isYounger: return "it was made after the event had come"
    case .later: return "it was something else when the event came; as it is now, it would match"
    case .disabled: return "it is disabled" + hindsight
    case .paused where isHeldByPause: return "it matched; it is paused, and its delivery waits"
    case .paused: return "it was something else when the event came; as it is now, it would match, and it is paused"
    case .type, .filter, .groups: return (clause?.sentence ?? genericReason) + hindsight
    }
  }

  /// That what is said is of the subscription as it is now, where it was something else.
  private var hindsight: String { isChanged ? "; that is what it says now: it was changed after the event had come" : "" }

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
}
