/// A condition on a value inside an event, as the API shows the event. A missing or null value makes it false, for negative
/// predicates too.
///
/// All predicates that are given must hold; with none, it is enough that the value is there.
public struct Filter: Hashable, Sendable {
  public let path: JSONPointer
  /// Equal as JSON: strings exactly, numbers by value (`1` is `1.0`), objects whatever the order of their keys.
  public let isEqualTo: JSONValue?
  public let isNotEqualTo: JSONValue?
  /// Found somewhere in the value's text: a string's characters, or a number or boolean as the producer wrote it. Objects and arrays have
  /// no text, so neither this nor ``doesNotMatch`` holds for them.
  public let matches: RegularExpression?
  public let doesNotMatch: RegularExpression?

  public init(
    path: JSONPointer, isEqualTo: JSONValue? = nil, isNotEqualTo: JSONValue? = nil, matches: RegularExpression? = nil,
    doesNotMatch: RegularExpression? = nil
  ) {
    self.path = path
    self.isEqualTo = isEqualTo
    self.isNotEqualTo = isNotEqualTo
    self.matches = matches
    self.doesNotMatch = doesNotMatch
  }

  public func holds(for event: Event) -> Bool {
    guard let value = event.value(at: path), !value.isNull else { return false }
    if let isEqualTo, !value.equals(isEqualTo) { return false }
    if let isNotEqualTo, value.equals(isNotEqualTo) { return false }
    guard matches != nil || doesNotMatch != nil else { return true }
    guard let text = value.text else { return false }
    if let matches, !matches.matches(text) { return false }
    if let doesNotMatch, doesNotMatch.matches(text) { return false }
    return true
  }
}

extension JSONValue {
  /// What a regular expression reads of the value.
  fileprivate var text: String? {
    switch self {
    case .string(let text), .number(let text): text
    case .bool(let bool): bool ? "true" : "false"
    case .null, .array, .object: nil
    }
  }
}
