internal import Fanfare
internal import GRDB

/// Pages of a table whose key is a KSUID's text: small tables, where the store need not hide the id in the row's number.
struct IdentifiedRows<Element: Sendable> {
  let table: String
  let columns: String
  /// What rows must be like besides; its only parameter is `?1`.
  let condition: String
  let argument: String?
  let db: Database
  let read: (Statement) throws -> Element

  func page(_ page: CursorPage) throws -> Page<Element> {
    let isAscending = page.order == .ascending
    switch page.boundary {
    case nil:
      let (rows, hasMore) = try list(from: nil, isAscending, page.size)
      return Page(elements: rows, hasPrevious: false, hasNext: hasMore)
    case .after(let id):
      let (rows, hasMore) = try list(from: id, isAscending, page.size)
      return Page(elements: rows, hasPrevious: try hasRow(atOrBehind: id, isAscending), hasNext: hasMore)
    case .before(let id):
      let (rows, hasMore) = try list(from: id, !isAscending, page.size)
      return Page(elements: rows.reversed(), hasPrevious: hasMore, hasNext: try hasRow(atOrBehind: id, !isAscending))
    }
  }

  /// Up to `size` rows beyond an id, and whether there are more.
  private func list(from id: KSUID?, _ isAscending: Bool, _ size: Int) throws -> (rows: [Element], hasMore: Bool) {
    let beyond = id == nil ? "?2 IS NULL" : "id \(isAscending ? ">" : "<") ?2"
    let select = try Statement(
      "SELECT \(columns) FROM \(table) WHERE \(condition) AND \(beyond) ORDER BY id \(isAscending ? "ASC" : "DESC") LIMIT ?3", in: db)
    defer { select.reset() }
    select.bind(1, argument)
    select.bind(2, id?.description)
    select.bind(3, size + 1)
    var rows: [Element] = []
    while try select.step() {
      if rows.count == size { return (rows, true) }
      rows.append(try read(select))
    }
    return (rows, false)
  }

  /// Whether there is anything on the other side of an id, the id itself included.
  private func hasRow(atOrBehind id: KSUID, _ isAscending: Bool) throws -> Bool {
    let select = try Statement("SELECT 1 FROM \(table) WHERE \(condition) AND id \(isAscending ? "<=" : ">=") ?2 LIMIT 1", in: db)
    defer { select.reset() }
    select.bind(1, argument)
    select.bind(2, id.description)
    return try select.step()
  }
}
