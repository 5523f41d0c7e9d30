import Fanfare
import Testing

@Suite struct SubscriptionDraftsTests {
  private let scope = SubscriptionScope(side: .project, project: "shop")

  private func drafts(_ text: String) throws -> [Subscription] {
    var made = 0
    return try Subscription.drafts(parsing: Array(text.utf8), scope: scope) {
      made += 1
      return "made-\(made)"
    }
  }

  private func shown(_ subscription: Subscription) -> String {
    var json = JSONWriter()
    subscription.appendJSON(to: &json)
    return String(decoding: json.bytes, as: UTF8.self)
  }

  private static let full =
    #"{"id":"deploys","type":"webhook","url":"https://ci.example.com/hook","events":["*_STATE_DEPLOYMENT","ADD_BUILD"],"filters":[{"path":"/data/status","is_equal_to":"failed"},{"path":"/data/a~1b","is_not_equal_to":9007199254740993,"matches":"^x","does_not_match":"y$"}],"allowed_groups":["payments"],"format":"thin","headers":{"X-Team":"payments"},"retry":{"schedule":["10s","1m"]},"rateLimit":{"perSecond":20},"disabled":true}"#
  private static let slack =
    #"{"id":"team","type":"slack","url":"https://hooks.slack.com/services/T/B/x","disabled":false,"slack_username":"fanfare","slack_icon":":rocket:"}"#

  @Test func `every field is read`() throws {
    let found = try drafts("[\(Self.full),\(Self.slack)]")
    let hook = found[0]
    #expect(hook.row == 0)
    #expect(hook.scope == scope)
    #expect(hook.id == "deploys")
    #expect(hook.kind == .webhook)
    #expect(hook.url == "https://ci.example.com/hook")
    #expect(hook.events == [Glob("*_STATE_DEPLOYMENT"), Glob("ADD_BUILD")])
    #expect(hook.filters.count == 2)
    #expect(hook.filters[0] == Filter(path: try JSONPointer("/data/status"), isEqualTo: "failed"))
    #expect(hook.filters[1].doesNotMatch?.pattern == "y$")
    #expect(hook.allowedGroups == ["payments"])
    #expect(hook.format == .thin)
    #expect(hook.headers == [Subscription.Header(name: "X-Team", value: "payments")])
    #expect(hook.retrySchedule == [.seconds(10), .seconds(60)])
    #expect(hook.rateLimitPerSecond == 20)
    #expect(hook.isDisabled)
    #expect(hook.secrets.isEmpty)
    #expect(found[1].kind == .slack)
    #expect(found[1].slackUsername == "fanfare")
    #expect(found[1].slackIcon == ":rocket:")
  }

  @Test(arguments: [full, slack])
  func `what is shown is what was given`(text: String) throws {
    #expect(shown(try drafts("[\(text)]")[0]) == text)
  }

  @Test func `little is needed`() throws {
    let found = try drafts(#"[{"type":"webhook","url":"http://localhost:9000"}]"#)[0]
    #expect(found.id == "made-1")
    #expect(found.events == nil)
    #expect(found.allowedGroups == nil)
    #expect(found.retrySchedule == nil)
    #expect(shown(found) == #"{"id":"made-1","type":"webhook","url":"http://localhost:9000","format":"event","disabled":false}"#)
  }

  @Test func `null is as good as absent`() throws {
    let found = try drafts(
      #"[{"id":null,"type":"slack","url":"http://h","events":null,"filters":null,"allowed_groups":null,"format":null,"headers":null,"retry":null,"rateLimit":null,"disabled":null,"slack_username":null,"slack_icon":null,"secret":null}]"#
    )
    #expect(shown(found[0]) == #"{"id":"made-1","type":"slack","url":"http://h","disabled":false}"#)
  }

  @Test func `an object is keyed by id and keeps its order`() throws {
    let found = try drafts(#"{"z":{"type":"webhook","url":"http://h"},"a":{"id":"a","type":"SLACK","url":"HTTPS://h/x"}}"#)
    #expect(found.map(\.id) == ["z", "a"])
    #expect(found.map(\.kind) == [.webhook, .slack])
    #expect(try drafts("{}").isEmpty)
    #expect(try drafts("[]").isEmpty)
  }

  @Test func `the seed's array of groups as id is allowed_groups`() throws {
    let found = try drafts(#"[{"id":["ops","dev"],"type":"Webhook","url":"http://h"}]"#)
    #expect(found[0].id == "made-1")
    #expect(found[0].allowedGroups == ["ops", "dev"])
    #expect(try drafts(#"{"k":{"id":["ops"],"type":"webhook","url":"http://h"}}"#)[0].id == "k")
  }

  @Test func `a client may bring a secret, and it is never shown`() throws {
    let secret = "whsec_" + Base64.encode([UInt8](repeating: 7, count: 32))
    let found = try drafts(#"[{"id":"s","type":"webhook","url":"http://h","secret":"\#(secret)"}]"#)[0]
    #expect(found.secrets == [secret])
    #expect(!shown(found).contains("whsec_"))
    #expect(!String(decoding: found.storedJSON(), as: UTF8.self).contains("whsec_"))
  }

  @Test func `what GET answers can be put back`() throws {
    let paused = Subscription(row: 4, scope: scope, id: "p", kind: .webhook, url: "http://h", isPaused: true)
    let text = shown(paused)
    #expect(text.hasSuffix(#","paused":true}"#))
    let back = try drafts("[\(text)]")[0]
    #expect(back.isPaused)
    #expect(!back.keepsPause)
    _ = try drafts(#"[{"id":"p","type":"webhook","url":"http://h","paused":true,"creation_time":"2021-10-15T15:07:39Z"}]"#)
  }

  @Test(arguments: [full, slack])
  func `what is stored is read again`(text: String) throws {
    let draft = try drafts("[\(text)]")[0]
    let read = try Subscription(stored: draft.storedJSON(), row: 9, scope: scope, secrets: ["whsec_x"], isPaused: true)
    #expect(read.row == 9)
    #expect(read.scope == scope)
    #expect(read.secrets == ["whsec_x"])
    #expect(read.isPaused)
    #expect(read.filters == draft.filters)
    #expect(read.storedJSON() == draft.storedJSON())
    #expect(throws: ValidationErrors.self) {
      try Subscription(stored: Array("{}".utf8), row: 9, scope: scope, secrets: [], isPaused: false)
    }
  }
}
