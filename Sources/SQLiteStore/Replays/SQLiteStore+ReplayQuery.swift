public import Fanfare
internal import GRDB
internal import Synchronization

extension SQLiteStore: ReplayQuery {
  /// In slices, each read in a snapshot of its own.
  public func count(_ order: ReplayOrder) async throws -> Int {
    let subscriptions = try order.subscriptions(in: writer.catalogue.withLock { $0.index })
    var (position, last) = try await read { [self] db in try ReplayCandidates.extent(of: order, identity, in: db) }
    var count = 0
    while true {
      try Task.checkCancellation()
      let (after, bound) = (position, last)
      let slice = try await read { [self] db in
        let candidates = ReplayCandidates(
          order: order, subscriptions: subscriptions, last: bound, deadBy: nil, index: writer.catalogue.withLock { $0.index }, store: self,
          db: db)
        return try candidates.slice(after: after, examining: ReplayLimits().counted, limit: nil)
      }
      count += slice.count
      if slice.isAtEnd { return count }
      position = slice.examined
    }
  }

  public func makeReplay(_ order: ReplayOrder) async throws -> Replay {
    try await writer.perform { try $0.makeReplay(order) }
  }

  public func replays(ofProjects projects: Set<String>?, page: CursorPage) async throws -> Page<Replay> {
    try await read { [self] db in
      let table = NamedRows(table: "replay", names: identity.replays, db: db)
      let found = try RowPage(page, of: table, within: try table.all()) { span, isDescending, limit in
        let select = try Statement(
          """
          SELECT row FROM replay WHERE row >= ? AND row < ? AND (?3 IS NULL OR project IN (SELECT value FROM json_each(?3)))
          ORDER BY row \(isDescending ? "DESC" : "ASC") LIMIT ?4
          """, in: db)
        defer { select.reset() }
        select.bind(1, span.lowerBound)
        select.bind(2, span.upperBound)
        select.bind(3, projects.map { JSONValue.strings($0).text })
        select.bind(4, limit)
        var rows: [Int64] = []
        while try select.step() { rows.append(select.int64(0)) }
        return rows
      }
      return Page(
        elements: try found.rows.compactMap { try ReplayRow.read($0, in: db)?.replay(identity.replays) },
        hasPrevious: found.hasPrevious, hasNext: found.hasNext)
    }
  }

  public func replay(_ id: KSUID) async throws -> Replay? {
    try await read { [self] db in
      guard try NamedRows(table: "replay", names: identity.replays, db: db).creation(of: id) != nil else { return nil }
      return try ReplayRow.read(Int64(bitPattern: id.low), in: db)?.replay(identity.replays)
    }
  }

  public func change(_ id: KSUID, _ change: Replay.Change) async throws -> Replay? {
    try await writer.perform { try $0.changeReplay(id, change) }
  }
}

extension ReplayOrder {
  /// The rows of the subscriptions that it names; nil if it is for all of the project's.
  ///
  /// - Throws: ``ReplayError/unknownSubscription(_:)``.
  func subscriptions(in index: SubscriptionIndex) throws(ReplayError) -> Set<Int64>? {
    guard let subscription else { return nil }
    let rows = SubscriptionScope.Side.allCases.flatMap { index.subscriptions(of: SubscriptionScope(side: $0, project: project)) }
      .filter { $0.id == subscription }.map(\.row)
    if rows.isEmpty { throw .unknownSubscription(subscription) }
    return Set(rows)
  }
}
