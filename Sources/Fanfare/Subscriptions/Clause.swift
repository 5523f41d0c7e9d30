/// The very term of a subscription that stands against an event, and what of the event it stands against.
///
/// Quotes the subscription and the event: for those who may read both.
public enum Clause: Hashable, Sendable {
  /// None of the globs is about the type.
  case events(type: EventType, globs: [String])
  /// None of the groups may see the event.
  case groups(allowed: [String], event: [String])
  case filter(FailedFilter)

  public struct FailedFilter: Hashable, Sendable {
    /// Counted from 1.
    public let number: Int
    public let count: Int
    public let filter: Filter
    public let objection: Filter.Objection
    /// What stands at the filter's path in the event as it is shown; nil if there is nothing.
    public let value: JSONValue?
  }
}

extension Subscription {
  /// What a verdict other than a match rests on; nil for a match, and for a subscription that is disabled.
  ///
  /// - Parameter verdict: of this subscription on this event.
  public func clause(of verdict: SubscriptionVerdict, on event: Event) -> Clause? {
    switch verdict {
    case .matched, .paused, .disabled: return nil
    case .type: return .events(type: event.type, globs: events?.map(\.pattern) ?? [])
    case .groups: return .groups(allowed: allowedGroups ?? [], event: event.audience.groups)
    case .filter(let index):
      let value = event.value(at: filters[index].path)
      guard let objection = filters[index].objection(to: value) else { return nil }
      return .filter(
        Clause.FailedFilter(number: index + 1, count: filters.count, filter: filters[index], objection: objection, value: value))
    }
  }
}

// MARK: For people

extension Clause {
  /// A sentence without its full stop.
  public var sentence: String {
    switch self {
    case .events(let type, []): "\(type) is for subscriptions that ask for it in their events"
    case .events(let type, let globs): "the type \(type) fits none of \(globs.joined(separator: ", "))"
    case .groups(let allowed, _): "none of its groups may see the event: \(allowed.joined(separator: ", "))"
    case .filter(let failed): failed.sentence
    }
  }
}

extension Clause.FailedFilter {
  /// A longer value is cut here in a sentence.
  private static let longestQuote = 200

  fileprivate var sentence: String {
    var json = JSONWriter()
    filter.appendJSON(to: &json)
    return "filter \(number) of \(count), \(String(decoding: json.bytes, as: UTF8.self)), does not hold: \(finding)"
  }

  private var finding: String {
    guard let value else { return "there is nothing at \(filter.path)" }
    let isMatched = objection == .matches || objection == .doesNotMatch
    switch value {
    case .array where isMatched, .object where isMatched: return "the value is \(value.kind), which has no text to match"
    case .null, .bool, .number, .string, .array, .object:
      let text = String(decoding: value.bytes, as: UTF8.self)
      return "the value is \(text.unicodeScalars.count > Self.longestQuote ? Self.cut(text) : text)"
    }
  }

  private static func cut(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(longestQuote))) + "…"
  }
}

// MARK: For programs

extension Clause {
  /// A longer value is left out, and `value_bytes` says how long it is: the event has it.
  private static let longestValue = 1_024

  /// Appends one object: `{"events", "type"}`, `{"allowed_groups", "event_groups"}`, or for a filter
  /// `{"filter", "of", "path", "predicate", "expected"?, "value"?, "value_bytes"?}`.
  public func appendJSON(to json: inout JSONWriter) {
    json.beginObject()
    switch self {
    case .events(let type, let globs):
      json.key("events")
      json.strings(globs)
      json.member("type", type.name)
    case .groups(let allowed, let event):
      json.key("allowed_groups")
      json.strings(allowed)
      json.key("event_groups")
      json.strings(event)
    case .filter(let failed): Self.append(failed, to: &json)
    }
    json.endObject()
  }

  private static func append(_ failed: FailedFilter, to json: inout JSONWriter) {
    json.key("filter")
    json.integer(failed.number)
    json.key("of")
    json.integer(failed.count)
    json.member("path", failed.filter.path.description)
    json.member("predicate", failed.objection.rawValue)
    if let expected = failed.filter.term(of: failed.objection) {
      json.key("expected")
      json.value(expected)
    }
    guard let value = failed.value else { return }
    let bytes = value.bytes
    if bytes.count <= longestValue {
      json.key("value")
      json.raw(bytes)
    } else {
      json.key("value_bytes")
      json.integer(bytes.count)
    }
  }
}

extension Filter {
  /// What the predicate was given.
  fileprivate func term(of objection: Objection) -> JSONValue? {
    switch objection {
    case .exists: nil
    case .isEqualTo: isEqualTo
    case .isNotEqualTo: isNotEqualTo
    case .matches: matches.map { .string($0.pattern) }
    case .doesNotMatch: doesNotMatch.map { .string($0.pattern) }
    }
  }
}
