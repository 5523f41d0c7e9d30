/// An event as a producer sent it, and when that was.
public struct PlainEvent: Sendable {
  public let id: String
  /// The message.
  public let text: String
  public let inventoryProject: String?
  public let stateProject: String?
  /// The event as it is shown (contract §4).
  let shown: PlainJSON
  let groups: [String]

  /// - Parameters:
  ///   - eventTime: its timestamp as RFC 3339 in UTC, with nanoseconds; so `receivedTime`.
  ///   - nanoseconds: its timestamp.
  public init(_ text: String, nanoseconds: String, eventTime: String, receivedTime: String) throws {
    let sent = try PlainJSON(text)
    self.text = text
    func sentString(_ keys: String...) -> String? {
      for key in keys { if let text = sent[key]?.string { return text } }
      return nil
    }
    id = sentString("id") ?? ""
    inventoryProject = sentString("inventory_project", "inventory_namespace")
    stateProject = sentString("state_project")
    var groups: [String] = []
    for key in ["allowed_groups", "allowed_roles"] {
      for group in (sent[key]?.elements ?? []).compactMap(\.string) where !groups.contains(where: { $0.isSame(as: group) }) {
        groups.append(group)
      }
    }
    // A set: it is shown in the order of its characters.
    groups.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    self.groups = groups
    shown = Self.shown(
      sent, groups, [("timestamp", .number(nanoseconds)), ("event_time", .string(eventTime)), ("received_time", .string(receivedTime))])
  }

  private static func shown(_ sent: PlainJSON, _ groups: [String], _ times: [(key: String, value: PlainJSON)]) -> PlainJSON {
    var members = times
    let set = PlainJSON.array(groups.map { .string($0) })
    if !groups.isEmpty { members += [("allowed_groups", set), ("allowed_roles", set)] }
    guard case .object(let given) = sent else { return sent }
    for (key, value) in given {
      switch key {
      case "timestamp", "allowed_groups", "allowed_roles": continue
      case _ where value.isNull && known.contains(key): continue
      case "user": members.append(("username", value))
      case "inventory_project", "inventory_namespace":
        for name in ["inventory_project", "inventory_namespace"] where !members.contains(where: { $0.key == name }) {
          members.append((name, value))
        }
      default: members.append((key, value))
      }
    }
    return .object(members)
  }

  /// What is left out where it is null.
  private static let known = [
    "username", "user", "inventory_project", "inventory_namespace", "inventory_application", "inventory_version", "state_project",
    "state_environment", "state_deployment", "data",
  ]

  /// What a JSON Pointer (RFC 6901) leads to.
  func value(at pointer: String) -> PlainJSON? {
    var value = shown
    for part in pointer.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let token = Self.unescaped(String(part))
      switch value {
      case .object:
        guard let member = value[token] else { return nil }
        value = member
      case .array(let elements):
        guard let index = Int(token), String(index) == token, elements.indices.contains(index) else { return nil }
        value = elements[index]
      default: return nil
      }
    }
    return value
  }

  private static func unescaped(_ token: String) -> String {
    var text = ""
    var rest = Array(token.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch (scalar, rest.first) {
      case ("~", "0"): text += "~"
      case ("~", "1"): text += "/"
      default:
        text.unicodeScalars.append(scalar)
        continue
      }
      rest = rest.dropFirst()
    }
    return text
  }
}
