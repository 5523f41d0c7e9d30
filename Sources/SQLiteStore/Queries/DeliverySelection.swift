internal import Fanfare
internal import GRDB

/// The deliveries that a filter lets through, as rows.
struct DeliverySelection {
  /// The span of rows outside of which none is.
  let span: Range<Int64>
  private let state: StateFilter
  /// Rows of subscriptions, those that were removed included; nil for all.
  private let subscriptions: [Int64]?
  private let db: Database

  private enum StateFilter {
    case any
    case scheduled
    case succeeded
    /// Dead or cancelled: few, so they have an index of their own.
    case unsent(Int64)
  }

  /// Nil if the filter lets nothing through.
  init?(_ filter: DeliveryFilter, _ store: SQLiteStore, in db: Database) throws {
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
    let table = NamedRows(table: "delivery", names: store.identity.deliveries, db: db)
    var span = try table.all()
    if let id = filter.event {
      guard let rows = try Self.rows(ofEvent: store.sequence(of: id, in: db), in: db) else { return nil }
      span = span.clamped(to: rows)
    }
    if let since = filter.since { span = span.clamped(to: try table.bound(of: span, createdAtOrAfter: since)..<Int64.max) }
    if let until = filter.until { span = span.clamped(to: Int64.min..<(try table.bound(of: span, createdAtOrAfter: until))) }
    self.span = span
  }

  /// Up to `limit` rows within a part of the span.
  func rows(in span: Range<Int64>, isDescending: Bool, limit: Int) throws -> [Int64] {
    if span.isEmpty || limit <= 0 { return [] }
    let order = isDescending ? "DESC" : "ASC"
    func find(from source: String, where condition: String = "", subscription: Int64? = nil) throws -> [Int64] {
      let select = try Statement(
        "SELECT row FROM delivery \(source) WHERE row >= ? AND row < ? \(condition) ORDER BY row \(order) LIMIT ?", in: db)
      defer { select.reset() }
      select.bind(1, span.lowerBound)
      select.bind(2, span.upperBound)
      select.bind(3, limit)
      if let subscription { select.bind(4, subscription) }
      var rows: [Int64] = []
      while try select.step() { rows.append(select.int64(0)) }
      return rows
    }
    func firstOf(_ lists: [[Int64]]) -> [Int64] {
      let rows = lists.flatMap { $0 }.sorted(by: isDescending ? (>) : (<))
      return Array(rows.prefix(limit))
    }
    let isFew = span.count <= 1_000
    let ofThese = subscriptions.map { "AND subscription IN (\($0.map(String.init).joined(separator: ",")))" } ?? ""
    switch state {
    case .any:
      guard let subscriptions, !isFew else { return try find(from: isFew ? "NOT INDEXED" : "", where: ofThese) }
      return firstOf(
        try subscriptions.map { try find(from: "INDEXED BY delivery_by_subscription", where: "AND subscription = ?", subscription: $0) })
    case .succeeded:
      guard let subscriptions, !isFew else { return try find(from: "NOT INDEXED", where: "AND state = 1 \(ofThese)") }
      return firstOf(
        try subscriptions.map {
          try find(from: "INDEXED BY delivery_by_subscription", where: "AND state = 1 AND subscription = ?", subscription: $0)
        })
    case .unsent(let code):
      return try find(from: "INDEXED BY delivery_unsent", where: "AND state = \(code) AND state IN (2, 3) \(ofThese)")
    case .scheduled:
      if isFew { return try find(from: "NOT INDEXED", where: "AND state IN (0, 4) \(ofThese)") }
      return firstOf([
        try find(from: "INDEXED BY delivery_due", where: "AND state = 0 \(ofThese)"),
        try find(from: "INDEXED BY delivery_parked", where: "AND state = 4 \(ofThese)"),
      ])
    }
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

  private static func rows(ofEvent sequence: Int64?, in db: Database) throws -> Range<Int64>? {
    guard let sequence else { return nil }
    let select = try Statement("SELECT first_delivery, deliveries FROM event WHERE seq = ?", in: db)
    defer { select.reset() }
    select.bind(1, sequence)
    guard try select.step(), select.int64(1) > 0 else { return nil }
    return select.int64(0)..<select.int64(0) + select.int64(1)
  }
}
