internal import Fanfare
internal import GRDB

/// What an order is about, in one snapshot of the store.
struct ReplayCandidates {
  /// `event.audience` and where its deliveries stand, behind the event's own columns.
  static let detail = """
    SELECT \(StoredEvent.columns), event.audience, event.first_delivery, event.deliveries
    FROM event JOIN type ON type.id = event.type WHERE event.seq = ?
    """

  let order: ReplayOrder
  /// The rows of the subscriptions that it is for; nil for all of the project's.
  let subscriptions: Set<Int64>?
  /// No candidate beyond it counts.
  let last: Int64
  /// Dead letters whose last attempt ended after this do not count: they were no dead letters yet. Nil for all there are.
  let deadBy: Timestamp?
  let index: SubscriptionIndex
  let store: SQLiteStore
  let db: Database

  /// Where an order begins and ends: before the first candidate, and the last one that there is.
  static func extent(of order: ReplayOrder, _ identity: StoreIdentity, in db: Database) throws -> (first: EntryPosition, last: Int64) {
    if order.isOfDeadLetters {
      let table = NamedRows(table: "delivery", names: identity.deliveries, db: db)
      let all = try table.all()
      let first = try table.bound(of: all, createdAtOrAfter: order.since)
      let end = try table.bound(of: all, createdAtOrAfter: order.until)
      return (EntryPosition(occurredAt: 0, sequence: first - 1), end - 1)
    }
    let last = try Int64.fetchOne(db, sql: "SELECT max(seq) FROM event") ?? 0
    return (EntryPosition(occurredAt: order.since.nanoseconds, sequence: 0), last)
  }

  /// - Parameters:
  ///   - examining: how many candidates to look at, at most.
  ///   - limit: with how many deliveries the slice is full, the last event's beyond it included; nil if they are only counted.
  func slice(after position: EntryPosition, examining: Int, limit: Int?) throws -> ReplaySlice {
    order.isOfDeadLetters
      ? try deadLetters(after: position, examining: examining, limit: limit)
      : try events(after: position, examining: examining, limit: limit)
  }

  private func events(after position: EntryPosition, examining: Int, limit: Int?) throws -> ReplaySlice {
    var slice = ReplaySlice(after: position)
    guard let path = PathFilter(.everything, order.filter), let types = try EventListing.types(order.types, in: db) else {
      slice.isAtEnd = true
      return slice
    }
    let entries = try entries(of: path, after: position, limit: examining)
    slice.isAtEnd = entries.count < examining
    let originals = Originals(identity: store.identity, db: db)
    for entry in entries {
      if entry.position.occurredAt >= order.until.nanoseconds {
        slice.isAtEnd = true
        return slice
      }
      if let limit, slice.count >= limit {
        slice.isAtEnd = false
        return slice
      }
      slice.examined = entry.position
      if entry.position.sequence > last || !(types.all || types.ids.contains(entry.type)) { continue }
      if let match = try match(entry.position.sequence, path, originals, isCounted: limit == nil) { slice.append(match) }
    }
    return slice
  }

  /// The next entries of the timelines that hold every candidate, in the order of time, each event once.
  private func entries(of path: PathFilter, after position: EntryPosition, limit: Int) throws -> [TimelineEntry] {
    // All that the path names must hold, so any one of its timelines has them all.
    let timelines = path.timelines.last.map { [$0] } ?? [.inventoryProject(order.project), .stateProject(order.project)]
    let reader = try TimelineReader(store.writer.recent, in: db)
    var entries: [TimelineEntry] = []
    for timeline in timelines {
      guard let id = try timeline.id(in: db) else { continue }
      entries += try reader.entries(of: RunKey(timeline: id, audience: AudienceCode.all), newerThan: position, limit: limit)
    }
    if timelines.count == 1 { return entries }
    entries.sort { $0.position < $1.position }
    var merged: [TimelineEntry] = []
    for entry in entries where merged.last?.position != entry.position { merged.append(entry) }
    return Array(merged.prefix(limit))
  }

  private func match(_ sequence: Int64, _ path: PathFilter, _ originals: Originals, isCounted: Bool) throws -> ReplayMatch? {
    let select = try Statement(Self.detail, in: db)
    defer { select.reset() }
    select.bind(1, sequence)
    guard try select.step() else { return nil }
    let event = try Event(compact: StoredEvent(select))
    guard path.holds(for: event) else { return nil }
    let matching = index.matches(event).filter {
      $0.scope.project.isSame(as: order.project) && subscriptions?.contains($0.row) ?? true && !event.tells(of: $0)
    }
    if matching.isEmpty { return nil }
    let first = select.int64(StoredEvent.columnCount + 1)
    let rows = first..<first + select.int64(StoredEvent.columnCount + 2)
    return ReplayMatch(
      sequence: sequence, audience: select.int64(StoredEvent.columnCount), username: event.username, entity: event.path.entity,
      targets: try matching.map { subscription in
        ReplayMatch.Target(
          subscription: subscription, original: isCounted ? nil : try originals.delivery(of: subscription.row, among: rows))
      })
  }
}

/// Finds what subscriptions got the first time.
private struct Originals {
  let identity: StoreIdentity
  let db: Database

  /// - Parameter rows: the event's own deliveries.
  func delivery(of subscription: Int64, among rows: Range<Int64>) throws -> String? {
    if rows.isEmpty { return nil }
    let select = try Statement(
      "SELECT row, created_at FROM delivery NOT INDEXED WHERE row >= ? AND row < ? AND subscription = ? ORDER BY row LIMIT 1", in: db)
    defer { select.reset() }
    select.bind(1, rows.lowerBound)
    select.bind(2, rows.upperBound)
    select.bind(3, subscription)
    return try select.step() ? identity.deliveries.name(row: select.int64(0), createdAt: select.timestamp(1)).description : nil
  }
}
