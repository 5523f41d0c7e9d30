/// Reads RFC 4180.
enum CommaSeparated {
  struct Malformed: Error { let text: String }

  /// - Throws: if the text does not end with a whole row, or a quote stands where none may.
  static func rows(_ text: String) throws -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var rest = text.unicodeScalars[...]
    while !rest.isEmpty {
      row.append(try cell(&rest, of: text))
      switch rest.popFirst() {
      case ",": continue
      case "\r" where rest.popFirst() == "\n":
        rows.append(row)
        row = []
      default: throw Malformed(text: text)
      }
    }
    if !row.isEmpty { throw Malformed(text: text) }
    return rows
  }

  private static func cell(_ rest: inout Substring.UnicodeScalarView, of text: String) throws -> String {
    guard rest.first == "\"" else {
      let end = rest.firstIndex { [",", "\r", "\n", "\""].contains($0) } ?? rest.endIndex
      defer { rest = rest[end...] }
      return String(rest[..<end])
    }
    var cell = ""
    rest.removeFirst()
    while let scalar = rest.popFirst() {
      if scalar == "\"" {
        if rest.first != "\"" { return cell }
        rest.removeFirst()
      }
      cell.unicodeScalars.append(scalar)
    }
    throw Malformed(text: text)
  }
}
