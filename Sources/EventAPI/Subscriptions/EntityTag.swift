/// A set's version as an `ETag`, and the tags of `If-Match` and `If-None-Match`.
struct EntityTag: CustomStringConvertible, Hashable {
  let version: Int64

  var description: String { "\"\(version)\"" }

  /// Whether a list of tags holds this one, or that of its gzip form: both are of the same version.
  ///
  /// - Parameter isWeak: whether `W/` does not count, as `If-None-Match` has it; `If-Match` compares strictly.
  func isListed(in header: String, isWeak: Bool) -> Bool {
    header.split(separator: ",").contains { part in
      var tag = part.trimmed
      if isWeak, tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
      return tag == description || tag == "\"\(version)\(Compression.tagSuffix)\""
    }
  }
}
