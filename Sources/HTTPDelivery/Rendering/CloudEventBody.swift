internal import Fanfare

/// An event as a structured CloudEvent 1.0, in the way that Fanfare reads them itself.
///
/// `source` is `/inventory/<project>` or `/state/<project>` and `subject` the rest of the path. Attributes cannot have underscores or
/// arrays, so the path is there once more as `inventoryproject` and so on, and the groups as names with commas between. A producer's
/// other fields become extension attributes where their name and value can be one.
enum CloudEventBody {
  private static let taken: Set<String> = [
    "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data", "database64", "traceparent",
    "username", "allowedgroups", "allowedroles", "inventoryproject", "inventorynamespace", "inventoryapplication", "inventoryversion",
    "stateproject", "stateenvironment", "statedeployment",
  ]

  static func bytes(of stored: StoredEvent) -> [UInt8] {
    var json = JSONWriter(capacity: stored.compact.count + 320)
    json.beginObject()
    json.member("specversion", "1.0")
    json.member("id", stored.id)
    json.member("type", stored.type.name)
    json.member("time", stored.occurredAt.rfc3339)
    // The store wrote the compact form itself, so it can be read; an event without its details beats none.
    guard let event = try? Event(compact: stored) else {
      json.member("source", "/platform")
      json.endObject()
      return json.bytes
    }
    let (source, subject) = place(of: event.path)
    json.member("source", source)
    json.member("subject", subject)
    json.member("traceparent", stored.traceparent.flatMap { HeaderRules.isTraceparent($0) ? $0 : nil })
    json.member("username", event.username)
    json.member("allowedgroups", event.audience.isEmpty ? nil : event.audience.groups.joined(separator: ","))
    json.member("inventoryproject", event.path.inventory?.project)
    json.member("inventoryapplication", event.path.inventory?.application)
    json.member("inventoryversion", event.path.inventory?.version)
    json.member("stateproject", event.path.state?.project)
    json.member("stateenvironment", event.path.state?.environment)
    json.member("statedeployment", event.path.state?.deployment)
    appendExtensions(event.otherFields, to: &json)
    if let data = event.data {
      json.member("datacontenttype", "application/json")
      json.key("data")
      json.raw(data)
    }
    json.endObject()
    return json.bytes
  }

  /// The State's place is the one that events of deployments are about, so it goes first where an event has both.
  private static func place(of path: EventPath) -> (source: String, subject: String?) {
    if let state = path.state { return ("/state/" + segment(state.project), subject(state.environment, state.deployment)) }
    if let inventory = path.inventory {
      return ("/inventory/" + segment(inventory.project), subject(inventory.application, inventory.version))
    }
    return ("/platform", nil)
  }

  private static func subject(_ first: String?, _ second: String?) -> String? {
    guard let first else { return nil }
    return second.map { segment(first) + "/" + segment($0) } ?? segment(first)
  }

  /// One segment of a URI's path: all but unreserved characters is percent-encoded, `/` too.
  private static func segment(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default: bytes.appendPercentEncoded(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func appendExtensions(_ fields: [Event.Field], to json: inout JSONWriter) {
    var names = taken
    for field in fields {
      let name = field.key.lowercased().filter { $0 != "_" && $0 != "-" }
      guard !name.isEmpty, name.utf8.count <= 20, name.utf8.allSatisfy(isAttributeCharacter), let first = field.value.first,
        names.insert(name).inserted
      else { continue }
      switch first {
      case UInt8(ascii: "\""), UInt8(ascii: "t"), UInt8(ascii: "f"):
        json.key(name)
        json.raw(field.value)
      case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "n"): break
      default:
        // CloudEvents' only number is an integer of 32 bits; others keep their text.
        let text = String(decoding: field.value, as: UTF8.self)
        json.key(name)
        if Int32(text) != nil { json.raw(field.value) } else { json.string(text) }
      }
    }
  }

  private static func isAttributeCharacter(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
  }
}
