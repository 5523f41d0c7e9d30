extension Subscription {
  /// How many entries a scope's set may have.
  public static let maximumSetSize = 1_000

  /// Reads the document that replaces a scope's set (contract §6): an array of entries, or an object keyed by id.
  ///
  /// What GET answers is taken back as it is: keys that only GET has are ignored.
  ///
  /// - Parameter makeID: an id for an entry that brings none; must be of the form that ids have.
  /// - Returns: the entries in the document's order, not stored yet: row 0, and a secret only where the client brought one.
  /// - Throws: ``ValidationErrors`` with everything that is wrong, each with an RFC 6901 pointer.
  public static func drafts(
    parsing body: [UInt8], scope: SubscriptionScope, makeID: () -> String
  ) throws(ValidationErrors) -> [Subscription] {
    let document: JSONValue
    do {
      document = try JSONValue(parsing: body)
    } catch {
      throw ValidationErrors([ValidationError(pointer: "", code: "malformed_json", message: "the body is not JSON: \(error)")])
    }
    return try drafts(document, scope, makeID)
  }

  private static func drafts(
    _ document: JSONValue, _ scope: SubscriptionScope, _ makeID: () -> String
  ) throws(ValidationErrors) -> [Subscription] {
    let entries: [(pointer: JSONPointer, key: String?, value: JSONValue)]
    switch document {
    case .array(let elements):
      entries = elements.enumerated().map { (JSONPointer(tokens: [String($0)]), nil, $1) }
    case .object(let members):
      entries = members.map { (JSONPointer(tokens: [$0.key]), $0.key, $0.value) }
    case .null, .bool, .number, .string:
      let message = "the body must be an array of subscriptions or an object of them keyed by id, and is \(document.kind)"
      throw ValidationErrors([ValidationError(pointer: "", code: "invalid_type", message: message)])
    }
    if entries.count > maximumSetSize {
      let message = "a set may have at most \(maximumSetSize) subscriptions, and this one has \(entries.count)"
      throw ValidationErrors([ValidationError(pointer: "", code: "too_many", message: message)])
    }

    var faults: [ValidationError] = []
    var drafts: [Subscription] = []
    var places: [String: JSONPointer] = [:]
    for entry in entries {
      let reader = SubscriptionReader(scope: scope, key: entry.key)
      guard let draft = reader.read(entry.value, at: entry.pointer, makeID: makeID, faults: &faults) else { continue }
      if let other = places[draft.id] {
        let message = "the id \"\(draft.id)\" is already that of the entry at \(other)"
        faults.append(ValidationError(pointer: entry.pointer.appending("id").description, code: "duplicate_id", message: message))
      } else {
        places[draft.id] = entry.pointer
      }
      drafts.append(draft)
    }
    if !faults.isEmpty { throw ValidationErrors(faults) }
    return drafts
  }
}
