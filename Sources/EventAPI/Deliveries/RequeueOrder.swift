import Fanfare

/// Which dead letters get another chance: `{"id": …}`, `{"ids": […]}`, `{"project", "subscription", "event", "since", "until"}`, or
/// `{"all": true}`.
enum RequeueOrder {
  case deliveries([DeliveryID])
  case matching(DeliveryFilter)

  private static let filterKeys = ["project", "subscription", "event", "since", "until"]

  init(parsing body: [UInt8]) throws(ValidationErrors) {
    let members: [JSONValue.Member]
    do throws(JSONError) {
      guard case .object(let found) = try JSONValue(parsing: body) else {
        throw JSONError(offset: 0, reason: "expected an object")
      }
      members = found
    } catch {
      throw ValidationErrors([ValidationError(pointer: "", code: "malformed_json", message: "the body is not a JSON object: \(error)")])
    }

    var ids: [DeliveryID] = []
    var filter = DeliveryFilter()
    var isForAll = false
    var errors: [ValidationError] = []
    func reject(_ pointer: String, _ code: String, _ message: String) {
      errors.append(ValidationError(pointer: pointer, code: code, message: message))
    }
    func id(_ value: JSONValue, at pointer: String) {
      if let id = value.stringValue.flatMap({ DeliveryID($0) }) {
        ids.append(id)
      } else {
        reject(pointer, "invalid_value", "\(pointer.dropFirst()) must be a delivery's id")
      }
    }
    func text(_ member: JSONValue.Member) -> String? {
      if let text = member.value.stringValue, !text.isEmpty { return text }
      reject("/\(member.key)", "invalid_value", "\(member.key) must be a string that is not empty")
      return nil
    }
    func instant(_ member: JSONValue.Member) -> Timestamp? {
      if let instant = member.value.stringValue.flatMap({ Timestamp(rfc3339: $0) }) { return instant }
      reject("/\(member.key)", "invalid_value", "\(member.key) must be a date and time as RFC 3339 has it")
      return nil
    }

    for member in members {
      switch member.key {
      case "id": id(member.value, at: "/id")
      case "ids":
        guard case .array(let values) = member.value, !values.isEmpty else {
          reject("/ids", "invalid_value", "ids must be an array of deliveries' ids, and not empty")
          continue
        }
        for (index, value) in values.enumerated() { id(value, at: "/ids/\(index)") }
      case "project": filter.project = text(member)
      case "subscription": filter.subscription = text(member)
      case "event": filter.event = text(member)
      case "since": filter.since = instant(member)
      case "until": filter.until = instant(member)
      case "all":
        isForAll = member.value == true
        if !isForAll { reject("/all", "invalid_value", "all must be true if it is there") }
      default:
        reject(
          JSONPointer(tokens: [member.key]).description, "unknown_key",
          "the key \"\(member.key)\" is not known; known are id, ids, all, \(Self.filterKeys.joined(separator: ", "))")
      }
    }

    let keys = Set(members.map(\.key))
    let ways = [keys.contains("id"), keys.contains("ids"), keys.contains("all"), !keys.isDisjoint(with: Self.filterKeys)]
    if errors.isEmpty, ways.count(where: \.self) != 1 {
      reject("", "invalid_value", "say which dead letters: by id, by ids, by a filter, or all of them with {\"all\": true}; one of these")
    }
    if !errors.isEmpty { throw ValidationErrors(errors) }
    self = ids.isEmpty ? .matching(filter) : .deliveries(ids)
  }
}
