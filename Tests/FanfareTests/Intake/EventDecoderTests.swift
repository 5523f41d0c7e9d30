import Fanfare
import Testing

/// What the contract's §4 says of each field, and that every fault is named at once.
@Suite struct EventDecoderTests {
  private let decoder = EventDecoder()
  private let now = Timestamp(nanoseconds: 1_700_000_000_000_000_001)

  private func readings(
    _ json: String, contentType: String? = nil, messageID: String? = nil, headers: JSONValue? = nil, sentAt: Timestamp? = nil
  )
    -> [EventDecoder.Reading]
  {
    decoder.read(
      EventDecoder.Content(
        body: Array(json.utf8), contentType: contentType, headers: headers, messageID: messageID, sentAt: sentAt, receivedAt: now),
      makeID: { "made" })
  }

  private func event(
    _ json: String, contentType: String? = nil, messageID: String? = nil, headers: JSONValue? = nil, sentAt: Timestamp? = nil
  )
    throws -> Event
  {
    let readings = readings(json, contentType: contentType, messageID: messageID, headers: headers, sentAt: sentAt)
    try #require(readings.count == 1)
    return try readings[0].result.get()
  }

  private func errors(_ json: String) throws -> [ValidationError] {
    let readings = readings(json)
    try #require(readings.count == 1)
    guard case .failure(let fault) = readings[0].result else {
      Issue.record("\(json) was accepted")
      return []
    }
    return fault.errors
  }

  // MARK: Fields

  @Test func `the seed's own example is read`() throws {
    let event = try event(
      #"{"allowed_groups": ["my-group", "your-group"], "id": "123", "inventory_project": "test", "timestamp": 12343434343434, "type": "CREATE_INVENTORY_PROJECT", "username": "user"}"#
    )
    #expect(event.id == "123")
    #expect(event.type == EventType("CREATE_INVENTORY_PROJECT"))
    #expect(event.type.isKnown)
    #expect(event.occurredAt == Timestamp(nanoseconds: 12_343_434_343_434))
    #expect(event.username == "user")
    #expect(event.audience == Audience(["my-group", "your-group"]))
    #expect(event.path == EventPath(inventory: InventoryPlace(project: "test")))
    #expect(event.receivedAt == now)
  }

  @Test func `every type of the seed is known and no other`() {
    #expect(EventType.ofTheSeed.count == 28)
    #expect(Set(EventType.ofTheSeed).count == 28)
    #expect(EventType("UPDATE_INVENTORY_PROJECT_TEAM_ACL").isKnown)
    #expect(!EventType("create_inventory_project").isKnown)
  }

  @Test(arguments: [
    (#"1734567890123456789"#, 1_734_567_890_123_456_789),
    (#""1734567890123456789""#, 1_734_567_890_123_456_789),
    (#"9223372036854775807"#, Int64.max),
    (#"0"#, 0),
    (#""2021-10-15T17:07:39+02:00""#, 1_634_310_459_000_000_000),
    (#""2021-10-15T15:07:39.123456789Z""#, 1_634_310_459_123_456_789),
  ])
  func `a timestamp keeps every nanosecond`(text: String, nanoseconds: Int64) throws {
    let event = try event(#"{"type":"T","timestamp":\#(text)}"#)
    #expect(event.occurredAt.nanoseconds == nanoseconds)
    #expect(event.isTimeGiven)
  }

  @Test(arguments: [
    #"1.5"#, #"1e18"#, #"-1"#, #"9223372036854775808"#, #""yesterday""#, #""2021-13-01T00:00:00Z""#,
    #""1969-12-31T23:59:59.999999999Z""#, #"true"#, #"{}"#, #""""#,
  ])
  func `a timestamp whose unit or form would have to be guessed is refused`(text: String) throws {
    let errors = try errors(#"{"type":"T","timestamp":\#(text)}"#)
    #expect(errors.map(\.pointer) == ["/timestamp"])
  }

  @Test func `what is missing is filled in from the message, then from the clock`() throws {
    let bare = try event(#"{"type":"T"}"#)
    #expect(bare.id == "made")
    #expect(bare.occurredAt == now)
    #expect(!bare.isTimeGiven)
    let sent = try event(#"{"type":"T","id":null}"#, messageID: "m-1", sentAt: Timestamp(seconds: 5))
    #expect(sent.id == "m-1")
    #expect(sent.occurredAt == Timestamp(seconds: 5))
    let own = try event(#"{"type":"T","id":"own"}"#, messageID: "m-1")
    #expect(own.id == "own")
  }

  @Test func `an empty message id is none`() throws {
    #expect(try event(#"{"type":"T"}"#, messageID: "").id == "made")
  }

  @Test func `aliases that agree are one field, and those that differ are an error`() throws {
    let same = try event(#"{"type":"T","user":"ann","username":"ann","inventory_namespace":"p","inventory_project":"p"}"#)
    #expect(same.username == "ann")
    #expect(same.path.inventory?.project == "p")
    #expect(try event(#"{"type":"T","user":"ann","inventory_namespace":"p"}"#).username == "ann")
    let errors = try errors(#"{"type":"T","user":"ann","username":"bob","inventory_namespace":"p","inventory_project":"q"}"#)
    #expect(Set(errors.map(\.pointer)) == ["/inventory_namespace", "/user"])
    #expect(errors.allSatisfy { $0.code == "contradiction" })
  }

  @Test func `groups and roles are one set`() throws {
    let event = try event(#"{"type":"T","allowed_groups":["b","a"],"allowed_roles":["c","a"]}"#)
    #expect(event.audience.groups == ["a", "b", "c"])
  }

  @Test func `a deeper level needs its parent`() throws {
    let errors = try errors(#"{"type":"T","inventory_version":"1","state_deployment":"d","state_project":"p"}"#)
    #expect(errors.map(\.pointer).sorted() == ["/inventory_version", "/state_deployment"])
    #expect(errors.allSatisfy { $0.code == "missing_parent" })
  }

  @Test func `all faults are named at once`() throws {
    let errors = try errors(
      #"{"id":7,"timestamp":"x","data":[],"allowed_groups":["a",1,""],"inventory_project":{},"inventory_application":"a","state_environment":"e"}"#
    )
    #expect(
      Set(errors.map(\.pointer)) == [
        "/id", "/timestamp", "/data", "/allowed_groups/1", "/allowed_groups/2", "/inventory_project", "/state_environment", "/type",
      ])
  }

  @Test func `groups and roles are told as one list, and are bounded as one`() throws {
    func names(_ groups: Int, _ roles: Int) -> String {
      func list(_ prefix: String, _ count: Int) -> String { (0..<count).map { "\"\(prefix)\($0)\"" }.joined(separator: ",") }
      return #"{"type":"T","allowed_groups":[\#(list("g", groups))],"allowed_roles":[\#(list("r", roles))]}"#
    }
    #expect(try event(names(600, 400)).audience.groups.count == 1_000)
    let twice = (0..<600).map { "\"g\($0)\"" }.joined(separator: ",")
    #expect(try event(#"{"type":"T","allowed_groups":[\#(twice)],"allowed_roles":[\#(twice)]}"#).audience.groups.count == 600)
    let errors = try errors(names(600, 401))
    #expect(errors.map(\.pointer) == ["/allowed_groups"])
    #expect(errors.first?.code == "too_many_values")
  }

  @Test(arguments: [
    #"{"type":"T","id":""}"#, "{\"type\":\"T\",\"id\":\"a\\u0000b\"}", "{\"type\":\"T\",\"id\":\"\(String(repeating: "x", count: 256))\"}",
    #"{"type":"T","id":"\ud800"}"#,
  ])
  func `an id is 1 to 255 printable characters`(json: String) throws {
    #expect(try errors(json).map(\.pointer) == ["/id"])
  }

  @Test func `an id may be any printable text of 255 characters`() throws {
    let id = String(repeating: "é", count: 255)
    #expect(try event(#"{"type":"T","id":"\#(id)"}"#).id == id)
  }

  @Test func `data and unknown keys are kept to the byte`() throws {
    let data = #"{ "big": 12345678901234567890123, "pi": 3.14000, "s": "\u00e9\/", "n": null }"#
    let event = try event(#"{"type":"T","x-trace":  [1,  2.0e5],"data":\#(data),"nothing":null}"#)
    #expect(event.data == Array(data.utf8))
    #expect(
      event.otherFields == [
        Event.Field(key: "x-trace", value: Array("[1,  2.0e5]".utf8)), Event.Field(key: "nothing", value: Array("null".utf8)),
      ])
    let stored = StoredEvent(
      sequence: 1, id: event.id, type: event.type, occurredAt: event.occurredAt, receivedAt: event.receivedAt, compact: event.compactJSON,
      traceparent: nil)
    let wire = String(decoding: stored.wireJSON(), as: UTF8.self)
    #expect(wire.contains(#""data":\#(data)"#))
    #expect(wire.contains(#""x-trace":[1,  2.0e5]"#))
  }

  @Test func `a key that stands twice inside data is the producer's business, and two such events can be compared`() throws {
    let first = try event(#"{"id":"1","type":"T","data":{"a":1,"a":2}}"#)
    #expect(first.saysTheSame(as: try event(#"{"id":"1","type":"T","data":{ "a":1, "a":2 }}"#)))
    #expect(!first.saysTheSame(as: try event(#"{"id":"1","type":"T","data":{"a":2,"a":1}}"#)))
  }

  @Test func `an event read from the API can be published again`() throws {
    let first = try event(#"{"id":"1","type":"T","timestamp":5,"allowed_groups":["g"],"inventory_project":"p","data":{"a":1}}"#)
    let stored = StoredEvent(
      sequence: 1, id: first.id, type: first.type, occurredAt: first.occurredAt, receivedAt: first.receivedAt, compact: first.compactJSON,
      traceparent: nil)
    let second = try event(String(decoding: stored.wireJSON(timestamp: .string), as: UTF8.self))
    #expect(second.saysTheSame(as: first))
    #expect(second.otherFields.isEmpty)
  }

  @Test func `an event that is wrong in very many places says how many it leaves out`() throws {
    let repeated = String(repeating: #""a":1,"#, count: 5_001)
    let errors = try errors(#"{\#(repeated)"type":"T"}"#)
    #expect(errors.count == 101)
    #expect(errors.prefix(100).allSatisfy { $0.code == "duplicate_key" && $0.pointer == "/a" })
    #expect(errors.last == ValidationError(pointer: "", code: "more_errors", message: "4900 more are left out here"))
  }

  @Test func `a key that stands twice is refused with an escaped pointer`() throws {
    #expect(try errors(#"{"type":"T","a/b~":1,"a/b~":2}"#).map(\.pointer) == ["/a~1b~0"])
  }

  // MARK: Documents

  @Test(arguments: [
    "", "{", "nonsense", "7", "\"x\"", "{\"type\":\"T\"} trailing", "\u{FEFF}{\"type\":\"T\"}", "{'type':'T'}", "{\"type\":\"T\",}",
  ])
  func `what is not a JSON object is malformed`(json: String) throws {
    let readings = readings(json)
    try #require(readings.count == 1)
    guard case .failure(let fault) = readings[0].result else {
      Issue.record("\(json) was accepted")
      return
    }
    #expect(fault.reason == .malformedJSON)
    #expect(!fault.detail.isEmpty)
  }

  @Test func `a wrong element of an array does not spoil the others`() throws {
    let json = #"[{"type":"A","id":"1"}, 5, {"id":"3"}, {"type":"D"}]"#
    let readings = readings(json, messageID: "m")
    #expect(readings.count == 4)
    #expect(try readings[0].result.get().id == "1")
    #expect(try readings[3].result.get().id == "m#3")
    guard case .failure(let second) = readings[1].result, case .failure(let third) = readings[2].result else {
      Issue.record("wrong elements were accepted")
      return
    }
    #expect(second.errors.map(\.pointer) == ["/1"])
    #expect(third.errors.map(\.pointer) == ["/2/type"])
    #expect(String(decoding: Array(json.utf8)[readings[2].range], as: UTF8.self) == #"{"id":"3"}"#)
  }

  @Test func `an empty array holds no event`() {
    #expect(readings("[]").isEmpty)
  }

  @Test func `a message above the limit is too large`() throws {
    let small = EventDecoder(maximumBytes: 10)
    let readings = small.read(EventDecoder.Content(body: Array(#"{"type":"TTT"}"#.utf8), receivedAt: now), makeID: { "x" })
    guard case .failure(let fault) = readings[0].result else {
      Issue.record("it was accepted")
      return
    }
    #expect(fault.reason == .tooLarge)
    #expect(fault.detail.contains("14") && fault.detail.contains("10") && fault.detail.contains("events.maxBytes"))
  }

  @Test func `unknown types are accepted, or quarantined by configuration`() throws {
    #expect(try event(#"{"type":"SOMETHING_NEW"}"#).type.name == "SOMETHING_NEW")
    let strict = EventDecoder(extraTypes: ["MINE"], unknownTypes: .quarantine)
    func reason(_ type: String) -> Quarantined.Reason? {
      let readings = strict.read(EventDecoder.Content(body: Array(#"{"type":"\#(type)"}"#.utf8), receivedAt: now), makeID: { "x" })
      if case .failure(let fault) = readings[0].result { return fault.reason }
      return nil
    }
    #expect(reason("SOMETHING_NEW") == .unknownType)
    #expect(reason("MINE") == nil)
    #expect(reason("ADD_BUILD") == nil)
  }

  // MARK: CloudEvents

  private let structured =
    #"{"specversion":"1.0","id":"ce-1","source":"/state/shop","subject":"production/web%2Fapi","type":"UPDATE_STATE_DEPLOYMENT","time":"2021-10-15T17:07:39+02:00","allowedgroups":"a, b","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","data":{"n":1}}"#

  @Test func `a structured CloudEvent is read`() throws {
    let event = try event(structured, contentType: "application/cloudevents+json; charset=utf-8")
    #expect(event.id == "ce-1")
    #expect(event.path.state == StatePlace(project: "shop", environment: "production", deployment: "web/api"))
    #expect(event.occurredAt.nanoseconds == 1_634_310_459_000_000_000)
    #expect(event.audience.groups == ["a", "b"])
    #expect(event.traceparent == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    #expect(event.data == Array(#"{"n":1}"#.utf8))
    #expect(event.otherFields.map(\.key) == ["specversion", "source", "subject"])
  }

  @Test(arguments: ["cloudEvents:", "cloudEvents_", "ce-", "ce_", "Ce-", ""])
  func `a binary CloudEvent is read from its headers`(prefix: String) throws {
    let headers = JSONValue.object(
      [("specversion", "1.0"), ("id", "ce-2"), ("source", "x"), ("type", "ADD_BUILD"), ("inventoryproject", "p")].map {
        JSONValue.Member(prefix + $0.0, .string($0.1))
      })
    let event = try event(#"{"n":1}"#, contentType: "application/json", headers: headers)
    #expect(event.id == "ce-2")
    #expect(event.type.name == "ADD_BUILD")
    #expect(event.path.inventory?.project == "p")
    #expect(event.data == Array(#"{"n":1}"#.utf8))
  }

  @Test func `a batch of CloudEvents is an array of them`() throws {
    let readings = readings("[\(structured),{}]", contentType: "application/cloudevents-batch+json")
    #expect(try readings[0].result.get().id == "ce-1")
    guard case .failure(let fault) = readings[1].result else {
      Issue.record("an empty CloudEvent was accepted")
      return
    }
    #expect(fault.reason == .invalidCloudEvent)
  }

  @Test(arguments: ["specversion", "id", "source", "type"])
  func `a CloudEvent needs its four attributes`(missing: String) throws {
    let json = structured.replacing("\"\(missing)\":", with: "\"no\(missing)\":")
    let readings = readings(json, contentType: "application/cloudevents+json")
    guard case .failure(let fault) = readings[0].result else {
      Issue.record("it was accepted without \(missing)")
      return
    }
    #expect(fault.reason == .invalidCloudEvent)
    #expect(fault.detail.contains(missing))
  }

  @Test func `headers without CloudEvents attributes do not matter`() throws {
    let event = try event(#"{"type":"T"}"#, headers: ["x-retries": 3, "traceparent": "not one"])
    #expect(event.type.name == "T")
    #expect(event.traceparent == nil)
  }
}
