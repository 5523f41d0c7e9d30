/// Reads an object of a document from outside and collects everything that is wrong with it.
///
/// Each getter answers nil for a key that is absent or null, and for a value that it complained about.
struct DocumentObject {
  let pointer: JSONPointer
  private let members: [String: JSONValue]
  private(set) var faults: [ValidationError] = []

  /// - Parameters:
  ///   - name: what the object is, to start a sentence with: `a subscription`.
  ///   - allowed: the keys it may have.
  ///   - ignored: keys that are taken and mean nothing.
  init?(
    _ value: JSONValue, at pointer: JSONPointer, name: String, allowed: [String], ignored: [String] = [], faults: inout [ValidationError]
  ) {
    guard case .object(let list) = value else {
      faults.append(
        ValidationError(pointer: pointer.description, code: "invalid_type", message: "\(name) must be an object, and this is \(value.kind)")
      )
      return nil
    }
    self.pointer = pointer
    members = Dictionary(list.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    for member in list where !allowed.contains(member.key) && !ignored.contains(member.key) {
      complain(
        member.key, "unknown_key", "\(name) has no key \(Self.quoted(member.key)); allowed are \(allowed.joined(separator: ", "))")
    }
  }

  mutating func complain(_ key: String, _ code: String, _ message: String) { complain(pointer.appending(key), code, message) }

  mutating func complain(_ pointer: JSONPointer, _ code: String, _ message: String) {
    faults.append(ValidationError(pointer: pointer.description, code: code, message: message))
  }

  mutating func add(_ more: [ValidationError]) { faults += more }

  /// The value as it came, null included.
  func raw(_ key: String) -> JSONValue? { members[key] }

  func value(_ key: String) -> JSONValue? {
    guard let value = members[key], !value.isNull else { return nil }
    return value
  }

  mutating func string(_ key: String) -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.stringValue else { return mistyped(key, value, "a string") }
    return text
  }

  mutating func bool(_ key: String) -> Bool? {
    guard let value = value(key) else { return nil }
    guard case .bool(let bool) = value else { return mistyped(key, value, "true or false") }
    return bool
  }

  /// A string that must be one of some, whatever their case if `ignoringCase`.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, ignoringCase: Bool = false) -> Choice?
  where Choice.RawValue == String {
    guard let text = string(key) else { return nil }
    if let choice = Choice(rawValue: ignoringCase ? text.lowercased() : text) { return choice }
    let allowed = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    complain(key, "invalid_value", "\(key) must be one of \(allowed), and \(Self.quoted(text)) is not")
    return nil
  }

  /// An array whose elements `read` turns into values; those that it answers nil for are left out.
  mutating func array<Element>(
    _ key: String, limit: Int, _ read: (JSONValue, JSONPointer, inout [ValidationError]) -> Element?
  ) -> [Element]? {
    guard let value = value(key) else { return nil }
    guard case .array(let elements) = value else { return mistyped(key, value, "an array") }
    if elements.count > limit {
      complain(key, "too_many", "\(key) may have at most \(limit) entries, and has \(elements.count)")
      return nil
    }
    return elements.enumerated().compactMap { index, element in
      read(element, pointer.appending(key).appending(String(index)), &faults)
    }
  }

  /// An array of names: 1 to `limit` strings of 1 to 255 printable characters.
  mutating func names(_ key: String, limit: Int, emptyAdvice: String) -> [String]? {
    if case .array([]) = value(key) {
      complain(key, "invalid_value", "\(key) must not be empty; \(emptyAdvice)")
      return nil
    }
    return array(key, limit: limit) { value, pointer, faults in
      guard case .string(let name) = value else {
        faults.append(
          ValidationError(
            pointer: pointer.description, code: "invalid_type", message: "\(key) must hold strings, and this is \(value.kind)"))
        return nil
      }
      guard let fault = PrintableText.fault(of: name, limit: 255) else { return name }
      faults.append(
        ValidationError(
          pointer: pointer.description, code: "invalid_value",
          message: "\(key) must hold strings of 1 to 255 printable characters, and \(Self.quoted(name)) \(fault)"))
      return nil
    }
  }

  private mutating func mistyped<Value>(_ key: String, _ value: JSONValue, _ expected: String) -> Value? {
    complain(key, "invalid_type", "\(key) must be \(expected), and is \(value.kind)")
    return nil
  }

  /// A text from outside for a sentence: in quotes, without control characters, not longer than 80 characters.
  static func quoted(_ text: String) -> String {
    let clean = text.unicodeScalars.map { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? "\u{FFFD}" : String($0) }
    return "\"" + clean.prefix(80).joined() + (clean.count > 80 ? "…\"" : "\"")
  }
}
