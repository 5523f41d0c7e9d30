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

extension String {
  /// For one segment of a path, or one value of a query.
  var percentEncoded: String {
    let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
    return utf8.map { byte in
      plain.contains(byte)
        ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}
