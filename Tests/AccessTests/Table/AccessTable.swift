import Fanfare

/// The table in ``text``, as values.
struct AccessTable {
  /// What a client is told beside the status.
  static let codes = [
    "200": nil, "201": nil, "204": nil, "400b": "invalid_request_body", "400q": "invalid_query_parameter", "401": "authentication_required",
    "403": "permission_denied", "403k": "unknown_api_key", "404a": "unknown_account", "404d": "unknown_delivery", "404e": "unknown_event",
    "404k": "unknown_key", "404p": "unknown_replay", "404q": "unknown_quarantine_entry", "404r": "route_not_found",
    "404s": "unknown_subscription",
    "405m": "unhandled_method", "409l": "last_admin",
  ]

  struct Row: CustomStringConvertible {
    let method: String
    /// With the names of ``Subjects`` in it.
    let target: String
    let body: String?
    let cells: [TableCaller: Cell]

    /// Only such rows can be asked in any order.
    var isReading: Bool { method == "GET" }

    func mentions(_ name: String) -> Bool { target.contains(name) || body?.contains(name) ?? false }

    var description: String { "\(method) \(target)" }
  }

  struct Cell: Hashable, CustomStringConvertible {
    let status: Int
    let code: String?
    /// How many things the answer shows; nil where that does not matter.
    let count: Int?

    var description: String { "\(status)\(count.map { ":\($0)" } ?? "") \(code ?? "")" }
  }

  struct Malformed: Error { let line: String }

  private(set) var rows: [Row] = []

  init() throws {
    var root = ""
    for line in Self.text.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      let columns = Array(words.suffix(TableCaller.allCases.count))
      let rest = words.dropLast(columns.count)
      if columns == TableCaller.allCases.map(\.rawValue), rest.count == 1 {
        root = rest[0]
        continue
      }
      guard rest.count == 2 || rest.count == 3, rest[1].hasPrefix("/") else { throw Malformed(line: String(line)) }
      let cells = try columns.map { word in
        guard let cell = Cell(word) else { throw Malformed(line: String(line)) }
        return cell
      }
      rows.append(
        Row(
          method: rest[0], target: root == "/" ? rest[1] : root + rest[1], body: rest.count == 3 ? rest[2] : nil,
          cells: Dictionary(uniqueKeysWithValues: zip(TableCaller.allCases, cells))))
    }
  }
}

extension AccessTable.Cell {
  /// `200`, `200:3`, `404e`.
  init?(_ word: String) {
    let parts = word.split(separator: ":").map(String.init)
    guard let code = AccessTable.codes[parts[0]], let status = Int(parts[0].prefix(3)) else { return nil }
    self.init(status: status, code: code, count: parts.count == 2 ? Int(parts[1]) : nil)
  }

  /// What came, told as fully as `expected` is.
  init(_ answer: Answer, like expected: AccessTable.Cell) {
    self.init(status: answer.status, code: answer.code, count: expected.count == nil ? nil : answer.count)
  }
}

extension Answer {
  /// How many things a listing, in any of its forms, shows.
  fileprivate var count: Int? {
    if self["Content-Type"] == "application/x-ndjson" { return text.split(separator: "\n").count }
    return (try? json).map { ($0["elements"] ?? $0).elements.count }
  }
}
