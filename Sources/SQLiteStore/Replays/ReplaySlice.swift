internal import Fanfare

/// What one step of a replay looks at, read in one snapshot.
struct ReplaySlice: Sendable {
  /// Where it begins, and how far it has looked.
  let after: EntryPosition
  var examined: EntryPosition
  /// Whether no candidate is left behind ``examined``.
  var isAtEnd = false
  var matches: [ReplayMatch] = []
  /// How many deliveries these are.
  var count = 0

  init(after: EntryPosition) {
    self.after = after
    examined = after
  }

  mutating func append(_ match: ReplayMatch) {
    matches.append(match)
    count += match.targets.count
  }
}

/// An event and the subscriptions that get it once more.
struct ReplayMatch: Sendable {
  struct Target: Sendable {
    let subscription: Subscription
    /// The delivery that is made once more; nil where there was none.
    let original: String?
  }

  let sequence: Int64
  /// Who may see the event, and so its deliveries.
  let audience: Int64
  let username: String?
  /// What it is about, for subscriptions that are delivered in order.
  let entity: String
  let targets: [Target]
}
