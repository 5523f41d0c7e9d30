internal import Fanfare
internal import GRDB

/// The deliveries that a filter lets through and a reader may see, as rows.
struct DeliverySelection {
  /// The span of rows outside of which none is.
  let span: Range<Int64>
  private let state: StateFilter
  /// Rows of subscriptions, those that were removed included; nil for all.
  private let subscriptions: [Int64]?
  /// The only rows that may be, where they do not stand together; nil for all of the span.
  private let rows: [Int64]?
  /// The row of the replay that they are of; nil for any delivery.
  private let replay: Int64?
  /// Nil if he may see all that are in the span.
  private let readership: (audiences: AudienceSet, username: String?)?
  private let db: Database

  private enum StateFilter {
    case any
    case scheduled
    case succeeded
    /// Dead or cancelled: few, so they have an index of their own.
    case unsent(Int64)

    /// `delivery.state` of those that it lets through.
    var codes: [Int64] {
      switch self {
      case .any: [StateCode.scheduled, StateCode.succeeded, StateCode.dead, StateCode.cancelled, StateCode.parked, StateCode.held]
      case .scheduled: [StateCode.scheduled, StateCode.parked, StateCode.held]
      case .succeeded: [StateCode.succeeded]
      case .unsent(let code): [code]
      }
    }
  }

  /// Nil if the filter lets nothing through.
  init?(_ filter: DeliveryFilter, for reader: Reader, _ store: SQLiteStore, in db: Database) throws {
    self.db = db
    switch filter.state {
    case nil: state = .any
    case "scheduled": state = .scheduled
    case "succeeded": state = .succeeded
    case "dead": state = .unsent(StateCode.dead)
    case "cancelled": state = .unsent(StateCode.cancelled)
    default: return nil
    }
    subscriptions = try Self.subscriptions(filter, in: db)
    if let id = filter.replay {
      // A replay that never was has made nothing.
      guard try NamedRows(table: "replay", names: store.identity.replays, db: db).creation(of: id) != nil else { return nil }
      replay = Int64(bitPattern: id.low)
    } else {
      replay = nil
    }
    let table = NamedRows(table: "delivery", names: store.identity.deliveries, db: db)
    var span = try table.all()
    var only: [Int64]?
    var readership: (audiences: AudienceSet, username: String?)?
    if let id = filter.event {
      // All of them are his, or none is.
      guard let event = try store.event(id, for: reader, in: db) else { return nil }
      let own = try Self.rows(ofEvent: event.sequence, in: db)
      let replayed = try ReplayMark.deliveries(ofEvent: event.sequence, in: db)
      if let last = replayed.last {
        only = Array(own) + replayed
        span = span.clamped(to: (own.isEmpty ? replayed[0] : own.lowerBound)..<last + 1)
      } else {
        span = span.clamped(to: own)
      }
    } else if case .audiences(let audiences, let username) = try Readership(reader, store.visibility, store.knownAudiences, in: db) {
      readership = (audiences, username)
    }
    self.readership = readership
    rows = only
    if let since = filter.since { span = span.clamped(to: try table.bound(of: span, createdAtOrAfter: since)..<Int64.max) }
    if let until = filter.until { span = span.clamped(to: Int64.min..<(try table.bound(of: span, createdAtOrAfter: until))) }
    self.span = span
  }

  /// Up to `limit` rows within a part of the span.
  ///
  /// What the filter lets through and what the reader may see leap over each other's gaps, so it costs about what the sparser of the two
  /// has up to there.
  func rows(in span: Range<Int64>, isDescending: Bool, limit: Int) throws -> [Int64] {
    guard let readership, limit > 0 else { return try candidates(in: span, isDescending: isDescending, limit: limit) }
    var visible = try VisibleDeliveries(
      audiences: readership.audiences, username: readership.username, isDescending: isDescending, in: db)
    var rest = span
    var rows: [Int64] = []
    // What is scheduled is sorted anew by each search for it, so it is searched for once.
    var chunk = if case .scheduled = state { Int.max } else { limit }
    while true {
      let candidates = try candidates(in: rest, isDescending: isDescending, limit: chunk)
      guard let last = candidates.last else { return rows }
      var next = isDescending ? last - 1 : last + 1
      var leap = isDescending ? Int64.max : Int64.min
      for row in candidates where isDescending ? row <= leap : row >= leap {
        switch try visible.answer(for: row) {
        case .visible: rows.append(row)
        case .hidden(let nearest): leap = nearest
        case .end: return rows
        }
        if rows.count == limit { return rows }
      }
      if candidates.count < chunk { return rows }
      let isLeaping = isDescending ? leap < next : leap > next && leap != .min
      if isLeaping { next = leap }
      chunk = isLeaping ? max(chunk / 2, 8) : min(chunk * 2, 1_024)
      rest = isDescending ? rest.lowerBound..<max(next + 1, rest.lowerBound) : min(next, rest.upperBound)..<rest.upperBound
    }
  }

  /// Those that the filter lets through.
  private func candidates(in span: Range<Int64>, isDescending: Bool, limit: Int) throws -> [Int64] {
    // Subscriptions that are not there have no deliveries, and SQLite has no plan for an empty list.
    if span.isEmpty || limit <= 0 || subscriptions?.isEmpty == true { return [] }
    let order = isDescending ? "DESC" : "ASC"
    func find(from source: String, where condition: String = "", subscription: Int64? = nil) throws -> [Int64] {
      let select = try Statement(Self.sql(from: source, where: condition, order: order), in: db)
      defer { select.reset() }
      select.bind(1, span.lowerBound)
      select.bind(2, span.upperBound)
      select.bind(3, limit)
      if let subscription { select.bind(4, subscription) }
      if let replay { select.bind(5, replay) }
      if let rows { select.bind(6, JSONValue.array(rows.map { .integer($0) }).text) }
      var rows: [Int64] = []
      while try select.step() { rows.append(select.int64(0)) }
      return rows
    }
    func firstOf(_ lists: [[Int64]]) -> [Int64] {
      let rows = lists.flatMap { $0 }.sorted(by: isDescending ? (>) : (<))
      return Array(rows.prefix(limit))
    }
    func listed(_ numbers: [Int64]) -> String { "(\(numbers.map(String.init).joined(separator: ",")))" }
    let isFew = rows != nil || span.count <= 1_000
    var ofThese = subscriptions.map { "AND subscription IN \(listed($0))" } ?? ""
    // Bound, not written out: what is prepared is kept.
    if rows != nil { ofThese += " AND row IN (SELECT value FROM json_each(?6))" }
    if replay != nil { ofThese += " AND replay = ?5" }
    if replay != nil, !isFew {
      let states = state.codes
      return firstOf(
        try states.map { try find(from: "INDEXED BY delivery_by_replay", where: "AND state = \($0) \(ofThese)") })
    }
    switch state {
    case .any:
      guard let subscriptions, !isFew else { return try find(from: isFew ? "NOT INDEXED" : "", where: ofThese) }
      return firstOf(
        try subscriptions.map { try find(from: "INDEXED BY delivery_by_subscription", where: "AND subscription = ?4", subscription: $0) })
    case .succeeded:
      guard let subscriptions, !isFew else { return try find(from: "NOT INDEXED", where: "AND state = 1 \(ofThese)") }
      return firstOf(
        try subscriptions.map {
          try find(from: "INDEXED BY delivery_by_subscription", where: "AND state = 1 AND subscription = ?4", subscription: $0)
        })
    case .unsent(let code):
      return try find(
        from: rows == nil ? "INDEXED BY delivery_unsent" : "NOT INDEXED", where: "AND state = \(code) AND state IN (2, 3) \(ofThese)")
    case .scheduled:
      if isFew { return try find(from: "NOT INDEXED", where: "AND state IN (0, 4, 5) \(ofThese)") }
      return firstOf([
        try find(from: "INDEXED BY delivery_due", where: "AND state = 0 \(ofThese)"),
        try find(from: "INDEXED BY delivery_parked", where: "AND state IN (4, 5) \(ofThese)"),
      ])
    }
  }

  static func sql(from source: String = "", where condition: String = "", order: String = "DESC") -> String {
    "SELECT row FROM delivery \(source) WHERE row >= ?1 AND row < ?2 \(condition) ORDER BY row \(order) LIMIT ?3"
  }

  private static func subscriptions(_ filter: DeliveryFilter, in db: Database) throws -> [Int64]? {
    if filter.project == nil && filter.subscription == nil { return nil }
    let select = try Statement(
      """
      SELECT subscription.row FROM subscription JOIN subscription_set ON subscription_set.row = subscription.subscription_set
      WHERE (?1 IS NULL OR subscription_set.project = ?1) AND (?2 IS NULL OR subscription.id = ?2)
      """, in: db)
    defer { select.reset() }
    select.bind(1, filter.project)
    select.bind(2, filter.subscription)
    var rows: [Int64] = []
    while try select.step() { rows.append(select.int64(0)) }
    return rows
  }

  /// Those that the event had when it was stored.
  private static func rows(ofEvent sequence: Int64, in db: Database) throws -> Range<Int64> {
    let select = try Statement("SELECT first_delivery, deliveries FROM event WHERE seq = ?", in: db)
    defer { select.reset() }
    select.bind(1, sequence)
    guard try select.step(), select.int64(1) > 0 else { return 0..<0 }
    return select.int64(0)..<select.int64(0) + select.int64(1)
  }
}
