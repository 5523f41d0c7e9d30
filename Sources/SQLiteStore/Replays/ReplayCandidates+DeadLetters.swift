internal import Fanfare
internal import GRDB

extension ReplayCandidates {
  func deadLetters(after position: EntryPosition, examining: Int, limit: Int?) throws -> ReplaySlice {
    var slice = ReplaySlice(after: position)
    guard let path = PathFilter(.everything, order.filter) else {
      slice.isAtEnd = true
      return slice
    }
    let scan = try Statement(
      """
      SELECT row, event, subscription, created_at FROM delivery INDEXED BY delivery_unsent
      WHERE state = \(StateCode.dead) AND state IN (2, 3) AND row > ? AND row <= ? ORDER BY row LIMIT ?
      """, in: db)
    defer { scan.reset() }
    scan.bind(1, position.sequence)
    scan.bind(2, last)
    scan.bind(3, examining)
    var examined = 0
    while try scan.step() {
      if let limit, slice.count >= limit { return slice }
      examined += 1
      slice.examined.sequence = scan.int64(0)
      guard let subscription = index.subscription(row: scan.int64(2)), subscription.scope.project.isSame(as: order.project),
        !subscription.isDisabled, subscriptions?.contains(subscription.row) ?? true, try wasDead(scan.int64(0))
      else { continue }
      let name = store.identity.deliveries.name(row: scan.int64(0), createdAt: scan.timestamp(3)).description
      if let match = try deadLetter(name, of: scan.int64(1), for: subscription, path) { slice.append(match) }
    }
    slice.isAtEnd = examined < examining
    return slice
  }

  private func wasDead(_ row: Int64) throws -> Bool {
    guard let deadBy else { return true }
    let select = try Statement("SELECT started_at + duration FROM attempt WHERE delivery = ? ORDER BY number DESC LIMIT 1", in: db)
    defer { select.reset() }
    select.bind(1, row)
    return try !select.step() || select.timestamp(0) <= deadBy
  }

  private func deadLetter(
    _ name: String, of sequence: Int64, for subscription: Subscription, _ path: PathFilter
  ) throws -> ReplayMatch? {
    let select = try Statement(Self.detail, in: db)
    defer { select.reset() }
    select.bind(1, sequence)
    guard try select.step() else { return nil }
    let stored = StoredEvent(select)
    let isOfType = order.types.isEmpty || order.types.contains { $0.matches(stored.type.name) }
    guard isOfType, try subscription.maySee(stored, store.visibility) else { return nil }
    let event = try Event(compact: stored)
    guard path.holds(for: event) else { return nil }
    return ReplayMatch(
      sequence: sequence, audience: select.int64(StoredEvent.columnCount), username: event.username, entity: event.path.entity,
      targets: [ReplayMatch.Target(subscription: subscription, original: name)])
  }
}
