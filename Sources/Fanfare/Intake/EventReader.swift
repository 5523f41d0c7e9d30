/// Makes an event of the members of a JSON object, and collects everything that is wrong with them at once (contract §4).
struct EventReader {
  /// A key with its value's place in some text.
  struct Member {
    var key: String
    var bytes: [UInt8]
    var range: Range<Int>

    init(key: String, bytes: [UInt8], range: Range<Int>) {
      self.key = key
      self.bytes = bytes
      self.range = range
    }

    init(key: String, value: JSONValue) {
      let bytes = value.bytes
      self.init(key: key, bytes: bytes, range: 0..<bytes.count)
    }

    var firstByte: UInt8 { bytes[range.lowerBound] }
    var isNull: Bool { firstByte == UInt8(ascii: "n") }
    var text: String { String(decoding: bytes[range], as: UTF8.self) }
  }

  /// What is taken for a field that the producer left out.
  struct Defaults {
    var id: String?
    var occurredAt: Timestamp
    var receivedAt: Timestamp
    var traceparent: String?
  }

  /// How many errors of one event are told apart. A small text can be wrong in a hundred thousand places, and each is kept with it.
  static let maximumErrors = 100

  private var errors: [ValidationError] = []
  private var errorsLeftOut = 0
  /// The keys so far, for objects with so many that looking through all of them would cost more.
  private var seen: Set<ExactText> = []
  /// Before every pointer: where the object stands in its document.
  private let base: String

  init(base: String) { self.base = base }

  /// - Parameter makeID: called only if neither the object nor the defaults have an id.
  static func read(
    _ members: [Member], base: String = "", defaults: Defaults, makeID: () -> String
  ) -> Result<Event, ValidationErrors> {
    var reader = EventReader(base: base)
    let event = reader.read(members, defaults: defaults, makeID: makeID)
    guard let event, reader.errors.isEmpty else { return .failure(ValidationErrors(reader.allErrors)) }
    return .success(event)
  }

  private mutating func read(_ members: [Member], defaults: Defaults, makeID: () -> String) -> Event? {
    var id: String?
    var type: String?
    var time: Timestamp?
    var username = Alias("username", "user")
    var project = Alias("inventory_project", "inventory_namespace")
    var application: String?
    var version: String?
    var stateProject: String?
    var environment: String?
    var deployment: String?
    var groups: [String] = []
    var data: [UInt8]?
    var others: [Event.Field] = []

    for (index, member) in members.enumerated() {
      if isRepeated(member.key, in: members[..<index]) {
        fail(member.key, "duplicate_key", "the key \"\(member.key)\" stands twice in the event")
        continue
      }
      switch member.key {
      case "id": id = string(member)
      case "type": type = string(member, limit: 100)
      case "timestamp": time = timestamp(member)
      case "username": username.first = string(member)
      case "user": username.second = string(member)
      case "allowed_groups", "allowed_roles": groups += strings(member)
      case "inventory_project": project.first = string(member)
      case "inventory_namespace": project.second = string(member)
      case "inventory_application": application = string(member)
      case "inventory_version": version = string(member)
      case "state_project": stateProject = string(member)
      case "state_environment": environment = string(member)
      case "state_deployment": deployment = string(member, limit: 1024)
      case "data": data = object(member)
      // Made from the event's times on the way out; an event that was read from the API may be published again.
      case "event_time", "received_time": break
      default: others.append(Event.Field(key: member.key, value: Array(member.bytes[member.range])))
      }
    }

    let audience = groups.isEmpty ? Audience.nobody : Audience(groups)
    if audience.groups.count > Self.maximumNames {
      fail(
        "allowed_groups", "too_many_values",
        "allowed_groups and allowed_roles hold \(audience.groups.count) names together; at most \(Self.maximumNames) are allowed")
    }
    let inventoryProject = resolve(project)
    require(
      application, "inventory_application", below: inventoryProject, "inventory_project",
      seen: ["inventory_project", "inventory_namespace"])
    require(version, "inventory_version", below: application, "inventory_application")
    require(environment, "state_environment", below: stateProject, "state_project")
    require(deployment, "state_deployment", below: environment, "state_environment")
    if type == nil, !hasError("type") {
      fail("type", "missing_value", "an event needs a type, such as \"CREATE_STATE_DEPLOYMENT\"")
    }
    let user = resolve(username)
    guard let type, errors.isEmpty else { return nil }
    return Event(
      id: id ?? defaults.id ?? makeID(), type: EventType(type), occurredAt: time ?? defaults.occurredAt, isTimeGiven: time != nil,
      receivedAt: defaults.receivedAt, username: user, audience: audience,
      path: EventPath(
        inventory: inventoryProject.map { InventoryPlace(project: $0, application: application, version: version) },
        state: stateProject.map { StatePlace(project: $0, environment: environment, deployment: deployment) }),
      data: data, otherFields: others, traceparent: defaults.traceparent)
  }

  private mutating func isRepeated(_ key: String, in earlier: ArraySlice<Member>) -> Bool {
    if seen.isEmpty, earlier.count < 32 { return earlier.contains { $0.key.isSame(as: key) } }
    if seen.isEmpty { for member in earlier { seen.insert(ExactText(member.key)) } }
    return !seen.insert(ExactText(key)).inserted
  }

  // MARK: Fields

  /// Two names for one thing.
  private struct Alias {
    let names: (String, String)
    var first: String?
    var second: String?

    init(_ first: String, _ second: String) { names = (first, second) }
  }

  private mutating func resolve(_ alias: Alias) -> String? {
    if let first = alias.first, let second = alias.second, first != second {
      fail(
        alias.names.1, "contradiction",
        "\(alias.names.0) is \"\(first)\" and \(alias.names.1) is \"\(second)\": they mean the same and must be equal, or one left out")
    }
    return alias.first ?? alias.second
  }

  private mutating func require(_ value: String?, _ key: String, below parent: String?, _ parentKey: String, seen: [String] = []) {
    // A parent that is there but wrong has been named already.
    if value != nil, parent == nil, !([parentKey] + seen).contains(where: hasError) {
      fail(key, "missing_parent", "\(key) is given without \(parentKey)")
    }
  }

  /// A string of 1 to `limit` printable characters; nil for null, which is as good as absent.
  private mutating func string(_ member: Member, limit: Int = 255) -> String? {
    if member.isNull { return nil }
    guard member.firstByte == UInt8(ascii: "\"") else {
      fail(member.key, "invalid_value_type", "\(member.key) must be a string, and is \(Self.kind(of: member))")
      return nil
    }
    return text(member.bytes, member.range, key: member.key, limit: limit)
  }

  private mutating func text(_ bytes: [UInt8], _ range: Range<Int>, key: String, index: Int? = nil, limit: Int) -> String? {
    var scanner = JSONScanner(bytes, in: range)
    do {
      let text = try scanner.string()
      if let fault = PrintableText.fault(of: text, limit: limit) {
        fail(key, index: index, "invalid_string", "\(key) must be a string of 1 to \(limit) printable characters, and \(fault)")
        return nil
      }
      return text
    } catch {
      fail(key, index: index, "invalid_string", "\(key) is not a readable string: \(error.reason)")
      return nil
    }
  }

  /// Of groups and roles, which are told as one list.
  private static let maximumNames = 1_000

  private mutating func strings(_ member: Member) -> [String] {
    if member.isNull { return [] }
    guard member.firstByte == UInt8(ascii: "[") else {
      fail(member.key, "invalid_value_type", "\(member.key) must be an array of strings, and is \(Self.kind(of: member))")
      return []
    }
    var ranges: [Range<Int>] = []
    var scanner = JSONScanner(member.bytes, in: member.range)
    // The text was scanned once already, so it cannot fail here.
    try? scanner.array { (scanner) throws(JSONError) in ranges.append(try scanner.skipValue()) }
    if ranges.count > Self.maximumNames {
      fail(member.key, "too_many_values", "\(member.key) holds \(ranges.count) names; at most \(Self.maximumNames) are allowed")
      return []
    }
    var result: [String] = []
    for (index, range) in ranges.enumerated() {
      if member.bytes[range.lowerBound] != UInt8(ascii: "\"") {
        fail(member.key, index: index, "invalid_value_type", "\(member.key) must hold strings only")
      } else if let name = text(member.bytes, range, key: member.key, index: index, limit: 255) {
        result.append(name)
      }
    }
    return result
  }

  private mutating func timestamp(_ member: Member) -> Timestamp? {
    if member.isNull { return nil }
    var allowed: String {
      "nanoseconds since 1970 as a whole number or a decimal string, 0 to \(Int64.max), or an RFC 3339 date of 1970 or later"
    }
    let isString = member.firstByte == UInt8(ascii: "\"")
    guard isString || member.firstByte == UInt8(ascii: "-") || member.firstByte &- 0x30 < 10 else {
      fail(member.key, "invalid_value_type", "\(member.key) must be \(allowed), and is \(Self.kind(of: member))")
      return nil
    }
    guard let text = isString ? self.text(member.bytes, member.range, key: member.key, limit: 64) : member.text else { return nil }
    if let nanoseconds = Self.nanoseconds(text) { return Timestamp(nanoseconds: nanoseconds) }
    // What is taken is told as a number, too, and that has no sign.
    if isString, let timestamp = Timestamp(rfc3339: text), timestamp.nanoseconds >= 0 { return timestamp }
    fail(member.key, "invalid_timestamp", "\(member.key) must be \(allowed), and is \(isString ? "\"\(text)\"" : text)")
    return nil
  }

  /// Digits only: no sign, no fraction, no exponent. The unit is never guessed.
  private static func nanoseconds(_ text: String) -> Int64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
    return Int64(text)
  }

  private mutating func object(_ member: Member) -> [UInt8]? {
    if member.isNull { return nil }
    guard member.firstByte == UInt8(ascii: "{") else {
      fail(member.key, "invalid_value_type", "\(member.key) must be an object, and is \(Self.kind(of: member))")
      return nil
    }
    return Array(member.bytes[member.range])
  }

  // MARK: Errors

  private var allErrors: [ValidationError] {
    if errorsLeftOut == 0 { return errors }
    return errors + [ValidationError(pointer: base, code: "more_errors", message: "\(errorsLeftOut) more are left out here")]
  }

  private mutating func fail(_ key: String, index: Int? = nil, _ code: String, _ message: @autoclosure () -> String) {
    guard errors.count < Self.maximumErrors else {
      errorsLeftOut += 1
      return
    }
    errors.append(ValidationError(pointer: pointer(to: key) + (index.map { "/\($0)" } ?? ""), code: code, message: message()))
  }

  private func pointer(to key: String) -> String {
    base + JSONPointer(tokens: [key]).description
  }

  private func hasError(_ key: String) -> Bool {
    errors.contains { $0.pointer == pointer(to: key) }
  }

  private static func kind(of member: Member) -> String {
    switch member.firstByte {
    case UInt8(ascii: "{"): "an object"
    case UInt8(ascii: "["): "an array"
    case UInt8(ascii: "\""): "a string"
    case UInt8(ascii: "t"), UInt8(ascii: "f"): "a boolean"
    case UInt8(ascii: "n"): "null"
    default: "the number \(member.text)"
    }
  }
}
