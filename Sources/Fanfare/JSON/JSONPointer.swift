/// A path to a value inside a JSON document (RFC 6901): `/data/status`, `/a~1b/0`. The empty pointer is the whole document.
public struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
  /// The keys on the way down, unescaped.
  public let tokens: [String]

  public init(tokens: [String]) { self.tokens = tokens }

  /// - Throws: ``JSONPointerError`` with a sentence that says what is wrong and where.
  public init(_ text: String) throws(JSONPointerError) {
    if text.isEmpty {
      tokens = []
      return
    }
    guard text.utf8.first == UInt8(ascii: "/") else {
      throw JSONPointerError("a JSON pointer must be empty or start with '/', and \"\(text)\" does not")
    }
    var tokens: [String] = []
    for part in text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      tokens.append(try Self.unescape(part, in: text))
    }
    self.tokens = tokens
  }

  public var description: String { tokens.reduce(into: "") { $0 += "/" + Self.escape($1) } }

  /// The pointer to what stands under `key` of this pointer's value.
  public func appending(_ key: String) -> JSONPointer { JSONPointer(tokens: tokens + [key]) }

  /// The value in a tree, or nil if there is none.
  public func value(in root: JSONValue) -> JSONValue? {
    var value = root
    for token in tokens {
      switch value {
      case .object:
        guard let member = value[token] else { return nil }
        value = member
      case .array(let elements):
        guard let index = Self.index(token), index < elements.count else { return nil }
        value = elements[index]
      case .null, .bool, .number, .string: return nil
      }
    }
    return value
  }

  /// Where the value's text stands in the text of a JSON value, or nil if there is none. Builds nothing.
  ///
  /// An object that names a key twice is read as most readers do: the last one counts.
  ///
  /// - Parameter skipped: how many of the pointer's first keys are already behind the text's value.
  public func range(in text: [UInt8], skipping skipped: Int = 0) -> Range<Int>? {
    var range = 0..<text.count
    for token in tokens.dropFirst(skipped) {
      var scanner = JSONScanner(text, in: range)
      let found: Range<Int>? =
        switch scanner.peek() {
        case UInt8(ascii: "{"): scanner.lastMember(named: token)
        case UInt8(ascii: "["): Self.index(token).flatMap { scanner.element(at: $0) }
        default: nil
        }
      guard let found else { return nil }
      range = found
    }
    var scanner = JSONScanner(text, in: range)
    return try? scanner.skipValue()
  }

  private static func unescape(_ part: Substring.UTF8View.SubSequence, in text: String) throws(JSONPointerError) -> String {
    guard part.contains(UInt8(ascii: "~")) else { return String(Substring(part)) }
    var bytes: [UInt8] = []
    var rest = part
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "~") else {
        bytes.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
      case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
      default: throw JSONPointerError("in a JSON pointer '~' must be followed by 0 (for '~') or 1 (for '/'), and in \"\(text)\" it is not")
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Byte by byte: a `~` and the mark that combines with it are one character, which is no `~`.
  private static func escape(_ token: String) -> String {
    guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return token }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(token.utf8.count + 8)
    for byte in token.utf8 {
      switch byte {
      case UInt8(ascii: "~"): bytes.append(contentsOf: "~0".utf8)
      case UInt8(ascii: "/"): bytes.append(contentsOf: "~1".utf8)
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// An array's index: digits without a leading zero.
  private static func index(_ token: String) -> Int? {
    guard let first = token.utf8.first, token.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
    return first == 0x30 && token.utf8.count > 1 ? nil : Int(token)
  }
}

/// Why a text is not a JSON pointer.
public struct JSONPointerError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

extension JSONScanner {
  /// The text of the last member with that key, of the object that comes next.
  fileprivate mutating func lastMember(named key: String) -> Range<Int>? {
    var found: Range<Int>?
    do throws(JSONError) {
      try rawObject { (name, isEscaped, scanner) throws(JSONError) in
        let isNamed =
          if isEscaped {
            try JSONScanner(scanner.bytes, in: name.lowerBound - 1..<name.upperBound + 1).decodedString().isSame(as: key)
          } else {
            scanner.bytes[name].elementsEqual(key.utf8)
          }
        let value = try scanner.skipValue()
        if isNamed { found = value }
      }
    } catch { return nil }
    return found
  }

  fileprivate mutating func element(at index: Int) -> Range<Int>? {
    var found: Range<Int>?
    var count = 0
    do throws(JSONError) {
      try array { (scanner) throws(JSONError) in
        let value = try scanner.skipValue()
        if count == index { found = value }
        count += 1
      }
    } catch { return nil }
    return found
  }

  private func decodedString() throws(JSONError) -> String {
    var copy = self
    return try copy.string()
  }
}
