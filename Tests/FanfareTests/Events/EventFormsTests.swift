import Fanfare
import Testing

@Suite struct EventFormsTests {
  private let event = Event.sample(
    inventory: "shop", state: "live", groups: ["b", "a", "b"], data: #"{"big": 9007199254740993, "x":"é\u00e9"}"#,
    others: [("build", "[1, 2.50]"), ("a\"b", "null")])

  @Test func `the stored form says each thing once, data and other keys to the byte`() {
    #expect(
      String(decoding: event.compactJSON, as: UTF8.self)
        == #"{"id":"e1","type":"ADD_BUILD","timestamp":1634310459123456789,"username":"ada","allowed_groups":["a","b"],"inventory_project":"shop","inventory_application":"app","inventory_version":"v1.2","state_project":"live","state_environment":"prod","state_deployment":"web/1","data":{"big": 9007199254740993, "x":"é\u00e9"},"build":[1, 2.50],"a\"b":null}"#
    )
  }

  @Test func `the stored form is read back whole`() throws {
    #expect(try Event(compact: event.stored()) == event)
    let bare = Event(id: "x", type: EventType("T"), occurredAt: Timestamp(seconds: -1), receivedAt: Timestamp(seconds: 0))
    #expect(try Event(compact: bare.stored()) == bare)
    let traced = Event.sample(state: "p")
    #expect(try Event(compact: traced.stored()) == traced)
  }

  @Test func `the wire form has both names and the dates`() {
    #expect(
      String(decoding: event.stored().wireJSON(), as: UTF8.self)
        == #"{"id":"e1","type":"ADD_BUILD","timestamp":1634310459123456789,"event_time":"2021-10-15T15:07:39.123456789Z","received_time":"2021-10-15T15:07:40.000000000Z","username":"ada","allowed_groups":["a","b"],"allowed_roles":["a","b"],"inventory_project":"shop","inventory_namespace":"shop","inventory_application":"app","inventory_version":"v1.2","state_project":"live","state_environment":"prod","state_deployment":"web/1","data":{"big": 9007199254740993, "x":"é\u00e9"},"build":[1, 2.50],"a\"b":null}"#
    )
  }

  @Test func `a timestamp comes as a string for those who ask`() throws {
    let wire = try JSONValue(parsing: event.stored().wireJSON(timestamp: .string))
    #expect(wire["timestamp"] == "1634310459123456789")
  }

  @Test func `absent fields are left out`() throws {
    let bare = Event(id: "x", type: EventType("T"), occurredAt: Timestamp(seconds: 0), receivedAt: Timestamp(seconds: 0))
    #expect(
      String(decoding: bare.stored().wireJSON(), as: UTF8.self)
        == #"{"id":"x","type":"T","timestamp":0,"event_time":"1970-01-01T00:00:00.000000000Z","received_time":"1970-01-01T00:00:00.000000000Z"}"#
    )
  }
}

@Suite struct EventSamenessTests {
  private let event = Event.sample(
    inventory: "i", groups: ["a", "b"], data: #"{"k":1,"l":[1,2]}"#, others: [("x", "1"), ("y", #"{"p":1,"q":2}"#)])

  private func changed(_ change: (inout Event) -> Void) -> Event {
    var copy = event
    change(&copy)
    return copy
  }

  @Test func `an event told again says the same, whatever was filled in here`() {
    #expect(event.saysTheSame(as: event))
    #expect(event.saysTheSame(as: changed { $0.receivedAt = Timestamp(seconds: 9) }))
    #expect(event.saysTheSame(as: changed { $0.traceparent = "00-x" }))
    #expect(event.saysTheSame(as: changed { $0.data = Array(#"{ "l":[1,2], "k":1 }"#.utf8) }))
    #expect(event.saysTheSame(as: changed { $0.otherFields.reverse() }))
    #expect(event.saysTheSame(as: changed { $0.otherFields[1].value = Array(#"{"q":2,"p":1}"#.utf8) }))
    #expect(event.saysTheSame(as: changed { $0.audience = Audience(["b", "a", "a"]) }))
    let untimed = changed {
      $0.isTimeGiven = false
      $0.occurredAt = Timestamp(seconds: 1)
    }
    #expect(event.saysTheSame(as: untimed))
    #expect(untimed.saysTheSame(as: event))
  }

  /// Equal to Swift, and not to anybody else.
  @Test func `a character that is written in another way is another event`() {
    let other = changed { $0.data = Array("{\"k\":\"e\u{301}\"}".utf8) }
    let changes: [(inout Event) -> Void] = [
      { $0.data = Array("{\"k\":\"\u{E9}\"}".utf8) }, { $0.data = Array("{\"k\":\"e\u{301}\",\"k\":1}".utf8) },
    ]
    for change in changes { #expect(!other.saysTheSame(as: changed(change))) }
    let (composed, decomposed) = (changed { $0.username = "\u{E9}" }, changed { $0.username = "e\u{301}" })
    #expect(!composed.saysTheSame(as: decomposed))
    let (first, second) = (changed { $0.otherFields[0].key = "\u{E9}" }, changed { $0.otherFields[0].key = "e\u{301}" })
    #expect(!first.saysTheSame(as: second))
    let both = changed { $0.data = Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8) }
    #expect(both.saysTheSame(as: changed { $0.data = Array("{\"e\u{301}\":2,\"\u{E9}\":1}".utf8) }))
  }

  @Test(arguments: 0..<12)
  func `anything that the producer said otherwise is another event`(index: Int) {
    let changes: [(inout Event) -> Void] = [
      { $0.id = "e2" }, { $0.type = EventType("OTHER") }, { $0.username = nil }, { $0.audience = Audience(["a"]) },
      { $0.path.inventory?.version = "v1.3" }, { $0.path.state = StatePlace(project: "s") }, { $0.occurredAt = Timestamp(seconds: 1) },
      { $0.data = nil },
      { $0.data = Array(#"{"k":2,"l":[1,2]}"#.utf8) }, { $0.data = Array(#"{"k":1,"l":[2,1]}"#.utf8) }, { $0.otherFields.removeLast() },
      { $0.otherFields[0].value = Array("2".utf8) },
    ]
    let other = changed(changes[index])
    #expect(!event.saysTheSame(as: other))
    #expect(!other.saysTheSame(as: event))
  }
}
