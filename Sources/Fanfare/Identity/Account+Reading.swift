extension Account.Profile {
  static let keys = ["name", "email_address", "role", "groups", "roles", "disabled"]
  /// What GET adds, taken back and ignored, so that what was got can be changed and put.
  static let keysOfGet = ["id", "creation_time", "last_login_time"]
  static let maximumName = 50
  static let maximumGroups = 1_000

  /// Reads the document that makes or replaces an account: `{"name", "email_address"?, "role"?, "groups"?, "roles"?, "disabled"?}`.
  /// A key that is left out means a user without groups and roles, enabled.
  ///
  /// - Throws: ``ValidationErrors`` with everything that is wrong, each with an RFC 6901 pointer.
  public init(parsing body: [UInt8]) throws(ValidationErrors) {
    self = try DocumentObject.read(body, name: "an account", allowed: Self.keys, ignored: Self.keysOfGet) { document in
      let name = document.displayName("name")
      let emailAddress = document.emailAddress("email_address")
      let role: Account.Role? = document.choice("role")
      let groups = document.groups("groups")
      let roles = document.groups("roles")
      let isDisabled = document.bool("disabled")
      return Account.Profile(
        name: name ?? "", emailAddress: emailAddress, role: role ?? .user, groups: groups ?? [], roles: roles ?? [],
        isDisabled: isDisabled ?? false)
    }
  }
}

extension APIKey.Draft {
  /// Reads the document that makes a key: `{"name", "expiration_time"?}`.
  ///
  /// - Parameter now: `expiration_time` must be later.
  /// - Throws: ``ValidationErrors`` with everything that is wrong, each with an RFC 6901 pointer.
  public init(parsing body: [UInt8], now: Timestamp) throws(ValidationErrors) {
    self = try DocumentObject.read(body, name: "an API key", allowed: ["name", "expiration_time"]) { document in
      let name = document.displayName("name")
      return APIKey.Draft(name: name ?? "", expiresAt: document.futureTime("expiration_time", now: now))
    }
  }
}

extension DocumentObject {
  /// Reads a body that must be one object, and throws everything that is wrong with it. What `read` makes of faulty members does not matter.
  static func read<Value>(
    _ body: [UInt8], name: String, allowed: [String], ignored: [String] = [], _ read: (inout DocumentObject) -> Value
  ) throws(ValidationErrors) -> Value {
    let json: JSONValue
    do {
      json = try JSONValue(parsing: body)
    } catch {
      throw ValidationErrors([ValidationError(pointer: "", code: "malformed_json", message: "the body is not JSON: \(error)")])
    }
    var faults: [ValidationError] = []
    guard
      var document = DocumentObject(json, at: JSONPointer(tokens: []), name: name, allowed: allowed, ignored: ignored, faults: &faults)
    else { throw ValidationErrors(faults) }
    let value = read(&document)
    if !document.faults.isEmpty { throw ValidationErrors(document.faults) }
    return value
  }

  /// A name that people read, which there has to be.
  fileprivate mutating func displayName(_ key: String) -> String? {
    let allowed = "1 to \(Account.Profile.maximumName) printable characters"
    if value(key) == nil {
      complain(key, "missing_value", "\(key) has to be there: \(allowed)")
      return nil
    }
    guard let name = string(key) else { return nil }
    if PrintableText.fault(of: name, limit: Account.Profile.maximumName) != nil {
      complain(key, "invalid_value", "\(key) must be \(allowed), and \(Self.quoted(name)) is not")
    } else if name.first == " " || name.last == " " {
      complain(key, "invalid_value", "\(key) must not begin or end with a space, and \(Self.quoted(name)) does")
    }
    return name
  }

  /// Only so much is checked as catches a slip: what an address may be, only its mail server knows.
  fileprivate mutating func emailAddress(_ key: String) -> String? {
    guard let address = string(key) else { return nil }
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    let isSound = parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !address.contains(" ")
    if !isSound || PrintableText.fault(of: address, limit: 254) != nil {
      complain(key, "invalid_value", "\(key) must be an address like ann@example.com, and \(Self.quoted(address)) is not")
    }
    return address
  }

  /// Names of groups or roles, each once, possibly none.
  fileprivate mutating func groups(_ key: String) -> [String]? {
    if case .array([]) = value(key) { return [] }
    guard let names = names(key, limit: Account.Profile.maximumGroups, emptyAdvice: "") else { return nil }
    guard case .array(let elements) = value(key) else { return names }
    var seen: Set<String> = []
    for (index, name) in elements.enumerated() {
      guard let name = name.stringValue else { continue }
      let place = pointer.appending(key).appending(String(index))
      if !seen.insert(name).inserted { complain(place, "duplicate_value", "\(key) holds \(Self.quoted(name)) twice") }
      if name == Audience.everybody { complain(place, "invalid_value", "\"*\" is everybody, and nobody's own group or role") }
    }
    return names
  }

  fileprivate mutating func futureTime(_ key: String, now: Timestamp) -> Timestamp? {
    guard let text = string(key) else { return nil }
    guard let instant = Timestamp(rfc3339: text) else {
      complain(
        key, "invalid_value",
        "\(key) must be a date and time as RFC 3339 has it, like 2031-10-15T15:07:39Z, and \(Self.quoted(text)) is not")
      return nil
    }
    if instant <= now { complain(key, "invalid_value", "\(key) must be in the future, and \(Self.quoted(text)) has passed") }
    return instant
  }
}
