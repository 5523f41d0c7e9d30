import Fanfare
import Testing

@Suite struct SubscriptionFaultsTests {
  private func faults(_ text: String) -> [ValidationError] {
    do {
      _ = try Subscription.drafts(parsing: Array(text.utf8), scope: SubscriptionScope(side: .state, project: "p")) { "made" }
      return []
    } catch {
      return error.errors
    }
  }

  /// One entry that is good but for some members.
  private func faults(of members: String, type: String = "webhook") -> [ValidationError] {
    faults(#"[{"type":"\#(type)","url":"https://example.com/hook",\#(members)}]"#)
  }

  @Test(arguments: [
    ("", "", "malformed_json"), ("[", "", "malformed_json"), (#"{"a":1,"a":2}"#, "", "malformed_json"), (#""text""#, "", "invalid_type"),
    ("null", "", "invalid_type"), ("[1]", "/0", "invalid_type"), (#"{"a":[]}"#, "/a", "invalid_type"),
  ])
  func `a document of another kind is refused`(text: String, pointer: String, code: String) {
    #expect(faults(text).map { [$0.pointer, $0.code] } == [[pointer, code]])
  }

  @Test func `a document that is wrong in very many places says how many it leaves out`() {
    let faults = faults("[\(Array(repeating: "1", count: 900).joined(separator: ","))]")
    #expect(faults.count == 900)
    let members = (0..<2_500).map { "\"k\($0)\":1" }.joined(separator: ",")
    let more = self.faults(of: members)
    #expect(more.count == 1_001)
    #expect(more.last == ValidationError(pointer: "", code: "more_errors", message: "1500 more are left out here"))
  }

  @Test(arguments: [
    (#""id":"""#, "/0/id", "invalid_value"), (#""id":"-a""#, "/0/id", "invalid_value"), (#""id":"a b""#, "/0/id", "invalid_value"),
    (#""id":"é""#, "/0/id", "invalid_value"), (#""id":4"#, "/0/id", "invalid_type"), (#""id":[]"#, "/0/id", "invalid_value"),
    (#""id":["a",1]"#, "/0/id/1", "invalid_type"), (#""id":["a"],"allowed_groups":["b"]"#, "/0/id", "invalid_value"),
    (#""colour":"red""#, "/0/colour", "unknown_key"), (#""a/b~c":1"#, "/0/a~1b~0c", "unknown_key"),
    (#""events":"X""#, "/0/events", "invalid_type"),
    (#""events":[]"#, "/0/events", "invalid_value"), (#""events":["X",""]"#, "/0/events/1", "invalid_value"),
    (#""events":[7]"#, "/0/events/0", "invalid_type"),
    (#""events":["a\nb"]"#, "/0/events/0", "invalid_value"), (#""filters":{}"#, "/0/filters", "invalid_type"),
    (#""filters":["x"]"#, "/0/filters/0", "invalid_type"),
    (#""filters":[{}]"#, "/0/filters/0/path", "missing_key"), (#""filters":[{"path":"data"}]"#, "/0/filters/0/path", "invalid_value"),
    (#""filters":[{"path":"/~2"}]"#, "/0/filters/0/path", "invalid_value"),
    (#""filters":[{"path":1}]"#, "/0/filters/0/path", "invalid_type"),
    (#""filters":[{"path":"/a","equals":1}]"#, "/0/filters/0/equals", "unknown_key"),
    (#""filters":[{"path":"/a","is_equal_to":null}]"#, "/0/filters/0/is_equal_to", "invalid_value"),
    (#""filters":[{"path":"/a","matches":"("}]"#, "/0/filters/0/matches", "invalid_regular_expression"),
    (#""filters":[{"path":"/a","does_not_match":"(?=x)"}]"#, "/0/filters/0/does_not_match", "invalid_regular_expression"),
    (#""filters":[{"path":"/a","matches":1}]"#, "/0/filters/0/matches", "invalid_type"),
    (#""allowed_groups":[]"#, "/0/allowed_groups", "invalid_value"),
    (#""allowed_groups":[null]"#, "/0/allowed_groups/0", "invalid_type"), (#""format":"xml""#, "/0/format", "invalid_value"),
    (#""headers":[]"#, "/0/headers", "invalid_type"), (#""headers":{"X":1}"#, "/0/headers/X", "invalid_type"),
    (#""headers":{"":"x"}"#, "/0/headers/", "invalid_value"),
    (#""headers":{"A b":"x"}"#, "/0/headers/A b", "invalid_value"), (#""headers":{"X":"a\r\nb"}"#, "/0/headers/X", "invalid_value"),
    (#""headers":{"X":""}"#, "/0/headers/X", "invalid_value"), (#""headers":{"x":"1","X":"2"}"#, "/0/headers/X", "invalid_value"),
    (#""headers":{"Connection":"x"}"#, "/0/headers/Connection", "invalid_value"),
    (#""headers":{"Webhook-Id":"x"}"#, "/0/headers/Webhook-Id", "invalid_value"),
    (#""headers":{"CONTENT-TYPE":"x"}"#, "/0/headers/CONTENT-TYPE", "invalid_value"),
    (#""headers":{"Host":"x"}"#, "/0/headers/Host", "invalid_value"),
    (#""headers":{"content-length":"x"}"#, "/0/headers/content-length", "invalid_value"),
    (#""headers":{"User-Agent":"x"}"#, "/0/headers/User-Agent", "invalid_value"),
    (#""retry":[]"#, "/0/retry", "invalid_type"), (#""retry":{"times":3}"#, "/0/retry/times", "unknown_key"),
    (#""retry":{"schedule":"5s"}"#, "/0/retry/schedule", "invalid_type"),
    (#""retry":{"schedule":["5s","soon"]}"#, "/0/retry/schedule/1", "invalid_value"),
    (#""retry":{"schedule":[5]}"#, "/0/retry/schedule/0", "invalid_value"),
    (#""retry":{"schedule":["31d"]}"#, "/0/retry/schedule/0", "invalid_value"),
    (#""rateLimit":20"#, "/0/rateLimit", "invalid_type"), (#""rateLimit":{"perSecond":0}"#, "/0/rateLimit/perSecond", "invalid_value"),
    (#""rateLimit":{"perSecond":10001}"#, "/0/rateLimit/perSecond", "invalid_value"),
    (#""rateLimit":{"perSecond":1.5}"#, "/0/rateLimit/perSecond", "invalid_value"),
    (#""rateLimit":{"perMinute":1}"#, "/0/rateLimit/perMinute", "unknown_key"), (#""disabled":"no""#, "/0/disabled", "invalid_type"),
    (#""secret":"abc""#, "/0/secret", "invalid_value"), (#""secret":"whsec_AAAA""#, "/0/secret", "invalid_value"),
    (#""secret":"whsec_*""#, "/0/secret", "invalid_value"),
    (#""slack_username":"x""#, "/0/slack_username", "invalid_value"), (#""slack_icon":":x:""#, "/0/slack_icon", "invalid_value"),
  ])
  func `a fault is named with its place`(members: String, pointer: String, code: String) {
    let found = faults(of: members)
    #expect(found.map { [$0.pointer, $0.code] } == [[pointer, code]], "\(found)")
    #expect(found.allSatisfy { !$0.message.isEmpty && !$0.message.contains("\n") })
  }

  @Test(arguments: [
    (#""slack_icon":"rocket""#, "/0/slack_icon"), (#""slack_icon":"::""#, "/0/slack_icon"), (#""slack_username":"""#, "/0/slack_username"),
    (#""secret":"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz""#, "/0/secret"), (#""headers":{"X":"y"}"#, "/0/headers"),
    (#""format":"thin""#, "/0/format"),
  ])
  func `what a Slack subscription cannot have is named`(members: String, pointer: String) {
    #expect(faults(of: members, type: "slack").map(\.pointer) == [pointer])
  }

  @Test func `what must be there is asked for`() {
    #expect(faults("[{}]").map { [$0.pointer, $0.code] } == [["/0/type", "missing_key"], ["/0/url", "missing_key"]])
    #expect(
      faults(#"[{"type":"email","url":7}]"#).map { [$0.pointer, $0.code] } == [["/0/type", "invalid_value"], ["/0/url", "invalid_type"]])
  }

  @Test(arguments: [
    "ftp://h/", "example.com", "//h/x", "http:/h", "https://", "http:///x", "http://?q", "http://h#f", "http://u:p@h/", "http://u@h/",
    "http://h:0/",
    "http://h:65536/", "http://h:/", "http://h:8x/", "http://h /", "http://h/\\u0007", "http://h/a\\nb", "http://é.example/", "http://h/é",
    "http://a..b/",
    "http://.a/", "http://[::1/", "http://[]/", "http://[g::1]/", "http://[::1]x/", "http://a,b/", "http://h\\\\@e/", "javascript:alert(1)",
    "",
  ])
  func `a URL that no request could be sent to is refused`(url: String) {
    let found = faults(#"[{"type":"webhook","url":"\#(url)"}]"#)
    #expect(found.map { [$0.pointer, $0.code] } == [["/0/url", "invalid_value"]], "\(url): \(found)")
  }

  @Test(arguments: [
    "http://h", "HTTPS://Example.COM:443/a/b?c=d&e={f}|g", "http://127.0.0.1:9000/x", "http://[::1]:8080/", "http://my_service.internal./x",
    "https://h?q=1",
    "https://h/a%20b", "https://xn--bcher-kva.example/", "https://h/a@b:c",
  ])
  func `a URL that requests can be sent to is taken as it is`(url: String) {
    #expect(faults(#"[{"type":"webhook","url":"\#(url)"}]"#) == [])
  }

  @Test func `limits hold`() {
    func entry(_ id: String, _ more: String = "") -> String { #"{"id":"\#(id)","type":"webhook","url":"http://h"\#(more)}"# }
    func strings(_ text: String, _ count: Int) -> String { Array(repeating: "\"\(text)\"", count: count).joined(separator: ",") }
    #expect(faults("[" + (0..<1_000).map { entry("i\($0)") }.joined(separator: ",") + "]") == [])
    #expect(faults("[" + (0..<1_001).map { entry("i\($0)") }.joined(separator: ",") + "]").map(\.code) == ["too_many"])
    #expect(faults("[" + entry("a", #","retry":{"schedule":[\#(strings("30d", 50))]}"#) + "]") == [])
    #expect(faults("[" + entry("a", #","retry":{"schedule":[\#(strings("1s", 51))]}"#) + "]").map(\.code) == ["too_many"])
    #expect(faults("[" + entry("a", #","events":[\#(strings("X", 101))]"#) + "]").map(\.code) == ["too_many"])
    #expect(faults("[" + entry(String(repeating: "a", count: 100)) + "]") == [])
    #expect(faults("[" + entry(String(repeating: "a", count: 101)) + "]").map(\.code) == ["invalid_value"])
    let long = "http://h/" + String(repeating: "a", count: 2_040)
    #expect(faults(#"[{"type":"webhook","url":"\#(long)"}]"#).map(\.code) == ["invalid_value"])
  }

  @Test func `an id that stands twice is named with the other place`() {
    let found = faults(
      #"[{"id":"a","type":"webhook","url":"http://h"},{"id":"b","type":"webhook","url":"http://h"},{"id":"a","type":"slack","url":"http://h"}]"#
    )
    #expect(found.map { [$0.pointer, $0.code] } == [["/2/id", "duplicate_id"]])
    #expect(found[0].message.contains("/0"))
  }

  @Test func `a key and an id that contradict each other are named`() {
    #expect(faults(#"{"a":{"id":"b","type":"webhook","url":"http://h"}}"#).map(\.pointer) == ["/a/id"])
    #expect(faults(#"{"a b/c":{"type":"webhook","url":"http://h"}}"#).map(\.pointer) == ["/a b~1c"])
  }

  @Test func `everything that is wrong is said at once`() {
    let found = faults(
      #"[{"id":"?","type":"fax","url":"ftp://h","events":[""],"filters":[{"matches":"("}],"x":1},{"type":"webhook","url":"http://h","headers":{"Host":"x","X":"\u0001"},"retry":{"schedule":["x"],"y":1},"rateLimit":{"perSecond":0}},7]"#
    )
    #expect(
      Set(found.map(\.pointer)) == [
        "/0/id", "/0/type", "/0/url", "/0/events/0", "/0/filters/0/path", "/0/filters/0/matches", "/0/x", "/1/headers/Host", "/1/headers/X",
        "/1/retry/schedule/0", "/1/retry/y", "/1/rateLimit/perSecond", "/2",
      ])
    #expect(found.count == 13)
  }

  @Test func `messages say what is allowed, and give no secret back`() {
    #expect(faults(of: #""colour":1"#)[0].message.contains("allowed_groups"))
    #expect(faults(of: #""format":"xml""#)[0].message.contains("cloudevents"))
    #expect(!faults(of: #""secret":"whsec_topsecret""#)[0].message.contains("topsecret"))
  }
}
