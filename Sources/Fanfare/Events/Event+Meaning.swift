extension Event {
  /// What the producer said but for id and time, in one form: equal bytes if ``saysTheSame(as:)`` of two events whose times are equal. For a
  /// store that keeps a digest of an event that it keeps no longer.
  ///
  /// Texts that Unicode has two spellings for are one to that, and two here.
  public var meaning: [UInt8] {
    func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    func value(_ json: [UInt8]) -> JSONValue {
      (try? JSONValue(parsing: json, repeatedKeys: .lastCounts))?.withSortedMembers ?? .string(String(decoding: json, as: UTF8.self))
    }
    let (inventory, state) = (path.inventory, path.state)
    let facts: [JSONValue] = [
      .string(type.name), text(username), text(inventory?.project), text(inventory?.application), text(inventory?.version),
      text(state?.project), text(state?.environment), text(state?.deployment), .strings(audience.groups), data.map(value) ?? .null,
      JSONValue.object(otherFields.map { .init($0.key, value($0.value)) }).withSortedMembers,
    ]
    return JSONValue.array(facts).bytes
  }
}

extension JSONValue {
  /// With the members of all its objects in the order of their keys' bytes.
  fileprivate var withSortedMembers: JSONValue {
    switch self {
    case .object(let members):
      .object(
        members.map { Member($0.key, $0.value.withSortedMembers) }.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
    case .array(let elements): .array(elements.map(\.withSortedMembers))
    case .null, .bool, .number, .string: self
    }
  }
}
