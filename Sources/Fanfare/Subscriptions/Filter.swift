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

  public func holds(for event: Event) -> Bool { objection(to: event.value(at: path)) == nil }

  /// What of a filter does not hold.
  public enum Objection: String, Sendable, CaseIterable {
    /// There is no value, or it is null.
    case exists
    case isEqualTo = "is_equal_to"
    case isNotEqualTo = "is_not_equal_to"
    case matches
    case doesNotMatch = "does_not_match"
  }

  /// The first predicate that does not hold for what stands at ``path``; nil if all do.
  public func objection(to value: JSONValue?) -> Objection? {
    guard let value, !value.isNull else { return .exists }
    if let isEqualTo, !value.equals(isEqualTo) { return .isEqualTo }
    if let isNotEqualTo, value.equals(isNotEqualTo) { return .isNotEqualTo }
    guard matches != nil || doesNotMatch != nil else { return nil }
    let text = value.text
    if let matches, !(text.map(matches.matches) ?? false) { return .matches }
    if let doesNotMatch, text.map(doesNotMatch.matches) ?? true { return .doesNotMatch }
    return nil
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
