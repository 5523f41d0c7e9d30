/// Reads JSON text (RFC 8259) from bytes, strictly, and hands values out as ranges of those bytes.
///
/// Producers' values are kept to the byte, so this never turns a number into a floating-point value and never
/// re-writes a string that nobody asked to read. Text must be UTF-8 without a byte order mark.
public struct JSONScanner: Sendable {
  /// How deep arrays and objects may nest. Deeper text is refused, so that no input can exhaust the stack.
  public static let maximumDepth = 128

  public let bytes: [UInt8]
  public private(set) var position: Int
  private let end: Int

  public init(_ bytes: [UInt8]) {
    self.init(bytes, in: 0..<bytes.count)
  }

  /// Scans only `range` of `bytes`; ranges that come out are still ranges of all `bytes`.
  public init(_ bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    self.position = range.lowerBound
    self.end = range.upperBound
  }

  // MARK: Values

  /// The first byte of the next value after white space, or nil at the end. Consumes the white space only.
  public mutating func peek() -> UInt8? {
    while position < end {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      case let byte: return byte
      }
    }
    return nil
  }

  /// Checks and steps over one value of any kind.
  ///
  /// - Returns: the range of the value's text, without white space around it.
  /// - Throws: ``JSONError`` with the offset of the first byte that does not fit.
  public mutating func skipValue() throws(JSONError) -> Range<Int> {
    _ = peek()
    let start = position
    try skipValue(depth: 0)
    return start..<position
  }

  /// Makes sure that nothing but white space is left.
  public mutating func expectEnd() throws(JSONError) {
    if peek() != nil { throw error("unexpected text after the JSON value") }
  }

  /// Reads an object and calls `body` for each member. `body` must consume exactly the member's value.
  public mutating func object(
    _ body: (_ key: String, _ scanner: inout JSONScanner) throws(JSONError) -> Void
  ) throws(JSONError) {
    try rawObject { (key, isEscaped, scanner) throws(JSONError) in
      let content = scanner.bytes[key]
      try body(isEscaped ? scanner.unescape(content) : String(decoding: content, as: UTF8.self), &scanner)
    }
  }

  /// Reads an object as ``object(_:)`` does and hands each key out as the range of its text between the quotes, with whether it holds
  /// an escape, so that nobody makes a string who only compares. `body` must consume exactly the member's value.
  public mutating func rawObject(
    _ body: (_ key: Range<Int>, _ isEscaped: Bool, _ scanner: inout JSONScanner) throws(JSONError) -> Void
  ) throws(JSONError) {
    _ = try leadingMembers { (key, isEscaped, scanner) throws(JSONError) in
      try body(key, isEscaped, &scanner)
      return true
    }
  }

  /// Reads an object as ``rawObject(_:)`` does for as long as `body` says that it took the member, and consumed its value.
  ///
  /// - Returns: where the first member begins that it did not take, or nil if the object was read to its end.
  public mutating func leadingMembers(
    _ body: (_ key: Range<Int>, _ isEscaped: Bool, _ scanner: inout JSONScanner) throws(JSONError) -> Bool
  ) throws(JSONError) -> Int? {
    try expect(UInt8(ascii: "{"), "expected an object")
    if peek() == UInt8(ascii: "}") {
      position += 1
      return nil
    }
    while true {
      guard peek() == UInt8(ascii: "\"") else { throw error("expected an object's key") }
      let start = position
      let isEscaped = try skipString()
      let key = start + 1..<position - 1
      try expect(UInt8(ascii: ":"), "expected ':' after an object's key")
      guard try body(key, isEscaped, &self) else { return start }
      switch peek() {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "}"):
        position += 1
        return nil
      default: throw error("expected ',' or '}' in an object")
      }
    }
  }

  /// Reads an array and calls `body` for each element. `body` must consume exactly the element.
  public mutating func array(_ body: (_ scanner: inout JSONScanner) throws(JSONError) -> Void) throws(JSONError) {
    try expect(UInt8(ascii: "["), "expected an array")
    if peek() == UInt8(ascii: "]") {
      position += 1
      return
    }
    while true {
      try body(&self)
      switch peek() {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "]"):
        position += 1
        return
      default: throw error("expected ',' or ']' in an array")
      }
    }
  }

  /// Reads a string and undoes its escapes. A lone surrogate escape is an error: it has no UTF-8 form.
  public mutating func string() throws(JSONError) -> String {
    guard peek() == UInt8(ascii: "\"") else { throw error("expected a string") }
    let start = position
    let hasEscapes = try skipString()
    let content = bytes[(start + 1)..<(position - 1)]
    if !hasEscapes { return String(decoding: content, as: UTF8.self) }
    return try unescape(content)
  }

  // MARK: Grammar

  private func error(_ reason: String) -> JSONError { JSONError(offset: position, reason: reason) }

  private mutating func expect(_ byte: UInt8, _ reason: String) throws(JSONError) {
    guard peek() == byte else { throw error(reason) }
    position += 1
  }

  private mutating func skipValue(depth: Int) throws(JSONError) {
    if depth > Self.maximumDepth { throw error("arrays and objects nest deeper than \(Self.maximumDepth)") }
    switch peek() {
    case UInt8(ascii: "{"): try rawObject { (_, _, scanner) throws(JSONError) in try scanner.skipValue(depth: depth + 1) }
    case UInt8(ascii: "["): try array { (scanner) throws(JSONError) in try scanner.skipValue(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try skipString()
    case UInt8(ascii: "t"): try skipLiteral("true")
    case UInt8(ascii: "f"): try skipLiteral("false")
    case UInt8(ascii: "n"): try skipLiteral("null")
    case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): try skipNumber()
    case nil: throw error("the text ends where a value was expected")
    case 0xEF where position == 0: throw error("the text starts with a byte order mark, which JSON must not have")
    default: throw error("expected a value")
    }
  }

  private mutating func skipLiteral(_ literal: StaticString) throws(JSONError) {
    for index in 0..<literal.utf8CodeUnitCount {
      guard position < end, bytes[position] == literal.utf8Start[index] else { throw error("expected \(literal)") }
      position += 1
    }
  }

  private mutating func skipNumber() throws(JSONError) {
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    guard position < end else { throw error("a number without digits") }
    if bytes[position] == UInt8(ascii: "0") {
      position += 1
    } else {
      try skipDigits()
    }
    if position < end, bytes[position] == UInt8(ascii: ".") {
      position += 1
      try skipDigits()
    }
    if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < end, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") { position += 1 }
      try skipDigits()
    }
  }

  private mutating func skipDigits() throws(JSONError) {
    let start = position
    while position < end, bytes[position] &- 0x30 < 10 { position += 1 }
    if position == start { throw error("expected a digit") }
  }

  /// Steps over a string that starts at `position`; says whether it holds an escape.
  private mutating func skipString() throws(JSONError) -> Bool {
    position += 1
    var hasEscapes = false
    while position < end {
      skipPlainCharacters()
      guard position < end else { break }
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return hasEscapes
      case UInt8(ascii: "\\"):
        hasEscapes = true
        try skipEscape()
      case 0x00..<0x20: throw error("a control character inside a string must be escaped")
      case 0x20..<0x80: position += 1
      default: try skipMultibyte()
      }
    }
    throw error("the text ends inside a string")
  }

  /// Steps over the ASCII characters of a string that need no look: nearly all there are. Eight at a time, where so many are left.
  private mutating func skipPlainCharacters() {
    let end = end
    position = bytes.withUnsafeBytes { bytes in
      var index = position
      while index + 8 <= end, Self.arePlain(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) { index += 8 }
      while index < end, bytes[index] &- 0x20 < 0x60, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\") { index += 1 }
      return index
    }
  }

  /// Whether each of eight bytes is ASCII, and neither a control character, nor a quotation mark, nor a backslash.
  private static func arePlain(_ bytes: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // The highest bit of a byte says that it, or one below it, is less than `bound`.
    func isLess(_ bytes: UInt64, _ bound: UInt64) -> UInt64 { (bytes &- ones &* bound) & ~bytes }
    let quotes = isLess(bytes ^ (ones &* 0x22), 1)
    let backslashes = isLess(bytes ^ (ones &* 0x5C), 1)
    return (bytes | isLess(bytes, 0x20) | quotes | backslashes) & (ones &* 0x80) == 0
  }

  private mutating func skipEscape() throws(JSONError) {
    position += 1
    guard position < end else { throw error("the text ends inside a string") }
    switch bytes[position] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
      UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 1
    case UInt8(ascii: "u"):
      position += 1
      for _ in 0..<4 {
        guard position < end, bytes[position].hexadecimalDigit != nil else {
          throw error("\\u must be followed by four hexadecimal digits")
        }
        position += 1
      }
    default: throw error("an unknown escape in a string")
    }
  }

  /// Steps over one UTF-8 sequence of two to four bytes (Unicode 15, table 3-7).
  private mutating func skipMultibyte() throws(JSONError) {
    let first = bytes[position]
    let (length, second): (Int, ClosedRange<UInt8>) =
      switch first {
      case 0xC2...0xDF: (2, 0x80...0xBF)
      case 0xE0: (3, 0xA0...0xBF)
      case 0xED: (3, 0x80...0x9F)
      case 0xE1...0xEF: (3, 0x80...0xBF)
      case 0xF0: (4, 0x90...0xBF)
      case 0xF1...0xF3: (4, 0x80...0xBF)
      case 0xF4: (4, 0x80...0x8F)
      default: (0, 0...0)
      }
    guard length > 0, position + length <= end, second.contains(bytes[position + 1]) else { throw error("the text is not UTF-8") }
    for offset in 2..<max(length, 2) where bytes[position + offset] & 0xC0 != 0x80 { throw error("the text is not UTF-8") }
    position += length
  }

  private func unescape(_ content: ArraySlice<UInt8>) throws(JSONError) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(content.count)
    var index = content.startIndex
    func unit(at start: Int) -> UInt32 {
      (start..<start + 4).reduce(0) { $0 << 4 | UInt32(bytes[$1].hexadecimalDigit ?? 0) }
    }
    while index < content.endIndex {
      let byte = bytes[index]
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        index += 1
        continue
      }
      let escape = bytes[index + 1]
      index += 2
      switch escape {
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"):
        var scalar = unit(at: index)
        index += 4
        if scalar & 0xFC00 == 0xD800, index + 6 <= content.endIndex, bytes[index] == UInt8(ascii: "\\"),
          bytes[index + 1] == UInt8(ascii: "u"),
          case let low = unit(at: index + 2), low & 0xFC00 == 0xDC00
        {
          scalar = 0x10000 + ((scalar & 0x3FF) << 10) + (low & 0x3FF)
          index += 6
        }
        guard let unicode = Unicode.Scalar(scalar) else { throw JSONError(offset: index, reason: "half of a surrogate pair in a string") }
        result.append(contentsOf: Array(String(Character(unicode)).utf8))
      default: result.append(escape)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
