import Fanfare
import Testing

/// An HTTP response as it came over the wire.
struct Answer: Sendable {
  struct Malformed: Error { let bytes: [UInt8] }

  let status: Int
  let headers: [(name: String, value: String)]
  let body: [UInt8]

  init(_ bytes: [UInt8]) throws {
    let end = Array("\r\n\r\n".utf8)
    guard let split = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { throw Malformed(bytes: bytes) }
    let lines = String(decoding: bytes[..<split], as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count >= 2, let status = Int(words[1]) else { throw Malformed(bytes: bytes) }
    self.status = status
    headers = lines.dropFirst().map { line in
      let pair = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (pair[0].lowercased(), pair.count > 1 ? String(pair[1].drop { $0 == " " }) : "")
    }
    body = Array(bytes[(split + 4)...])
  }

  subscript(header: String) -> String? { headers.first { $0.name == header.lowercased() }?.value }

  var text: String { String(decoding: body, as: UTF8.self) }

  var json: JSONValue {
    get throws { try JSONValue(parsing: body) }
  }

  /// The error's code, if the body is an error.
  var code: String? { (try? json)?["code"]?.stringValue }

  /// The ids of an array of events, or of a page's elements, in their order.
  var ids: [String] {
    get throws {
      let json = try json
      guard case .array(let elements) = json["elements"] ?? json else { return [] }
      return elements.compactMap { $0["id"]?.stringValue }
    }
  }
}

extension JSONValue {
  /// An object's members; fails for anything else.
  var members: [Member] {
    get throws {
      let members: [Member]? = if case .object(let members) = self { members } else { nil }
      return try #require(members)
    }
  }

  subscript(index: Int) -> JSONValue? {
    if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
  }

  /// An array's; nothing for anything else.
  var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }

  var count: Int {
    switch self {
    case .array(let elements): elements.count
    case .object(let members): members.count
    default: 0
    }
  }
}
