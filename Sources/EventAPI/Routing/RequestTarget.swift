/// A request's target, split and still encoded.
struct RequestTarget: Sendable {
  /// The path as it was sent, without the query.
  let path: Substring
  /// What stands behind the first `?`; nil if there is none.
  let query: Substring?

  /// Reads the origin form (`/path?query`) and the absolute form (`http://host/path?query`), whose authority does not matter here.
  init(_ target: String) {
    var rest = target[...]
    if !rest.hasPrefix("/"), let scheme = rest.range(ofScheme: "://") {
      rest = rest[scheme...]
      rest = rest[(rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex)...]
    }
    rest = rest.prefix { $0 != "#" }
    if let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) {
      path = rest[..<mark]
      query = rest[rest.utf8.index(after: mark)...]
    } else {
      path = rest
      query = nil
    }
  }

  /// The path's segments, still encoded, without the empty one behind a trailing slash. `/` has none.
  var segments: [Substring.UTF8View] {
    var bytes = path.utf8
    if bytes.first == UInt8(ascii: "/") { bytes = bytes.dropFirst() }
    if bytes.last == UInt8(ascii: "/") { bytes = bytes.dropLast() }
    if bytes.isEmpty { return path.utf8.count > 1 ? [bytes] : [] }
    return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
  }
}

extension Substring {
  /// The index behind `separator`, if it stands before any slash of a path.
  fileprivate func range(ofScheme separator: String) -> Index? {
    guard let colon = firstIndex(of: ":"), self[colon...].hasPrefix(separator) else { return nil }
    return index(colon, offsetBy: separator.count)
  }
}
