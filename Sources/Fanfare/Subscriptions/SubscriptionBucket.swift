/// One scope's subscriptions, found by event type.
///
/// Each enabled one stands in exactly one of two places: under every type it names, if it names types only, or among those
/// whose globs must be tried. Immutable, and shared by all copies of the index.
final class SubscriptionBucket: Sendable {
  /// All of them, in the order that the client gave.
  let members: [Subscription]
  private let byType: [EventType: [Int]]
  private let open: [Int]

  init(_ members: [Subscription]) {
    var byType: [EventType: [Int]] = [:]
    var open: [Int] = []
    for (position, member) in members.enumerated() where !member.isDisabled {
      if let globs = member.events, globs.allSatisfy(\.isExact) {
        for type in Set(globs.map { EventType($0.pattern) }) { byType[type, default: []].append(position) }
      } else {
        open.append(position)
      }
    }
    self.members = members
    self.byType = byType
    self.open = open
  }

  /// Appends the members that the event matches, in the members' order.
  func appendMatches(of event: Event, byDefault visibility: DefaultVisibility, to found: inout [Subscription]) {
    let exact = byType.isEmpty ? [] : byType[event.type] ?? []
    var next = 0
    for position in open {
      while next < exact.count, exact[next] < position {
        append(members[exact[next]], of: event, byDefault: visibility, to: &found)
        next += 1
      }
      let member = members[position]
      if member.isAbout(event.type) { append(member, of: event, byDefault: visibility, to: &found) }
    }
    while next < exact.count {
      append(members[exact[next]], of: event, byDefault: visibility, to: &found)
      next += 1
    }
  }

  private func append(
    _ member: Subscription, of event: Event, byDefault visibility: DefaultVisibility, to found: inout [Subscription]
  ) {
    if member.verdictOnContent(of: event, byDefault: visibility).isMatch { found.append(member) }
  }
}
