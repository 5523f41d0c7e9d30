extension StringProtocol {
  /// Without spaces and tabs at its ends.
  func trimmingSpaces() -> String {
    var text = self[...]
    while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
    while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
    return String(text)
  }

  /// Whether no character of it is a control character.
  var isPrintable: Bool {
    unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0.value != 0x2028 && $0.value != 0x2029 }
  }

  /// How many single characters have to be put, taken or changed to make `other` of this.
  func distance(to other: some StringProtocol) -> Int {
    let other = Array(other)
    var row = Array(0...other.count)
    for (line, character) in enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for column in other.indices {
        let change = diagonal + (other[column] == character ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(change, row[column] + 1, diagonal + 1)
      }
    }
    return row[other.count]
  }
}

extension String {
  /// With whatever may be a password in a URL, between a colon and an `@`, made unreadable. It need not be a valid URL, and may be a
  /// comma-separated list of them.
  var maskingPasswords: String {
    split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let at = part.lastIndex(of: "@") else { return String(part) }
      let start = part.firstRange(of: "://")?.upperBound ?? part.startIndex
      guard start < at else { return String(part) }
      let user = part[start..<at]
      let name = user.firstIndex(of: ":").map { user[..<$0] } ?? user
      return "\(part[..<start])\(name):***\(part[at...])"
    }.joined(separator: ",")
  }
}

extension Collection<String> {
  /// The one that was probably meant, if any is near enough to be worth a question.
  func nearest(to text: String) -> String? {
    let lowercased = text.lowercased()
    if text.count > 2, let longer = first(where: { $0.lowercased().hasPrefix(lowercased) }) { return longer }
    let candidates = map { (text: $0, distance: lowercased.distance(to: $0.lowercased())) }
    guard let best = candidates.min(by: { $0.distance < $1.distance }), best.distance <= Swift.max(2, text.count / 3) else { return nil }
    return best.text
  }
}
