/// Events and subscriptions made by chance, as producers and clients would write them: few words, so that they meet often.
public struct RandomPairs<Generator: RandomNumberGenerator> {
  private var generator: Generator
  private var count = 0
  /// Producers may name a key twice, and clients may not.
  private var repeatsKeys = false

  public static var receivedNanoseconds: Int64 { 1_634_310_460_000_000_000 }
  private static var receivedTime: String { "2021-10-15T15:07:40.000000000Z" }

  public init(using generator: Generator) { self.generator = generator }

  // MARK: Events

  public mutating func event() throws -> PlainEvent {
    count += 1
    repeatsKeys = true
    let (nanoseconds, time) = pick(Words.times)
    var members = [#""id":"e\#(count)""#, #""type":\#(quoted(pick(Words.types)))"#, #""timestamp":\#(nanoseconds)"#]
    if one(in: 2) { members.append("\"\(pick(["username", "user"]))\":\(quoted(pick(Words.names)))") }
    for key in ["allowed_groups", "allowed_roles"] where one(in: 2) { members.append("\"\(key)\":[\(list(Words.groups, 0...2))]") }
    members += inventory() + state()
    if !one(in: 8) { members.append("\"data\":\(data())") }
    if one(in: 3) { members.append(#""build":{"number":\#(pick(Words.numbers))}"#) }
    if one(in: 6) { members.append(#""note":\#(value(depth: 1))"#) }
    return try PlainEvent(
      "{\(members.shuffled(using: &generator).joined(separator: ", "))}", nanoseconds: nanoseconds, eventTime: time,
      receivedTime: Self.receivedTime)
  }

  private mutating func inventory() -> [String] {
    if one(in: 3) { return one(in: 4) ? [#""inventory_project":null"#] : [] }
    var members = ["\"\(pick(["inventory_project", "inventory_namespace"]))\":\(quoted(pick(Words.projects)))"]
    guard one(in: 2) else { return members }
    members.append(#""inventory_application":"web""#)
    if one(in: 2) { members.append("\"inventory_version\":\(quoted(pick(["v1.2", "1.2", "2.0"])))") }
    return members
  }

  private mutating func state() -> [String] {
    if one(in: 3) { return [] }
    var members = ["\"state_project\":\(quoted(pick(Words.projects)))"]
    guard one(in: 2) else { return members }
    members.append("\"state_environment\":\(quoted(pick(["live", "test"])))")
    if one(in: 2) { members.append(#""state_deployment":"web/1""#) }
    return members
  }

  private mutating func data() -> String {
    let members = Words.dataKeys.filter { _ in one(in: 2) }.map { "\(quoted($0)):\(value(depth: 2))" }
    return "{\(members.joined(separator: ","))}"
  }

  // MARK: Subscriptions

  public mutating func subscription() throws -> PlainSubscription {
    count += 1
    repeatsKeys = false
    var members = [#""id":"s\#(count)""#, #""type":"webhook""#, #""url":"https://receiver.example/in""#]
    if one(in: 12) { members.append(#""disabled":true"#) }
    if one(in: 8) { members.append(#""paused":true"#) }
    if one(in: 2) { members.append("\"events\":[\(list(Words.globs, 1...3))]") }
    if one(in: 3) { members.append("\"allowed_groups\":[\(list(Words.groups, 1...2))]") }
    if !one(in: 3) {
      let filters = (0..<Int.random(in: 1...3, using: &generator)).map { _ in filter() }
      members.append("\"filters\":[\(filters.joined(separator: ","))]")
    }
    return try PlainSubscription(
      "{\(members.joined(separator: ","))}", side: pick(PlainSubscription.Side.allCases), project: pick(Words.projects))
  }

  private mutating func filter() -> String {
    // Most ask for what is there most often, so that a third filter is come to.
    var members = ["\"path\":\(quoted(one(in: 2) ? pick(Words.commonPaths) : pick(Words.paths)))"]
    if one(in: 4) { members.append("\"is_equal_to\":\(wanted())") }
    if one(in: 4) { members.append("\"is_not_equal_to\":\(wanted())") }
    if one(in: 4) { members.append("\"matches\":\(quoted(pick(Words.patterns)))") }
    if one(in: 4) { members.append("\"does_not_match\":\(quoted(pick(Words.patterns)))") }
    return "{\(members.joined(separator: ","))}"
  }

  /// Anything but null, which nothing can be asked to be.
  private mutating func wanted() -> String {
    let value = one(in: 4) ? quoted(pick(Words.types + Words.names + Words.projects)) : value(depth: 1)
    return value == "null" ? "true" : value
  }

  // MARK: Values

  private mutating func value(depth: Int) -> String {
    switch Int.random(in: 0..<(depth > 0 ? 10 : 7), using: &generator) {
    case 0: return "null"
    case 1: return pick(["true", "false"])
    case 2, 3: return pick(Words.numbers)
    case 4, 5, 6: return quoted(pick(Words.texts))
    case 7: return "[\((0..<Int.random(in: 0...2, using: &generator)).map { _ in value(depth: depth - 1) }.joined(separator: ","))]"
    default:
      // Now and then a key stands twice.
      let members = (["x", "y"] + (repeatsKeys && one(in: 8) ? ["x"] : [])).shuffled(using: &generator).filter { _ in one(in: 2) }.map {
        "\"\($0)\":\(value(depth: depth - 1))"
      }
      return "{\(members.joined(separator: " , "))}"
    }
  }

  /// As JSON, now and then with escapes where none are needed.
  private mutating func quoted(_ text: String) -> String {
    let escapes = one(in: 8)
    let pieces = text.unicodeScalars.map { scalar -> String in
      if escapes && one(in: 2) { return String(scalar).utf16.map(\.escaped).joined() }
      return ("\"\\".unicodeScalars.contains(scalar) ? "\\" : "") + String(scalar)
    }
    return "\"\(pieces.joined())\""
  }

  private mutating func list(_ words: [String], _ counts: ClosedRange<Int>) -> String {
    let count = Int.random(in: counts, using: &generator)
    return (0..<count).map { _ in quoted(pick(words)) }.joined(separator: ",")
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[Int.random(in: 0..<elements.count, using: &generator)] }

  private mutating func one(in chances: Int) -> Bool { Int.random(in: 0..<chances, using: &generator) == 0 }
}

private enum Words {
  /// `é` as one character and as two, which are not the same name.
  static let projects = ["p", "q", "caf\u{E9}", "cafe\u{301}"]
  static let types = ["ADD_BUILD", "CREATE_STATE_DEPLOYMENT", "UPDATE_STATE_DEPLOYMENT", "USER_SIGNUP", "ADD_BUILD_TWICE", "add_build"]
  static let globs = types + ["*", "ADD_*", "*_STATE_*", "*BUILD", "U*P", "*D*D*", "**", "ADD_BUILD*", "*X*", "A*D"]
  static let groups = ["dev", "ops", "qa", "*", "gru\u{308}n", "gr\u{FC}n"]
  static let names = ["ann", "bob", "ren\u{E9}e", "rene\u{301}e"]
  static let texts = [
    "failed", "ok", "Failed", "", "caf\u{E9}", "cafe\u{301}", "10", "v1.2", "x and y", "\u{1F680}", "a/b", "say \"hi\"", "true",
  ]
  static let numbers = ["0", "-0", "1", "1.0", "10e-1", "100", "1e2", "1.50", "1.5", "9007199254740992", "9007199254740993", "-7"]
  static let dataKeys = ["status", "count", "tags", "nested", "a/b", "m~n", "", "\u{E9}", "e\u{301}", "0"]
  static let commonPaths = ["/id", "/type", "/timestamp", "/event_time", "/data", "/received_time", "/data/status"]
  static let paths =
    commonPaths + [
      "/username", "/user", "/allowed_groups", "/allowed_roles", "/allowed_groups/7", "/inventory_project", "/inventory_namespace",
      "/inventory_application", "/inventory_version", "/state_project", "/state_environment", "/state_deployment", "/data/count",
      "/data/tags", "/data/tags/0", "/data/tags/1", "/data/tags/00", "/data/nested/x", "/data/nested/y/0", "/data/nested/x/y", "/data/a~1b",
      "/data/m~0n", "/data/", "/data/\u{E9}", "/data/e\u{301}", "/data/0", "/build/number", "/build", "/note", "/note/x", "/missing",
      "/data/missing", "/type/0", "",
    ]
  static let patterns = [
    "^fail", "ed$", "^(ok|failed)$", "o+k", "[0-9]{2,3}", "^v?[0-9]+\\.[0-9]+$", "x.*y", "^$", "", "BUILD", "^1", "e", "true|false",
    "[^a-z]", "a/b", "\\d\\d:\\d\\d",
  ]
  static let times = [
    ("1634310459123456789", "2021-10-15T15:07:39.123456789Z"), ("1634310459000000000", "2021-10-15T15:07:39.000000000Z"),
    ("0", "1970-01-01T00:00:00.000000000Z"), ("951782400000000001", "2000-02-29T00:00:00.000000001Z"),
  ]
}

extension UInt16 {
  fileprivate var escaped: String {
    let digits = String(self, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
