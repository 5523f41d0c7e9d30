import Fanfare

/// An HTTP response, read whole.
struct Answer: Sendable {
  let status: Int
  let headers: [(name: String, value: String)]
  var body: [UInt8]

  subscript(header: String) -> String? { headers.first { $0.name.lowercased() == header.lowercased() }?.value }

  var text: String { String(decoding: body, as: UTF8.self) }

  var json: JSONValue {
    get throws { try JSONValue(parsing: body, repeatedKeys: .lastCounts) }
  }

  var code: String? { (try? json)?["code"]?.stringValue }

  /// The ids of an array of events, or of a page's elements, in their order.
  var ids: [String] {
    get throws {
      let json = try json
      return (json["elements"] ?? json).elements.compactMap { $0["id"]?.stringValue }
    }
  }
}

extension JSONValue {
  /// An array's elements; none of anything else.
  var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }
}
