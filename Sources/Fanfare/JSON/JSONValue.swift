/// A JSON value as a tree, for documents that are read as a whole (subscriptions, requests, filters' subjects).
///
/// Numbers keep their text, so that integers beyond 2^53 and decimals stay exact. Members keep their order.
public indirect enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// The number's text as RFC 8259 spells it.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  public struct Member: Hashable, Sendable {
    public var key: String
    public var value: JSONValue

    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// What becomes of an object that names a key twice.
  public enum RepeatedKeys: Sendable {
    /// An error: for documents that are to be obeyed.
    case refused
    /// The last one counts: for producers' data, which is kept as it came.
    case lastCounts
  }

  /// Parses exactly one value.
  public init(parsing bytes: [UInt8], repeatedKeys: RepeatedKeys = .refused) throws(JSONError) {
    var scanner = JSONScanner(bytes)
    // One strict pass first: it bounds the depth before anything recurses.
    _ = try scanner.skipValue()
    try scanner.expectEnd()
    scanner = JSONScanner(bytes)
    self = try JSONValue(from: &scanner, repeatedKeys: repeatedKeys)
  }

  /// Reads the next value of a scanner. The text must have passed ``JSONScanner/skipValue()`` already, which bounds its depth.
  public init(from scanner: inout JSONScanner, repeatedKeys: RepeatedKeys = .refused) throws(JSONError) {
    switch scanner.peek() {
    case UInt8(ascii: "{"):
      var members: [Member] = []
      /// Where each key stands last among the members.
      var places: [ExactText: Int] = [:]
      try scanner.object { (key, scanner) throws(JSONError) in
        let earlier = places.updateValue(members.count, forKey: ExactText(key))
        if earlier != nil, repeatedKeys == .refused {
          throw JSONError(offset: scanner.position, reason: "the key \"\(key)\" stands twice in an object")
        }
        members.append(Member(key, try JSONValue(from: &scanner, repeatedKeys: repeatedKeys)))
      }
      // All at once: taken out one by one, they would cost the square of their number.
      self = .object(
        places.count == members.count ? members : members.enumerated().filter { places[ExactText($1.key)] == $0 }.map(\.element))
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try scanner.array { (scanner) throws(JSONError) in elements.append(try JSONValue(from: &scanner, repeatedKeys: repeatedKeys)) }
      self = .array(elements)
    case UInt8(ascii: "\""): self = .string(try scanner.string())
    default:
      let range = try scanner.skipValue()
      switch scanner.bytes[range.lowerBound] {
      case UInt8(ascii: "t"): self = .bool(true)
      case UInt8(ascii: "f"): self = .bool(false)
      case UInt8(ascii: "n"): self = .null
      default: self = .number(String(decoding: scanner.bytes[range], as: UTF8.self))
      }
    }
  }

  /// The member `key` of an object, else nil.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key.isSame(as: key) }?.value
  }

  public var stringValue: String? {
    if case .string(let string) = self { string } else { nil }
  }

  public var isNull: Bool { self == .null }

  /// What kind of value this is, as an error message would name it.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// Compact JSON text.
  public var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.value(self)
    return writer.bytes
  }

  /// Equal in meaning: members in any order, numbers by their text.
  public func isEquivalent(to other: JSONValue) -> Bool {
    switch (self, other) {
    case (.object(let left), .object(let right)):
      guard left.count == right.count else { return false }
      let byKey = Dictionary(right.map { (ExactText($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
      return left.allSatisfy { member in byKey[ExactText(member.key)].map { member.value.isEquivalent(to: $0) } ?? false }
    case (.array(let left), .array(let right)):
      return left.count == right.count && zip(left, right).allSatisfy { $0.isEquivalent(to: $1) }
    case (.string(let left), .string(let right)): return left.isSame(as: right)
    default: return self == other
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .number(String(value)) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(elements.map { Member($0.0, $0.1) }) }
}

extension JSONValue {
  public static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }
  public static func strings(_ values: some Sequence<String>) -> JSONValue { .array(values.map { .string($0) }) }
}
