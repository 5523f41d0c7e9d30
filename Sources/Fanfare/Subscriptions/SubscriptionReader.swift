/// Reads one entry of a subscription document and says all that is wrong with it.
struct SubscriptionReader {
  let scope: SubscriptionScope
  /// The entry's id where the document is keyed by id.
  let key: String?

  static let keys = [
    "id", "type", "url", "events", "filters", "allowed_groups", "format", "headers", "retry", "rateLimit", "ordering", "disabled",
    "slack_username",
    "slack_icon", "secret", "paused",
  ]
  /// What GET adds, taken back and ignored.
  static let keysOfGet = ["paused_reason", "creation_time", "update_time"]
  static let maximumGlobs = 100
  static let maximumFilters = 100
  static let maximumGroups = 1_000
  static let maximumRetries = 50
  static let longestDelay: Duration = .seconds(30 * 86_400)

  /// - Returns: nil only where not even an id could be read. With faults, the subscription is good for nothing but its id.
  func read(_ value: JSONValue, at pointer: JSONPointer, makeID: () -> String, faults: inout [ValidationError]) -> Subscription? {
    guard
      var entry = DocumentObject(
        value, at: pointer, name: "a subscription", allowed: Self.keys, ignored: Self.keysOfGet, faults: &faults)
    else { return nil }
    defer { faults += entry.faults }

    let id = id(&entry, makeID)
    let allowedGroups = allowedGroups(&entry)
    let kind: Subscription.Kind? = required("type", of: &entry) ? entry.choice("type", ignoringCase: true) : nil
    let url = url(&entry)
    let events = entry.names("events", limit: Self.maximumGlobs, emptyAdvice: "leave it out for all events")
    let filters = entry.array("filters", limit: Self.maximumFilters) { Filter(reading: $0, at: $1, faults: &$2) }
    let format: Subscription.Format? = entry.choice("format")
    let headers = headers(&entry)
    let retrySchedule = retrySchedule(&entry)
    let rateLimit = rateLimit(&entry)
    let ordering: Subscription.Ordering? = entry.choice("ordering")
    let isDisabled = entry.bool("disabled") ?? false
    let isPaused = entry.bool("paused")
    let slackUsername = slackUsername(&entry)
    let slackIcon = slackIcon(&entry)
    let secret = secret(&entry)
    if let kind { checkKeys(of: kind, &entry) }

    guard let id else { return nil }
    return Subscription(
      scope: scope, id: id, kind: kind ?? .webhook, url: url ?? "", events: events?.map { Glob($0) }, filters: filters ?? [],
      allowedGroups: allowedGroups, format: format ?? .event, headers: headers, retrySchedule: retrySchedule, rateLimitPerSecond: rateLimit,
      ordering: ordering ?? .none, isDisabled: isDisabled, slackUsername: slackUsername, slackIcon: slackIcon,
      secrets: secret.map { [$0] } ?? [],
      isPaused: isPaused ?? false, keepsPause: isPaused == nil)
  }

  // MARK: Who it is

  private func id(_ entry: inout DocumentObject, _ makeID: () -> String) -> String? {
    if let key {
      if let fault = Self.fault(ofID: key) {
        entry.complain(entry.pointer, "invalid_value", fault)
        return nil
      }
      if case .string(let inner) = entry.value("id"), inner != key {
        entry.complain(
          "id", "invalid_value", "the id \(DocumentObject.quoted(inner)) contradicts the key \"\(key)\" that the entry stands under")
      }
    }
    switch entry.value("id") {
    case nil, .array: return key ?? makeID()
    case .string(let id):
      guard key == nil, let fault = Self.fault(ofID: id) else { return id }
      entry.complain("id", "invalid_value", fault)
      return nil
    case .some(let other):
      entry.complain("id", "invalid_type", "id must be a string (or, as in older documents, an array of groups), and is \(other.kind)")
      return nil
    }
  }

  private static func fault(ofID id: String) -> String? {
    let isPunctuation: (UInt8) -> Bool = { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
    let isGood =
      (1...100).contains(id.utf8.count) && id.utf8.first?.isASCIILetterOrDigit == true
      && id.utf8.allSatisfy { $0.isASCIILetterOrDigit || isPunctuation($0) }
    return isGood
      ? nil : "an id is 1 to 100 letters, digits, '.', '_' and '-', the first a letter or digit, and \(DocumentObject.quoted(id)) is not"
  }

  /// The first seed has the groups in `id`.
  private func allowedGroups(_ entry: inout DocumentObject) -> [String]? {
    let advice = "leave it out for no such limit"
    guard case .array = entry.value("id") else {
      return entry.names("allowed_groups", limit: Self.maximumGroups, emptyAdvice: advice)
    }
    if entry.value("allowed_groups") != nil {
      entry.complain("id", "invalid_value", "an array as id means allowed_groups, and these are there as well")
    }
    return entry.names("id", limit: Self.maximumGroups, emptyAdvice: advice)
  }

  // MARK: Where to and how

  private func required(_ key: String, of entry: inout DocumentObject) -> Bool {
    if entry.value(key) != nil { return true }
    entry.complain(key, "missing_key", "a subscription needs \(key)")
    return false
  }

  private func url(_ entry: inout DocumentObject) -> String? {
    guard required("url", of: &entry), let url = entry.string("url") else { return nil }
    if let fault = EndpointURL.fault(of: url) { entry.complain("url", "invalid_value", fault) }
    return url
  }

  private func headers(_ entry: inout DocumentObject) -> [Subscription.Header] {
    guard let value = entry.value("headers") else { return [] }
    guard case .object(let members) = value else {
      entry.complain("headers", "invalid_type", "headers must be an object of names and values, and is \(value.kind)")
      return []
    }
    if members.count > HeaderRules.maximumCount {
      entry.complain("headers", "too_many", "headers may have at most \(HeaderRules.maximumCount) entries, and has \(members.count)")
    }
    var names: Set<String> = []
    return members.compactMap { member in
      let pointer = entry.pointer.appending("headers").appending(member.key)
      if let fault = HeaderRules.fault(ofName: member.key) { entry.complain(pointer, "invalid_value", fault) }
      if !names.insert(member.key.lowercased()).inserted {
        entry.complain(
          pointer, "invalid_value", "the header \(DocumentObject.quoted(member.key)) stands here twice: case does not tell names apart")
      }
      guard case .string(let text) = member.value else {
        entry.complain(pointer, "invalid_type", "a header's value must be a string, and is \(member.value.kind)")
        return nil
      }
      if let fault = HeaderRules.fault(ofValue: text) { entry.complain(pointer, "invalid_value", fault) }
      return Subscription.Header(name: member.key, value: text)
    }
  }

  private func retrySchedule(_ entry: inout DocumentObject) -> [Duration]? {
    guard let value = entry.value("retry") else { return nil }
    var faults: [ValidationError] = []
    defer { entry.add(faults) }
    guard var retry = DocumentObject(value, at: entry.pointer.appending("retry"), name: "retry", allowed: ["schedule"], faults: &faults)
    else {
      return nil
    }
    defer { faults += retry.faults }
    return retry.array("schedule", limit: Self.maximumRetries) { value, pointer, faults in
      if case .string(let text) = value, let delay = Duration(text: text), delay <= Self.longestDelay { return delay }
      let given = value.stringValue.map { DocumentObject.quoted($0) } ?? value.kind
      let message = "a delay is \(Duration.textForm), at most \(Self.longestDelay.text), and \(given) is not"
      faults.append(ValidationError(pointer: pointer.description, code: "invalid_value", message: message))
      return nil
    }
  }

  private func rateLimit(_ entry: inout DocumentObject) -> Int? {
    guard let value = entry.value("rateLimit") else { return nil }
    var faults: [ValidationError] = []
    defer { entry.add(faults) }
    guard
      var limit = DocumentObject(
        value, at: entry.pointer.appending("rateLimit"), name: "rateLimit", allowed: ["perSecond"], faults: &faults)
    else { return nil }
    defer { faults += limit.faults }
    guard let perSecond = limit.value("perSecond") else { return nil }
    if case .number(let text) = perSecond, let number = Int(text), (1...10_000).contains(number) { return number }
    limit.complain("perSecond", "invalid_value", "perSecond must be a whole number from 1 to 10000")
    return nil
  }

  private func secret(_ entry: inout DocumentObject) -> String? {
    guard let secret = entry.string("secret") else { return nil }
    // What was given is not repeated: it may be a good secret with a slip in it.
    guard secret.hasPrefix("whsec_"), let bytes = Base64.decode(secret.dropFirst(6)), (24...64).contains(bytes.count) else {
      entry.complain("secret", "invalid_value", "a secret is whsec_ and the base64 of 24 to 64 bytes, and this is not")
      return nil
    }
    return secret
  }

  // MARK: Slack

  private func slackUsername(_ entry: inout DocumentObject) -> String? {
    guard let name = entry.string("slack_username") else { return nil }
    if PrintableText.fault(of: name, limit: 80) != nil {
      entry.complain("slack_username", "invalid_value", "slack_username must be 1 to 80 printable characters")
    }
    return name
  }

  private func slackIcon(_ entry: inout DocumentObject) -> String? {
    guard let icon = entry.string("slack_icon") else { return nil }
    let name = icon.utf8.dropFirst().dropLast()
    let isEmoji =
      icon.hasPrefix(":") && icon.hasSuffix(":") && (1...100).contains(name.count)
      && name.allSatisfy { $0.isASCIILetterOrDigit || "_-+:'".utf8.contains($0) }
    if !isEmoji, EndpointURL.fault(of: icon) != nil {
      entry.complain(
        "slack_icon", "invalid_value",
        "slack_icon must be an emoji's name between colons, as in \":rocket:\", or an image's http(s) URL, and \(DocumentObject.quoted(icon)) is neither"
      )
    }
    return icon
  }

  /// A key that does nothing for this kind is a mistake that its owner wants to know of.
  private func checkKeys(of kind: Subscription.Kind, _ entry: inout DocumentObject) {
    let strange: [String] =
      switch kind {
      case .webhook: ["slack_username", "slack_icon"]
      case .slack: ["secret", "headers"]
      }
    for key in strange where entry.value(key) != nil {
      let other: Subscription.Kind = kind == .webhook ? .slack : .webhook
      entry.complain(key, "invalid_value", "\(key) is only for subscriptions of the type \"\(other.rawValue)\"")
    }
    if kind == .slack, let format = entry.value("format"), format != .string(Subscription.Format.event.rawValue) {
      entry.complain("format", "invalid_value", "a Slack message has a form of its own: leave format out")
    }
  }
}
