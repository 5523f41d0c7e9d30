import Configuration

/// The values that the sources give for the keys of ``SettingsKeys``, and all that is wrong with them.
struct SettingsReading: Sendable {
  /// A value, and the source that it came from.
  struct Found: Sendable {
    var text: SettingsText
    var origin: String
    /// Named in a message: `(from FANFARE_HTTP_LISTEN)`; nil for a default.
    var isDefault: Bool
  }

  private let sources: [SettingsSource]
  private(set) var faults: [String]
  private var found: [String: Found] = [:]
  private var taken: Set<String> = []

  /// - Parameter sources: the first that has a value wins.
  init(sources: [SettingsSource], faults: [String]) {
    self.sources = sources
    self.faults = faults
    for entry in SettingsKeys.all { found[entry.name] = lookUp(entry) }
  }

  /// What is used for a key, for people to read; nil if it has no value.
  func found(for entry: SettingsEntry) -> Found? { found[entry.name] }

  /// The value of a key that has a default. A value that is not allowed becomes a fault, and the default stands in for it.
  mutating func value<Value>(_ key: SettingsKey<Value>) -> Value {
    if let value = optional(key) { return value }
    guard let value = key.defaultValue else {
      preconditionFailure("\(key.entry.name) is read as a key with a default, and its default is not one of its own values")
    }
    return value
  }

  mutating func list<Element>(_ key: SettingsKey<[Element]>) -> [Element] { optional(key) ?? key.defaultValue ?? [] }

  mutating func optional<Value>(_ key: SettingsKey<Value>) -> Value? {
    taken.insert(key.entry.name)
    guard let found = found[key.entry.name] else { return nil }
    // A flag may say that there is to be none of what a variable or the file gives.
    if found.text.isEmpty, key.entry.defaultText == nil { return nil }
    if let value = key.value(of: found.text) { return value }
    refuse(key.entry, found)
    return nil
  }

  /// Checks the keys that nothing reads yet.
  mutating func checkRest() {
    for entry in SettingsKeys.all where !taken.contains(entry.name) {
      guard let found = found[entry.name], !(found.text.isEmpty && entry.defaultText == nil), !entry.fits(found.text) else { continue }
      refuse(entry, found)
    }
  }

  private mutating func refuse(_ entry: SettingsEntry, _ found: Found) {
    faults.append("\(entry.name) is \"\(entry.mask(found.text.line))\" (from \(found.origin)); it must be \(entry.allowed)")
  }

  private func lookUp(_ entry: SettingsEntry) -> Found? {
    for source in sources {
      if let found = source.value(of: entry) { return found }
    }
    return entry.defaultText.map { Found(text: .scalar($0), origin: "default", isDefault: true) }
  }
}
