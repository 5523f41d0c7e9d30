import Synchronization

// The two forms of an event as JSON. The compact one is stored: each thing once. The wire form is what clients and receivers get:
// both names where the seed has two, and the times as dates. The compact form's keys come in a fixed order, so that the wire form is
// made by one pass that copies ranges.

extension Event {
  /// What is stored: each fact once, `data` and unknown keys byte for byte.
  public var compactJSON: [UInt8] {
    var json = JSONWriter(capacity: 256 + (data?.count ?? 0))
    json.beginObject()
    json.key("id")
    json.string(id)
    json.key("type")
    json.string(type.name)
    json.key("timestamp")
    json.integer(occurredAt.nanoseconds)
    if let username {
      json.key("username")
      json.string(username)
    }
    if !audience.isEmpty {
      json.key("allowed_groups")
      json.strings(audience.groups)
    }
    if let place = path.inventory {
      json.member("inventory_project", place.project)
      json.member("inventory_application", place.application)
      json.member("inventory_version", place.version)
    }
    if let place = path.state {
      json.member("state_project", place.project)
      json.member("state_environment", place.environment)
      json.member("state_deployment", place.deployment)
    }
    if let data {
      json.key("data")
      json.raw(data)
    }
    for field in otherFields {
      json.key(field.key)
      json.raw(field.value)
    }
    json.endObject()
    return json.bytes
  }

  /// Reads the compact form back. It was checked on its way in, so nothing is checked again.
  public init(compact stored: StoredEvent) throws(JSONError) {
    let bytes = stored.compact
    var username: String?
    var groups: [String] = []
    var inventory: [String?] = [nil, nil, nil]
    var state: [String?] = [nil, nil, nil]
    var data: [UInt8]?
    var others: [Field] = []
    var scanner = JSONScanner(bytes)
    try scanner.object { (key, scanner) throws(JSONError) in
      switch key {
      case "id", "type", "timestamp": _ = try scanner.skipValue()
      case "username": username = try scanner.string()
      case "allowed_groups": try scanner.array { (scanner) throws(JSONError) in groups.append(try scanner.string()) }
      case "inventory_project": inventory[0] = try scanner.string()
      case "inventory_application": inventory[1] = try scanner.string()
      case "inventory_version": inventory[2] = try scanner.string()
      case "state_project": state[0] = try scanner.string()
      case "state_environment": state[1] = try scanner.string()
      case "state_deployment": state[2] = try scanner.string()
      case "data": data = Array(bytes[try scanner.skipValue()])
      default: others.append(Field(key: key, value: Array(bytes[try scanner.skipValue()])))
      }
    }
    self.init(
      id: stored.id, type: stored.type, occurredAt: stored.occurredAt, receivedAt: stored.receivedAt, username: username,
      audience: Audience(groups),
      path: EventPath(
        inventory: inventory[0].map { InventoryPlace(project: $0, application: inventory[1], version: inventory[2]) },
        state: state[0].map { StatePlace(project: $0, environment: state[1], deployment: state[2]) }),
      data: data, otherFields: others, traceparent: stored.traceparent)
  }
}

/// How a client wants `timestamp`.
public enum TimestampFormat: String, Sendable, CaseIterable {
  case number
  /// For clients whose numbers end at 2^53.
  case string
}

extension StoredEvent {
  private static let largestShared = 16_384

  /// The event as clients and receivers get it (contract §4).
  public func wireJSON(timestamp format: TimestampFormat = .number) -> [UInt8] {
    var json = JSONWriter(capacity: compact.count + 192)
    appendWireJSON(to: &json, timestamp: format)
    return json.bytes
  }

  /// As ``wireJSON(timestamp:)`` with a number, made once and kept for as long as the event is in memory: many may be told of it. What is
  /// large is made each time: thousands of events wait in memory for slow receivers, and copying costs less than that would.
  public var sharedWireJSON: [UInt8] {
    if compact.count > Self.largestShared { return wireJSON() }
    return wire.withLock { wire in
      if let wire { return wire }
      let made = wireJSON()
      wire = made
      return made
    }
  }

  /// Appends the event as one JSON value.
  public func appendWireJSON(to json: inout JSONWriter, timestamp format: TimestampFormat = .number) {
    json.beginObject()
    var scanner = JSONScanner(compact)
    // What is stored was written by `compactJSON`, so it cannot fail to scan; were it ever to, the event ends at what could be read.
    let same = try? scanner.leadingMembers { (key, _, scanner) throws(JSONError) in
      let key = String(decoding: compact[key], as: UTF8.self)
      switch key {
      case "id", "type", "username":
        json.key(key)
        json.raw(compact[try scanner.skipValue()])
      case "timestamp":
        let value = compact[try scanner.skipValue()]
        json.key(key)
        switch format {
        case .number: json.raw(value)
        case .string: json.string(String(decoding: value, as: UTF8.self))
        }
        json.member("event_time", occurredAt.rfc3339)
        json.member("received_time", receivedAt.rfc3339)
      case "allowed_groups": twice(key, "allowed_roles", compact[try scanner.skipValue()])
      case "inventory_project": twice(key, "inventory_namespace", compact[try scanner.skipValue()])
      // From here on both forms are the same.
      default: return false
      }
      return true
    }
    if let start = same { json.rawMembers(compact[start..<compact.count - 1]) }
    json.endObject()

    func twice(_ key: String, _ otherKey: String, _ value: ArraySlice<UInt8>) {
      json.key(key)
      json.raw(value)
      json.key(otherKey)
      json.raw(value)
    }
  }
}

extension JSONWriter {
  /// A key with a string, left out if there is none.
  public mutating func member(_ key: String, _ value: String?) {
    guard let value else { return }
    self.key(key)
    string(value)
  }
}
