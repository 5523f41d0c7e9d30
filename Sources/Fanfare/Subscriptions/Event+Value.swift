extension Event {
  /// The value at a pointer into the event's wire form (contract §4), or nil if there is none.
  ///
  /// Fields that the service knows are answered from the event; `data` and other keys are walked in their text, and only the value
  /// itself is read.
  public func value(at pointer: JSONPointer) -> JSONValue? {
    guard let key = pointer.tokens.first else { return JSONValue(wholeOf: self) }
    if key == "data" { return data.flatMap { JSONValue(at: pointer, in: $0) } }
    if let groups = groups(named: key) {
      return JSONPointer(tokens: Array(pointer.tokens.dropFirst())).value(in: .strings(groups))
    }
    if let field = field(named: key) {
      guard pointer.tokens.count == 1 else { return nil }
      return field
    }
    return otherFields.last { $0.key.isSame(as: key) }.flatMap { JSONValue(at: pointer, in: $0.value) }
  }

  private func groups(named key: String) -> [String]? {
    (key == "allowed_groups" || key == "allowed_roles") && !audience.isEmpty ? audience.groups : nil
  }

  private func field(named key: String) -> JSONValue? {
    switch key {
    case "id": .string(id)
    case "type": .string(type.name)
    case "timestamp": .integer(occurredAt.nanoseconds)
    case "event_time": .string(occurredAt.rfc3339)
    case "received_time": .string(receivedAt.rfc3339)
    case "username": username.map { .string($0) }
    case "inventory_project", "inventory_namespace": (path.inventory?.project).map { .string($0) }
    case "inventory_application": (path.inventory?.application).map { .string($0) }
    case "inventory_version": (path.inventory?.version).map { .string($0) }
    case "state_project": (path.state?.project).map { .string($0) }
    case "state_environment": (path.state?.environment).map { .string($0) }
    case "state_deployment": (path.state?.deployment).map { .string($0) }
    default: nil
    }
  }
}

extension JSONValue {
  /// The value in `text`, which stands where the pointer's first key points.
  fileprivate init?(at pointer: JSONPointer, in text: [UInt8]) {
    guard let range = pointer.range(in: text, skipping: 1) else { return nil }
    var scanner = JSONScanner(text, in: range)
    guard let value = try? JSONValue(from: &scanner, repeatedKeys: .lastCounts) else { return nil }
    self = value
  }

  fileprivate init?(wholeOf event: Event) {
    let stored = StoredEvent(
      sequence: 0, id: event.id, type: event.type, occurredAt: event.occurredAt, receivedAt: event.receivedAt, compact: event.compactJSON,
      traceparent: nil)
    guard let value = try? JSONValue(parsing: stored.wireJSON(), repeatedKeys: .lastCounts) else { return nil }
    self = value
  }
}
