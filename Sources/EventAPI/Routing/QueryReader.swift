import Fanfare

/// Reads a request's query parameters one by one, and then says all that was wrong with them at once.
///
/// Each parameter that a handler asks for is one that it allows: whatever is left at the end is unknown.
struct QueryReader {
  /// One parameter that could not be taken.
  struct Problem: Sendable, Hashable {
    var parameter: String
    var value: String
    var message: String
  }

  private let items: [(name: String, value: String)]
  /// The names asked for so far.
  private(set) var asked: [String] = []
  private(set) var problems: [Problem] = []

  init(_ query: Substring?) {
    var items: [(String, String)] = []
    for part in (query ?? "").utf8.split(separator: UInt8(ascii: "&")) {
      let pair = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let raw = pair.count > 1 ? pair[1] : pair[0][pair[0].endIndex...]
      guard let name = PercentEncoding.decode(pair[0], plusIsSpace: true), let value = PercentEncoding.decode(raw, plusIsSpace: true) else {
        problems.append(
          Problem(
            parameter: String(decoding: pair[0], as: UTF8.self), value: String(decoding: raw, as: UTF8.self),
            message: "is not percent-encoded UTF-8"))
        continue
      }
      items.append((name, value))
    }
    self.items = items
  }

  /// All values of a parameter that may be given more than once, none of them empty.
  mutating func names(_ name: String) -> [String] {
    let values = values(of: name)
    if values.contains("") { reject(name, "", "must not be empty") }
    return values
  }

  mutating func text(_ name: String) -> String? {
    let values = values(of: name)
    if values.count > 1 { reject(name, values[1], "may be given only once") }
    return values.first
  }

  /// A text that is not empty.
  mutating func name(_ name: String) -> String? {
    guard let value = text(name) else { return nil }
    if value.isEmpty { reject(name, value, "must not be empty") }
    return value
  }

  mutating func integer(_ name: String, in range: ClosedRange<Int>, default: Int) -> Int {
    guard let value = text(name) else { return `default` }
    guard let number = Int(value), range.contains(number) else {
      reject(name, value, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
      return `default`
    }
    return number
  }

  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, default: Choice) -> Choice {
    optionalChoice(name, of: Choice.self) ?? `default`
  }

  mutating func optionalChoice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, of type: Choice.Type) -> Choice? {
    guard let value = text(name) else { return nil }
    if let choice = Choice(rawValue: value) { return choice }
    reject(name, value, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    return nil
  }

  mutating func timestamp(_ name: String) -> Timestamp? {
    guard let value = text(name) else { return nil }
    if let instant = Timestamp(rfc3339: value) { return instant }
    // A `+` in front of the offset means a space in a query; nobody means a space there.
    if let space = value.lastIndex(of: " "), let instant = Timestamp(rfc3339: value[..<space] + "+" + value[value.index(after: space)...]) {
      return instant
    }
    reject(name, value, "must be a date and time as RFC 3339 has it, like 2021-10-15T15:07:39Z, from 1677 to 2262")
    return nil
  }

  mutating func ksuid(_ name: String) -> KSUID? {
    guard let value = text(name) else { return nil }
    if let id = KSUID(value) { return id }
    reject(name, value, "must be an id of 27 letters and digits")
    return nil
  }

  private mutating func values(of name: String) -> [String] {
    asked.append(name)
    return items.filter { $0.name == name }.map(\.value)
  }

  mutating func reject(_ name: String, _ value: String, _ message: String) {
    problems.append(Problem(parameter: name, value: value, message: message))
  }

  /// - Throws: 400 that names every bad parameter, if there is one.
  mutating func finish() throws(APIError) {
    for item in items where !asked.contains(item.name) {
      reject(item.name, item.value, "is not a parameter of this route")
    }
    if !problems.isEmpty { throw .invalidQuery(problems, allowed: asked) }
  }

  /// The query with one parameter replaced, for a link to another page.
  func replacing(_ name: String, with value: String) -> String {
    let others = items.filter { $0.name != name }
    return (others + [(name, value)]).map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }.joined(
      separator: "&")
  }
}
