/// One key of the configuration, with all that is known of it: the reader, `check-config`, the error messages and
/// `deploy/fanfare.example.yaml` are made from these and from nothing else.
struct SettingsKey<Value: Sendable>: Sendable {
  let entry: SettingsEntry
  private let kind: SettingsKind<Value>

  init(
    _ name: String, default text: String? = nil, _ kind: SettingsKind<Value>, _ meaning: String, isSecret: Bool = false
  ) {
    let masked: @Sendable (String) -> String = { _ in "***" }
    entry = SettingsEntry(
      name: name, defaultText: text, allowed: kind.allowed, meaning: meaning, takesList: kind.takesList,
      mask: isSecret ? masked : kind.mask, fits: { kind.value(of: $0) != nil })
    self.kind = kind
  }

  /// The value that `text` stands for, or nil if it is not allowed here.
  func value(of text: SettingsText) -> Value? { kind.value(of: text) }

  /// The value when nobody says anything; nil for a key without a default.
  var defaultValue: Value? {
    entry.defaultText.flatMap { kind.value(of: .scalar($0)) }
  }
}

/// A key without the type of its value.
struct SettingsEntry: Sendable {
  /// As the file spells it: `delivery.retrySchedule`.
  let name: String
  let defaultText: String?
  /// What a value must be, to stand behind "must be".
  let allowed: String
  let meaning: String
  let takesList: Bool
  /// The value as it may be shown.
  let mask: @Sendable (String) -> String
  let fits: @Sendable (SettingsText) -> Bool

  /// `FANFARE_DELIVERY_RETRY_SCHEDULE`.
  var environmentVariable: String {
    var variable = "FANFARE_"
    var previous: Character?
    for character in name {
      if let previous, previous.isLowercase, character.isUppercase { variable.append("_") }
      variable.append(contentsOf: character == "." ? "_" : character.uppercased())
      previous = character
    }
    return variable
  }
}

/// A value as a source spells it.
enum SettingsText: Hashable, Sendable {
  case scalar(String)
  /// YAML's array.
  case list([String])

  /// In one line, as a flag or a variable would spell it.
  var line: String {
    switch self {
    case .scalar(let text): text
    case .list(let texts): texts.joined(separator: ",")
    }
  }

  var isEmpty: Bool {
    switch self {
    case .scalar(let text): text.isEmpty
    case .list: false
    }
  }
}
