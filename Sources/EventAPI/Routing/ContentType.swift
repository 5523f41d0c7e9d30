/// A media type with its character set, as far as the API cares: `application/json; charset=utf-8`.
struct ContentType {
  /// Type and subtype in lower case.
  let essence: String
  /// Whether the text is UTF-8, as all JSON is: nothing else is said, or just that.
  let isUTF8: Bool

  init(_ header: String) {
    let parts = header.split(separator: ";", omittingEmptySubsequences: false).map { $0.trimmed.lowercased() }
    essence = parts.first ?? ""
    isUTF8 = parts.dropFirst().allSatisfy { parameter in
      !parameter.hasPrefix("charset=") || ["utf-8", "utf8", "us-ascii"].contains(parameter.dropFirst(8).filter { $0 != "\"" })
    }
  }
}

extension StringProtocol {
  /// Without spaces and tabs at both ends.
  var trimmed: SubSequence {
    var rest = self[...]
    while rest.first == " " || rest.first == "\t" { rest = rest.dropFirst() }
    while rest.last == " " || rest.last == "\t" { rest = rest.dropLast() }
    return rest
  }
}
