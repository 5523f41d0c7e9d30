extension RegexParser {
  /// What an escape stands for where a character may stand.
  enum EscapedItem {
    case scalar(UInt32)
    case set(ScalarSet)
  }

  /// Reads `[…]`. The set of what is named directly is folded under `(?i)`, that of `\w` and its kind is not.
  mutating func characterClass() throws(RegularExpressionError) -> ScalarSet {
    let start = position
    position += 1
    let isNegated = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    var sets = ScalarSet()
    var isFirst = true
    while let character = next, character != "]" || isFirst {
      isFirst = false
      if let named = try namedClass() {
        sets = sets.union(named)
        continue
      }
      let itemStart = position
      switch try classItem() {
      case .set(let set):
        sets = sets.union(set)
        if next == "-", position + 1 < input.count, input[position + 1] != 0x5D {
          throw error("a class like \\d cannot begin a range", at: itemStart)
        }
      case .scalar(let low):
        guard next == "-", position + 1 < input.count, input[position + 1] != 0x5D else {
          ranges.append(low...low)
          continue
        }
        position += 1
        guard case .scalar(let high) = try classItem() else { throw error("a class like \\d cannot end a range", at: itemStart) }
        if high < low { throw error("the range's end comes before its start", at: itemStart) }
        ranges.append(low...high)
      }
    }
    guard take("]") else { throw error("the class that starts here is not closed with ']'", at: start) }
    let set = try folded(ranges).union(sets)
    return isNegated ? set.inverted : set
  }

  private mutating func classItem() throws(RegularExpressionError) -> EscapedItem {
    guard let character = next else { throw error("the pattern ends inside a class") }
    if character == "\\" { return try escapedItem() }
    position += 1
    return .scalar(character.value)
  }

  /// `[:alpha:]` and its kind, ASCII, or nil if none stands here.
  private mutating func namedClass() throws(RegularExpressionError) -> ScalarSet? {
    guard next == "[", position + 1 < input.count, input[position + 1] == 0x3A else { return nil }
    let start = position
    position += 2
    let isNegated = take("^")
    var name = ""
    while let character = next, ("a"..."z").contains(character) {
      name.unicodeScalars.append(character)
      position += 1
    }
    guard take(":"), take("]"), let ranges = Self.namedClasses[name] else {
      throw error("a named class is one of \(Self.namedClasses.keys.sorted().map { "[:\($0):]" }.joined(separator: ", "))", at: start)
    }
    return isNegated ? ScalarSet(ranges).inverted : ScalarSet(ranges)
  }

  private static let namedClasses: [String: [ClosedRange<UInt32>]] = [
    "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A], "alpha": [0x41...0x5A, 0x61...0x7A], "ascii": [0...0x7F],
    "blank": [0x09...0x09, 0x20...0x20], "cntrl": [0...0x1F, 0x7F...0x7F], "digit": [0x30...0x39], "graph": [0x21...0x7E],
    "lower": [0x61...0x7A], "print": [0x20...0x7E], "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E],
    "space": [0x09...0x0D, 0x20...0x20], "upper": [0x41...0x5A], "word": [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A],
    "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
  ]

  /// Reads an escape that stands for a character or a set of them, inside a class or outside.
  mutating func escapedItem() throws(RegularExpressionError) -> EscapedItem {
    let start = position
    position += 1
    guard let character = next else { throw error("the pattern ends after '\\'", at: start) }
    position += 1
    switch character {
    case "d": return .set(.digit)
    case "D": return .set(ScalarSet.digit.inverted)
    case "w": return .set(.word)
    case "W": return .set(ScalarSet.word.inverted)
    case "s": return .set(.space)
    case "S": return .set(ScalarSet.space.inverted)
    case "t": return .scalar(0x09)
    case "n": return .scalar(0x0A)
    case "r": return .scalar(0x0D)
    case "f": return .scalar(0x0C)
    case "v": return .scalar(0x0B)
    case "a": return .scalar(0x07)
    case "x": return .scalar(take("{") ? try bracedHexadecimal(from: start) : try hexadecimal(digits: 2, from: start))
    case "u": return .scalar(try hexadecimal(digits: 4, from: start))
    case "p", "P": throw error("Unicode properties (\\p) are not supported; name the characters in a class", at: start)
    default:
      guard character.isASCII, !character.properties.isAlphabetic, !("0"..."9").contains(character), character.value > 0x1F else {
        throw error(
          "'\\\(character)' means nothing here; escapes are \\d \\D \\w \\W \\s \\S \\t \\n \\r \\f \\v \\a \\xHH \\x{…} \\uHHHH, "
            + "\\b \\B \\A \\z outside of a class, and '\\' before punctuation", at: start)
      }
      return .scalar(character.value)
    }
  }

  private mutating func hexadecimal(digits: Int, from start: Int) throws(RegularExpressionError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = next?.hexadecimalDigit else { throw error("this escape needs \(digits) hexadecimal digits", at: start) }
      value = value << 4 | digit
      position += 1
    }
    return try scalar(value, from: start)
  }

  private mutating func bracedHexadecimal(from start: Int) throws(RegularExpressionError) -> UInt32 {
    var value: UInt32 = 0
    let first = position
    while let digit = next?.hexadecimalDigit, value <= ScalarSet.greatest {
      value = value << 4 | digit
      position += 1
    }
    guard position > first, take("}") else { throw error("\\x{…} needs hexadecimal digits up to 10FFFF", at: start) }
    return try scalar(value, from: start)
  }

  private func scalar(_ value: UInt32, from start: Int) throws(RegularExpressionError) -> UInt32 {
    guard Unicode.Scalar(value) != nil else { throw error("this escape names no Unicode character", at: start) }
    return value
  }
}

extension Unicode.Scalar {
  fileprivate var hexadecimalDigit: UInt32? { UInt8(exactly: value)?.hexadecimalDigit.map(UInt32.init) }
}
