extension ReplayOrder {
  /// A request for a replay: the order, and whether it is only to be counted.
  public struct Request: Sendable {
    public var order: ReplayOrder
    public var isPreview: Bool
  }

  static let pathKeys: [(key: String, part: any WritableKeyPath<Path, String?> & Sendable, parent: String?)] = [
    ("inventory_project", \.inventoryProject, nil), ("inventory_application", \.inventoryApplication, nil),
    ("inventory_version", \.inventoryVersion, "inventory_application"), ("state_project", \.stateProject, nil),
    ("state_environment", \.stateEnvironment, nil), ("state_deployment", \.stateDeployment, "state_environment"),
  ]
  static let keys = ["project", "subscription", "since", "until", "type"] + pathKeys.map(\.key) + ["dead_letters", "preview"]
  static let maximumTypes = 100

  /// Reads `{"project", "subscription"?, "since", "until", "type"?, "inventory_application"?, …, "dead_letters"?, "preview"?}`.
  ///
  /// - Throws: ``ValidationErrors`` with everything that is wrong, each with an RFC 6901 pointer.
  public static func request(parsing body: [UInt8]) throws(ValidationErrors) -> Request {
    try DocumentObject.read(body, name: "a replay", allowed: keys) { document in
      let project = document.requiredName("project")
      let subscription = document.printableName("subscription")
      let since = document.requiredInstant("since")
      let until = document.requiredInstant("until")
      if let since, let until, since >= until { document.complain("until", "invalid_value", "until must be after since") }
      var order = ReplayOrder(
        project: project ?? "", subscription: subscription, since: since ?? Timestamp(seconds: 0), until: until ?? Timestamp(seconds: 0))
      order.types = document.types("type")
      for (key, part, parent) in pathKeys {
        order.path[keyPath: part] = document.printableName(key)
        if let parent, document.value(key) != nil, document.value(parent) == nil {
          document.complain(key, "missing_parent", "\(key) needs \(parent)")
        }
      }
      order.isOfDeadLetters = document.bool("dead_letters") ?? false
      return Request(order: order, isPreview: document.bool("preview") ?? false)
    }
  }

  /// The document that ``request(parsing:)`` reads.
  public var json: [UInt8] {
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    appendMembers(to: &json)
    json.endObject()
    return json.bytes
  }

  /// What the order asks for, without what it leaves open.
  public func appendMembers(to json: inout JSONWriter) {
    json.member("project", project)
    json.member("subscription", subscription)
    json.member("since", since.rfc3339)
    json.member("until", until.rfc3339)
    if !types.isEmpty {
      json.key("type")
      json.strings(types.map(\.pattern))
    }
    for (key, part, _) in Self.pathKeys { json.member(key, path[keyPath: part]) }
    if isOfDeadLetters {
      json.key("dead_letters")
      json.bool(true)
    }
  }
}

extension DocumentObject {
  fileprivate mutating func printableName(_ key: String) -> String? {
    guard let name = string(key) else { return nil }
    guard let fault = PrintableText.fault(of: name, limit: 255) else { return name }
    complain(key, "invalid_value", "\(key) must be 1 to 255 printable characters, and \(Self.quoted(name)) \(fault)")
    return nil
  }

  fileprivate mutating func requiredName(_ key: String) -> String? {
    if isMissing(key, "a name") { return nil }
    return printableName(key)
  }

  fileprivate mutating func requiredInstant(_ key: String) -> Timestamp? {
    let expected = "a date and time as RFC 3339 has it, like 2021-10-15T15:07:39Z"
    if isMissing(key, expected) { return nil }
    guard let text = string(key) else { return nil }
    if let instant = Timestamp(rfc3339: text) { return instant }
    complain(key, "invalid_value", "\(key) must be \(expected), and \(Self.quoted(text)) is not")
    return nil
  }

  private mutating func isMissing(_ key: String, _ expected: String) -> Bool {
    if value(key) != nil { return false }
    complain(key, "missing_value", "\(key) has to be there: \(expected)")
    return true
  }

  /// One glob, or an array of them; empty for none.
  fileprivate mutating func types(_ key: String) -> [Glob] {
    if case .string = value(key) { return printableName(key).map { [Glob($0)] } ?? [] }
    return names(key, limit: ReplayOrder.maximumTypes, emptyAdvice: "leave it out for all types")?.map { Glob($0) } ?? []
  }
}
