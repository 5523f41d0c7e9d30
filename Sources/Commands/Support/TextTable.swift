/// Rows in columns, for people.
struct TextTable {
  private let headings: [String]
  private var rows: [[String]] = []

  init(_ headings: String...) {
    self.headings = headings
  }

  mutating func add(_ cells: String...) {
    // A cell comes from outside as often as not, and must not move the cursor or start a line of its own.
    rows.append(cells.map { $0.printableLine })
  }

  /// Columns as wide as their widest cell, two spaces between, nothing behind the last one.
  var text: String {
    let all = [headings] + rows
    let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell
        if column < row.count - 1 { line += String(repeating: " ", count: widths[column] - cell.count + 2) }
      }
      return line.withoutTrailingWhitespace
    }.joined(separator: "\n")
  }
}

extension String {
  /// With control characters as visible stand-ins, so that text from outside cannot drive the terminal.
  var printableLine: String {
    if isPrintable { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map { String($0).isPrintable ? $0 : "\u{FFFD}" }))
  }

  var withoutTrailingWhitespace: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
