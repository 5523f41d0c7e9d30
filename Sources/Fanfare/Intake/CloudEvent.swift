/// Reads CloudEvents 1.0 as events: the attributes that Fanfare has a field for become that field, the others are kept as they are.
///
/// Attribute names have no underscores, so the path and the groups are understood as `inventoryproject`, `stateenvironment`,
/// `allowedgroups` (names with commas between) and so on; and `source` and `subject` as Fanfare writes them itself:
/// `/inventory/<project>` or `/state/<project>`, and the rest of the path.
enum CloudEvent {
  struct Invalid: Error {
    var detail: String
  }

  /// Attribute names that headers carry in binary mode: behind a prefix, or bare when `specversion` is there.
  /// (CloudEvents AMQP binding 1.0 §3.1 and its older forms; HTTP binding §3.1.)
  static func attributes(inHeaders headers: JSONValue?) -> [JSONValue.Member]? {
    guard case .object(let members) = headers else { return nil }
    var found: [JSONValue.Member] = []
    for member in members {
      for prefix in ["cloudEvents:", "cloudEvents_", "ce-", "ce_"] where hasPrefix(member.key, prefix) {
        found.append(JSONValue.Member(String(member.key.dropFirst(prefix.count)).lowercased(), member.value))
      }
    }
    if found.contains(where: { $0.key == "specversion" }) { return found }
    if members.contains(where: { $0.key == "specversion" }) { return members }
    return found.isEmpty ? nil : found
  }

  private static func hasPrefix(_ key: String, _ prefix: String) -> Bool {
    key.utf8.count > prefix.utf8.count && key.prefix(prefix.count).lowercased() == prefix.lowercased()
  }

  /// The event's members for a CloudEvent's, as ``EventReader`` wants them.
  static func members(of attributes: [EventReader.Member]) throws(Invalid) -> [EventReader.Member] {
    try check(attributes)
    var result: [EventReader.Member] = []
    var hasPath = false
    for var member in attributes {
      switch member.key {
      case "time": member.key = "timestamp"
      case "inventoryproject", "inventorynamespace", "inventoryapplication", "inventoryversion":
        member.key = "inventory_" + member.key.dropFirst("inventory".count)
        hasPath = true
      case "stateproject", "stateenvironment", "statedeployment":
        member.key = "state_" + member.key.dropFirst("state".count)
        hasPath = true
      case "inventory_project", "inventory_namespace", "state_project": hasPath = true
      case "allowedgroups", "allowedroles": member = groups(member)
      case "traceparent", "tracestate": continue
      default: break
      }
      result.append(member)
    }
    if !hasPath { result += path(source: text("source", in: attributes), subject: text("subject", in: attributes)) }
    return result
  }

  static func text(_ key: String, in members: [EventReader.Member]) -> String? {
    guard let member = members.first(where: { $0.key == key }), member.firstByte == UInt8(ascii: "\"") else { return nil }
    var scanner = JSONScanner(member.bytes, in: member.range)
    return try? scanner.string()
  }

  private static func check(_ attributes: [EventReader.Member]) throws(Invalid) {
    for name in ["specversion", "id", "source", "type"] where text(name, in: attributes)?.isEmpty ?? true {
      throw Invalid(detail: "a CloudEvent needs the attribute \"\(name)\" as a string that is not empty")
    }
    if let version = text("specversion", in: attributes), version != "1.0" {
      throw Invalid(detail: "specversion is \"\(version)\"; only \"1.0\" is understood")
    }
    if attributes.contains(where: { $0.key == "time" && !$0.isNull }),
      text("time", in: attributes).flatMap({ Timestamp(rfc3339: $0) }) == nil
    {
      throw Invalid(detail: "the attribute \"time\" of a CloudEvent must be an RFC 3339 date")
    }
  }

  /// An attribute cannot be an array, so names stand with commas between; a structured event may hold an array all the same.
  private static func groups(_ member: EventReader.Member) -> EventReader.Member {
    let key = "allowed_" + member.key.dropFirst("allowed".count)
    guard let names = text(member.key, in: [member]) else {
      return EventReader.Member(key: key, bytes: member.bytes, range: member.range)
    }
    let list = names.split(separator: ",").map { $0.trimmingSpaces }.filter { !$0.isEmpty }
    return EventReader.Member(key: key, value: .strings(list))
  }

  private static func path(source: String?, subject: String?) -> [EventReader.Member] {
    guard let source else { return [] }
    let parts = source.split(separator: "/", omittingEmptySubsequences: false).map { $0.percentDecoded ?? String($0) }
    guard parts.count >= 3, parts[0].isEmpty, parts[1] == "inventory" || parts[1] == "state", !parts[2].isEmpty else { return [] }
    let below =
      parts.dropFirst(3).filter { !$0.isEmpty }
      + (subject?.split(separator: "/").map { $0.percentDecoded ?? String($0) } ?? [])
    let names =
      parts[1] == "inventory"
      ? ["inventory_project", "inventory_application", "inventory_version"] : ["state_project", "state_environment", "state_deployment"]
    var members = [EventReader.Member(key: names[0], value: .string(parts[2]))]
    if let first = below.first { members.append(EventReader.Member(key: names[1], value: .string(first))) }
    if below.count > 1 { members.append(EventReader.Member(key: names[2], value: .string(below.dropFirst().joined(separator: "/")))) }
    return members
  }
}

extension StringProtocol {
  var trimmingSpaces: String {
    var rest = self[...]
    while rest.first == " " || rest.first == "\t" { rest = rest.dropFirst() }
    while rest.last == " " || rest.last == "\t" { rest = rest.dropLast() }
    return String(rest)
  }
}
