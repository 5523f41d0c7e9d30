import Fanfare

extension JSONValue? {
  /// An array's elements; none for anything else.
  var elements: [JSONValue] {
    if case .array(let elements)? = self { elements } else { [] }
  }
}
