internal import Fanfare
internal import GRDB

/// The rows of a table that are named by KSUIDs, as a span of numbers: both orders are the same, because `created_at` never goes back.
struct NamedRows {
  let table: String
  let names: RowNames
  let db: Database

  /// All rows.
  func all() throws -> Range<Int64> {
    let select = try Statement("SELECT coalesce(min(row), 1), coalesce(max(row), 0) + 1 FROM \(table)", in: db)
    defer { select.reset() }
    guard try select.step() else { return 1..<1 }
    return select.int64(0)..<select.int64(1)
  }

  /// The rows of `span` that were made at `instant` or later: where they begin.
  func bound(of span: Range<Int64>, createdAtOrAfter instant: Timestamp) throws -> Int64 {
    let select = try Statement("SELECT row, created_at FROM \(table) WHERE row >= ? ORDER BY row LIMIT 1", in: db)
    var low = span.lowerBound
    var high = span.upperBound
    while low < high {
      let middle = low + (high - low) / 2
      select.bind(1, middle)
      defer { select.reset() }
      if try select.step(), select.int64(0) < high, select.timestamp(1) < instant {
        low = select.int64(0) + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// Where the rows begin whose names are `name` or greater; whether there is such a row does not matter.
  func bound(of span: Range<Int64>, named name: KSUID) throws -> Int64 {
    let first = try bound(of: span, createdAtOrAfter: name.instant)
    let end = try bound(of: first..<span.upperBound, createdAtOrAfter: name.instant + .seconds(1))
    if name.high != names.high { return name.high < names.high ? first : end }
    return name.low > UInt64(Int64.max) ? end : min(max(Int64(name.low), first), end)
  }

  /// When a row was made, if it is there and `name` is its name.
  func creation(of name: KSUID) throws -> Timestamp? {
    guard name.high == names.high, name.low <= UInt64(Int64.max) else { return nil }
    let select = try Statement("SELECT created_at FROM \(table) WHERE row = ?", in: db)
    defer { select.reset() }
    select.bind(1, Int64(name.low))
    guard try select.step(), names.name(row: Int64(name.low), createdAt: select.timestamp(0)) == name else { return nil }
    return select.timestamp(0)
  }
}

/// A page of rows, found by what lists some of a span in either direction.
struct RowPage {
  private(set) var rows: [Int64] = []
  private(set) var hasPrevious = false
  private(set) var hasNext = false

  /// - Parameter list: up to `limit` rows of `span`, in that direction.
  init(
    _ page: CursorPage, of table: NamedRows, within span: Range<Int64>,
    list: (_ span: Range<Int64>, _ isDescending: Bool, _ limit: Int) throws -> [Int64]
  ) throws {
    let isDescending = page.order == .descending
    guard let boundary = page.boundary else {
      rows = try list(span, isDescending, page.size + 1)
      hasNext = cut(to: page.size)
      return
    }
    switch boundary {
    case .after(let name):
      let (beyond, behind) = try Self.split(span, at: name, of: table, isDescending)
      rows = try list(beyond, isDescending, page.size + 1)
      hasNext = cut(to: page.size)
      hasPrevious = try !list(behind, isDescending, 1).isEmpty
    case .before(let name):
      let (beyond, behind) = try Self.split(span, at: name, of: table, !isDescending)
      rows = try list(beyond, !isDescending, page.size + 1)
      hasPrevious = cut(to: page.size)
      rows.reverse()
      hasNext = try !list(behind, isDescending, 1).isEmpty
    }
  }

  /// What comes after a name in the given direction, and the rest with the name itself.
  private static func split(
    _ span: Range<Int64>, at name: KSUID, of table: NamedRows, _ isDescending: Bool
  ) throws -> (beyond: Range<Int64>, behind: Range<Int64>) {
    var bound = try table.bound(of: span, named: name)
    if isDescending { return (span.lowerBound..<bound, bound..<span.upperBound) }
    if bound < span.upperBound, name.low == UInt64(bitPattern: bound), try table.creation(of: name) != nil { bound += 1 }
    return (bound..<span.upperBound, span.lowerBound..<bound)
  }

  private mutating func cut(to size: Int) -> Bool {
    if rows.count <= size { return false }
    rows.removeSubrange(size...)
    return true
  }
}
