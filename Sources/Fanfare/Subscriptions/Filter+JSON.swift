extension Filter {
  static let keys = ["path", "is_equal_to", "is_not_equal_to", "matches", "does_not_match"]

  /// Reads one filter of a document. Nil if something is wrong with it, which is added to `faults`.
  init?(reading value: JSONValue, at pointer: JSONPointer, faults: inout [ValidationError]) {
    guard var filter = DocumentObject(value, at: pointer, name: "a filter", allowed: Self.keys, faults: &faults) else { return nil }
    let path = Self.path(&filter)
    for key in ["is_equal_to", "is_not_equal_to"] where filter.raw(key) == .null {
      filter.complain(
        key, "invalid_value",
        "\(key) cannot be null: no filter holds where the value is null. A filter with a path alone holds where there is a value")
    }
    let matches = Self.expression("matches", &filter)
    let doesNotMatch = Self.expression("does_not_match", &filter)
    faults += filter.faults
    guard let path, filter.faults.isEmpty else { return nil }
    self.init(
      path: path, isEqualTo: filter.value("is_equal_to"), isNotEqualTo: filter.value("is_not_equal_to"), matches: matches,
      doesNotMatch: doesNotMatch)
  }

  private static func path(_ filter: inout DocumentObject) -> JSONPointer? {
    guard filter.value("path") != nil else {
      filter.complain("path", "missing_key", "a filter needs a path, as in \"/data/status\"")
      return nil
    }
    guard let text = filter.string("path") else { return nil }
    do {
      return try JSONPointer(text)
    } catch {
      filter.complain("path", "invalid_value", error.description)
      return nil
    }
  }

  private static func expression(_ key: String, _ filter: inout DocumentObject) -> RegularExpression? {
    guard let pattern = filter.string(key) else { return nil }
    do {
      return try RegularExpression(pattern)
    } catch {
      filter.complain(key, "invalid_regular_expression", error.description)
      return nil
    }
  }

  /// Appends the filter as the API shows it.
  func appendJSON(to json: inout JSONWriter) {
    json.beginObject()
    json.member("path", path.description)
    if let isEqualTo {
      json.key("is_equal_to")
      json.value(isEqualTo)
    }
    if let isNotEqualTo {
      json.key("is_not_equal_to")
      json.value(isNotEqualTo)
    }
    json.member("matches", matches?.pattern)
    json.member("does_not_match", doesNotMatch?.pattern)
    json.endObject()
  }
}
