/// JSON, read in the most obvious way: what the service makes of the same text is to agree with it.
public indirect enum PlainJSON: Sendable {
  case null
  case bool(Bool)
  /// As it was written.
  case number(String)
  case string(String)
  case array([PlainJSON])
  /// Of a key that stands twice the last counts.
  case object([(key: String, value: PlainJSON)])

  public struct Malformed: Error {
    public let position: Int
  }

  public init(_ text: String) throws {
    var reader = Reader(text: Array(text.unicodeScalars))
    self = try reader.value()
    reader.skipSpace()
    if reader.position != reader.text.count { throw Malformed(position: reader.position) }
  }

  public subscript(key: String) -> PlainJSON? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.key.isSame(as: key) }?.value
  }

  public var isNull: Bool { if case .null = self { true } else { false } }
  public var string: String? { if case .string(let text) = self { text } else { nil } }
  public var elements: [PlainJSON] { if case .array(let elements) = self { elements } else { [] } }
}

extension String {
  /// Character for character as Unicode numbers them: `é` as one is not `é` as two.
  public func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

private struct Reader {
  let text: [Unicode.Scalar]
  var position = 0

  var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

  mutating func take() throws -> Unicode.Scalar {
    guard let next else { throw PlainJSON.Malformed(position: position) }
    position += 1
    return next
  }

  mutating func skipSpace() {
    while let next, " \t\r\n".unicodeScalars.contains(next) { position += 1 }
  }

  mutating func expect(_ scalar: Unicode.Scalar) throws {
    if try take() != scalar { throw PlainJSON.Malformed(position: position) }
  }

  mutating func value() throws -> PlainJSON {
    skipSpace()
    switch next {
    case "{":
      var members: [(key: String, value: PlainJSON)] = []
      for member in try list("}", { try $0.member() }) {
        members.removeAll { $0.key.isSame(as: member.key) }
        members.append(member)
      }
      return .object(members)
    case "[": return .array(try list("]") { try $0.value() })
    case "\"": return .string(try string())
    default:
      var word = ""
      while let next, !",]} \t\r\n".unicodeScalars.contains(next) { word.unicodeScalars.append(try take()) }
      switch word {
      case "null": return .null
      case "true": return .bool(true)
      case "false": return .bool(false)
      default: return .number(word)
      }
    }
  }

  private mutating func list<Element>(_ end: Unicode.Scalar, _ read: (inout Reader) throws -> Element) throws -> [Element] {
    position += 1
    skipSpace()
    var elements: [Element] = []
    while next != end {
      if !elements.isEmpty { try expect(",") }
      elements.append(try read(&self))
      skipSpace()
    }
    position += 1
    return elements
  }

  private mutating func member() throws -> (key: String, value: PlainJSON) {
    skipSpace()
    let key = try string()
    skipSpace()
    try expect(":")
    return (key, try value())
  }

  private mutating func string() throws -> String {
    try expect("\"")
    var units: [UInt16] = []
    while true {
      let scalar = try take()
      switch scalar {
      case "\"": return String(decoding: units, as: UTF16.self)
      case "\\": units += try escaped()
      default: units += String(scalar).utf16
      }
    }
  }

  private mutating func escaped() throws -> [UInt16] {
    let scalar = try take()
    switch scalar {
    case "n": return [0x0A]
    case "r": return [0x0D]
    case "t": return [0x09]
    case "b": return [0x08]
    case "f": return [0x0C]
    case "u":
      let digits = String(String.UnicodeScalarView([try take(), try take(), try take(), try take()]))
      guard let unit = UInt16(digits, radix: 16) else { throw PlainJSON.Malformed(position: position) }
      return [unit]
    default: return Array(String(scalar).utf16)
    }
  }
}
