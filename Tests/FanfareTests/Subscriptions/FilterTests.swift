import Fanfare
import Testing

@Suite struct FilterTests {
  private let event = Event.sample(
    inventory: "shop", state: "live", groups: ["b", "a"],
    data:
      #"{"status":"failed","count":3,"big":9007199254740993,"ratio":1.50,"ok":true,"none":null,"tags":["x",{"y":[1,2]}],"a/b":{"m~n":1},"é\"":"caf\u00e9","twice":1,"twice":2}"#,
    others: [("build", #"{"number":7}"#), ("note", #""hello world""#)])

  private func holds(_ path: String, equal: JSONValue? = nil, unequal: JSONValue? = nil, matches: String? = nil, unlike: String? = nil)
    throws -> Bool
  {
    Filter(
      path: try JSONPointer(path), isEqualTo: equal, isNotEqualTo: unequal, matches: try matches.map { try RegularExpression($0) },
      doesNotMatch: try unlike.map { try RegularExpression($0) }
    ).holds(for: event)
  }

  @Test(arguments: [
    ("/data/status", #""failed""#), ("/data/count", "3"), ("/data/count", "3.0"), ("/data/count", "30e-1"),
    ("/data/big", "9007199254740993"),
    ("/data/ratio", "1.5"), ("/data/ok", "true"), ("/data/tags/0", #""x""#), ("/data/tags/1/y/1", "2"), ("/data/a~1b/m~0n", "1"),
    ("/data/tags", #"["x",{"y":[1,2.0]}]"#), ("/data/é\"", #""café""#), ("/data/twice", "2"), ("/build", #"{"number":7}"#),
    ("/build/number", "7"), ("/note", #""hello world""#), ("/id", #""e1""#), ("/type", #""ADD_BUILD""#), ("/username", #""ada""#),
    ("/timestamp", "1634310459123456789"), ("/event_time", #""2021-10-15T15:07:39.123456789Z""#),
    ("/received_time", #""2021-10-15T15:07:40.000000000Z""#), ("/allowed_groups", #"["a","b"]"#), ("/allowed_roles/1", #""b""#),
    ("/inventory_project", #""shop""#), ("/inventory_namespace", #""shop""#), ("/inventory_application", #""app""#),
    ("/inventory_version", #""v1.2""#), ("/state_project", #""live""#), ("/state_environment", #""prod""#),
    ("/state_deployment", #""web/1""#),
  ])
  func `a value is found where the event's JSON has it`(path: String, value: String) throws {
    let value = try JSONValue(parsing: Array(value.utf8))
    #expect(try holds(path, equal: value))
    #expect(try !holds(path, unequal: value))
    #expect(try holds(path, unequal: "something else"))
    #expect(try holds(path), "a path alone asks whether there is a value")
  }

  @Test(arguments: [
    "/data/missing", "/data/none", "/data/tags/2", "/data/tags/01", "/data/tags/-", "/data/status/deeper", "/data/count/0", "/nothing",
    "/id/x",
    "/type/0", "/allowed_groups/2", "/build/number/x", "/user", "/data/tags/x", "/",
  ])
  func `a missing or null value makes every filter false, negative ones too`(path: String) throws {
    #expect(try !holds(path))
    #expect(try !holds(path, unequal: "x"))
    #expect(try !holds(path, unlike: "x"))
    #expect(try !holds(path, equal: "x"))
  }

  @Test func `fields that the event does not have are missing`() throws {
    let bare = Event(id: "x", type: EventType("T"), occurredAt: Timestamp(seconds: 0), receivedAt: Timestamp(seconds: 0))
    for path in ["/username", "/allowed_groups", "/inventory_project", "/inventory_version", "/state_project", "/data", "/data/x"] {
      #expect(!Filter(path: try JSONPointer(path)).holds(for: bare), "\(path)")
    }
  }

  @Test func `the wire form has what filters see`() throws {
    let wire = try JSONValue(
      parsing: Event.sample(inventory: "i", state: "s", groups: ["g"], data: #"{"k":[1]}"#, others: [("o", "1")]).stored().wireJSON())
    let subject = Event.sample(inventory: "i", state: "s", groups: ["g"], data: #"{"k":[1]}"#, others: [("o", "1")])
    guard case .object(let members) = wire else { throw JSONPointerError("no object") }
    #expect(members.count == 17)
    for member in members { #expect(subject.value(at: JSONPointer(tokens: [member.key])) == member.value, "\(member.key)") }
    #expect(subject.value(at: try JSONPointer("")) == wire)
  }

  @Test func `expressions read strings, and numbers and booleans as they were written`() throws {
    #expect(try holds("/data/status", matches: "^fail"))
    #expect(try !holds("/data/status", unlike: "^fail"))
    #expect(try holds("/data/status", unlike: "^ok"))
    #expect(try holds("/data/ratio", matches: #"^1\.50$"#))
    #expect(try holds("/data/ok", matches: "^true$"))
    #expect(try holds("/data/é\"", matches: "é$"))
    #expect(try !holds("/data/tags", matches: "x"))
    #expect(try !holds("/data/tags", unlike: "x"), "an array has no text")
  }

  @Test func `all predicates of a filter must hold`() throws {
    #expect(try holds("/data/status", unequal: "ok", matches: "failed"))
    #expect(try !holds("/data/status", unequal: "failed", matches: "failed"))
    #expect(try !holds("/data/status", matches: "failed", unlike: "l"))
  }

  @Test(arguments: [
    ("1", "1.0", true), ("0", "-0.0", true), ("100", "1e2", true), ("1E+2", "1e2", true), ("0.10", "1e-1", true), ("1", "-1", false),
    ("10", "1", false),
    ("9007199254740993", "9007199254740992", false), ("0.1", "0.10000000000000001", false), ("1e400", "1e401", false),
    ("1e99999999999999999999", "1", false), ("0e99999999999999999999", "0", true), (#""1""#, "1", false), ("true", "1", false),
    (#"{"a":1,"b":[2]}"#, #"{"b":[2.0],"a":1}"#, true), (#"{"a":1}"#, #"{"a":1,"b":2}"#, false), ("[1,2]", "[2,1]", false),
    ("null", "null", true),
    (#""é""#, #""\u00e9""#, true),
  ])
  func `equality is JSON's, with numbers by their exact value`(left: String, right: String, isEqual: Bool) throws {
    let left = try JSONValue(parsing: Array(left.utf8))
    let right = try JSONValue(parsing: Array(right.utf8))
    #expect(left.equals(right) == isEqual)
    #expect(right.equals(left) == isEqual)
  }
}
