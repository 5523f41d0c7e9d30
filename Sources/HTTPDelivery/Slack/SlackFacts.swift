internal import Fanfare

/// What a message can tell of an event's `data`: the values that people look for, found under the names that producers give them.
struct SlackFacts {
  private let values: [String: String]

  /// Keys that are shown below the sentence, in this order, with their labels.
  private static let shown: [(key: String, label: String)] = [
    ("status", "Status"), ("result", "Result"), ("message", "Message"), ("reason", "Reason"), ("last_reason", "Last answer"),
    ("error", "Error"), ("event", "Event"), ("event_type", "Type"), ("delivery", "Delivery"), ("failing_since", "Failing since"),
    ("role", "Role"),
    ("permission", "Permission"), ("permissions", "Permissions"), ("build", "Build"), ("build_id", "Build"), ("build_number", "Build"),
    ("release", "Release"), ("version", "Version"), ("branch", "Branch"), ("commit", "Commit"), ("revision", "Revision"),
    ("duration", "Duration"), ("summary", "Summary"), ("description", "Description"),
  ]

  /// Of `data`'s members, those whose value is short enough to be said: strings, numbers, booleans, and lists of them.
  init(data: [UInt8]?) {
    var values: [String: String] = [:]
    if let data, case .object(let members) = try? JSONValue(parsing: data, repeatedKeys: .lastCounts) {
      for member in members {
        if let text = Self.text(of: member.value), !text.isEmpty { values[member.key.lowercased()] = text }
      }
    }
    self.values = values
  }

  private static func text(of value: JSONValue) -> String? {
    switch value {
    case .string(let text), .number(let text): text
    case .bool(let bool): bool ? "yes" : "no"
    case .array(let elements):
      elements.count <= 20 ? elements.compactMap { $0.isScalar ? text(of: $0) : nil }.joined(separator: ", ") : nil
    case .object, .null: nil
    }
  }

  /// The first of these that is there.
  func first(of keys: String...) -> String? {
    for key in keys {
      if let value = values[key] { return value }
    }
    return nil
  }

  /// Labels and values to show, without those that the sentence has said already.
  func shown(except said: [String?]) -> [(label: String, value: String)] {
    var facts: [(label: String, value: String)] = []
    for (key, label) in Self.shown where facts.count < SlackLimits.fields {
      guard let value = values[key], !said.contains(value), !facts.contains(where: { $0.label == label }) else { continue }
      facts.append((label, value))
    }
    return facts
  }
}

extension JSONValue {
  fileprivate var isScalar: Bool {
    switch self {
    case .string, .number, .bool: true
    case .array, .object, .null: false
    }
  }
}
