import Fanfare
import HTTPDelivery
import Testing

@Suite struct SlackTests {
  private static let inventory = EventPath(inventory: InventoryPlace(project: "shop", application: "api", version: "1.2"))
  private static let state = EventPath(state: StatePlace(project: "shop", environment: "prod", deployment: "web"))

  private struct Golden {
    var type: String
    var path = EventPath()
    var data: String?
    /// With a user, and without.
    var text: String
    var anonymous: String
  }

  private static let goldens = [
    Golden(
      type: "CREATE_INVENTORY_PROJECT", path: inventory, text: "alice created the Inventory project shop.",
      anonymous: "The Inventory project shop was created."),
    Golden(
      type: "NEW_INVENTORY_APPLICATION", path: inventory, text: "alice added the application api to the Inventory project shop.",
      anonymous: "The application api was added to the Inventory project shop."),
    Golden(
      type: "UPLOAD_INVENTORY_APPLICATION", path: inventory, text: "alice uploaded version 1.2 of api to the Inventory project shop.",
      anonymous: "Version 1.2 of api was uploaded to the Inventory project shop."),
    Golden(
      type: "UPDATE_INVENTORY_PROJECT_USER_ACL", path: inventory, data: #"{"user":"bob","role":"write"}"#,
      text: "alice changed the access of the user bob to the Inventory project shop.",
      anonymous: "The access of the user bob to the Inventory project shop was changed."),
    Golden(
      type: "DELETE_INVENTORY_PROJECT_USER_ACL", path: inventory, data: #"{"username":"bob"}"#,
      text: "alice took away the access of the user bob to the Inventory project shop.",
      anonymous: "The user bob lost access to the Inventory project shop."),
    Golden(
      type: "UPDATE_INVENTORY_PROJECT_TEAM_ACL", path: inventory, data: #"{"team":"ops"}"#,
      text: "alice changed the access of the team ops to the Inventory project shop.",
      anonymous: "The access of the team ops to the Inventory project shop was changed."),
    Golden(
      type: "DELETE_INVENTORY_PROJECT_TEAM_ACL", path: inventory,
      text: "alice took away the access of a team to the Inventory project shop.",
      anonymous: "A team lost access to the Inventory project shop."),
    Golden(
      type: "CREATE_STATE_PROJECT", path: state, text: "alice created the State project shop.",
      anonymous: "The State project shop was created."),
    Golden(
      type: "CREATE_STATE_ENVIRONMENT", path: state, text: "alice created the environment prod in the State project shop.",
      anonymous: "The environment prod was created in the State project shop."),
    Golden(
      type: "CREATE_STATE_DEPLOYMENT", path: state, text: "alice created the deployment web in shop/prod.",
      anonymous: "The deployment web in shop/prod was created."),
    Golden(
      type: "UPDATE_STATE_DEPLOYMENT", path: state, text: "alice updated the deployment web in shop/prod.",
      anonymous: "The deployment web in shop/prod was updated."),
    Golden(
      type: "REDEPLOY_STATE_DEPLOYMENT", path: state, text: "alice redeployed the deployment web in shop/prod.",
      anonymous: "The deployment web in shop/prod was redeployed."),
    Golden(
      type: "RERUN_SMOKE_TESTS", path: state, text: "alice ran the smoke tests of the deployment web in shop/prod again.",
      anonymous: "The smoke tests of the deployment web in shop/prod were run again."),
    Golden(
      type: "DESTROY_REQUESTED", path: state, text: "alice asked for the deployment web in shop/prod to be destroyed.",
      anonymous: "Somebody asked for the deployment web in shop/prod to be destroyed."),
    Golden(
      type: "ADD_BUILD", path: inventory, data: #"{"build":42}"#, text: "alice added build 42 to version 1.2 of api.",
      anonymous: "Build 42 was added to version 1.2 of api."),
    Golden(
      type: "TRIGGER_BUILD_WEBHOOK", path: inventory, text: "alice triggered the build webhook of version 1.2 of api.",
      anonymous: "The build webhook of version 1.2 of api was triggered."),
    Golden(
      type: "BUILD_FINISHED_EVENT", path: inventory, data: #"{"status":"failed"}"#,
      text: "A build of version 1.2 of api has finished: failed.",
      anonymous: "A build of version 1.2 of api has finished: failed."),
    Golden(
      type: "UPDATE_STATE_PROJECT_USER_ACL", path: state, data: #"{"user":"bob"}"#,
      text: "alice changed the access of the user bob to the State project shop.",
      anonymous: "The access of the user bob to the State project shop was changed."),
    Golden(
      type: "DELETE_STATE_PROJECT_USER_ACL", path: state, text: "alice took away the access of a user to the State project shop.",
      anonymous: "A user lost access to the State project shop."),
    Golden(
      type: "UPDATE_STATE_PROJECT_TEAM_ACL", path: state, data: #"{"team_name":"ops"}"#,
      text: "alice changed the access of the team ops to the State project shop.",
      anonymous: "The access of the team ops to the State project shop was changed."),
    Golden(
      type: "DELETE_STATE_PROJECT_TEAM_ACL", path: state, data: #"{"team":"ops"}"#,
      text: "alice took away the access of the team ops to the State project shop.",
      anonymous: "The team ops lost access to the State project shop."),
    Golden(type: "USER_SIGNUP", data: #"{"user":"bob"}"#, text: "alice signed up.", anonymous: "bob signed up."),
    Golden(type: "USER_CONFIRMED", text: "alice confirmed their account.", anonymous: "A user confirmed their account."),
    Golden(type: "TEAM_CREATED", data: #"{"team":"ops"}"#, text: "alice created the team ops.", anonymous: "The team ops was created."),
    Golden(type: "TEAM_DELETED", data: #"{"name":"ops"}"#, text: "alice deleted the team ops.", anonymous: "The team ops was deleted."),
    Golden(
      type: "TEAM_MEMBER_UPDATED", data: #"{"team":"ops","member":"bob"}"#,
      text: "alice changed the membership of the user bob in the team ops.",
      anonymous: "The membership of the user bob in the team ops was changed."),
    Golden(
      type: "TEAM_MEMBER_DELETED", data: #"{"team":"ops","user":"bob"}"#, text: "alice removed the user bob from the team ops.",
      anonymous: "The user bob was removed from the team ops."),
    Golden(
      type: "TEAM_SERVICE_ACCOUNT_CREATED", data: #"{"team":"ops","service_account":"robot"}"#,
      text: "alice created the service account robot for the team ops.",
      anonymous: "The service account robot was created for the team ops."),
  ]

  private func body(_ message: SlackMessage) throws -> JSONValue { try JSONValue(parsing: message.json) }

  /// Every `text` of a message, wherever it stands.
  private func texts(_ value: JSONValue) -> [String] {
    switch value {
    case .object(let members):
      members.flatMap { member -> [String] in
        if member.key == "text", let text = member.value.stringValue { return [text] }
        return texts(member.value)
      }
    case .array(let elements): elements.flatMap(texts)
    default: []
    }
  }

  @Test func `every type of the seed has a sentence of its own`() throws {
    #expect(Set(Self.goldens.map(\.type)) == Set(EventType.ofTheSeed))
    for golden in Self.goldens {
      let named = SlackMessage(for: sampleEvent(type: golden.type, path: golden.path, data: golden.data))
      #expect(named.text == golden.text)
      let anonymous = SlackMessage(for: sampleEvent(type: golden.type, username: nil, path: golden.path, data: golden.data))
      #expect(anonymous.text == golden.anonymous)
    }
  }

  @Test func `every type has a sentence even if the event says nothing more`() {
    for type in EventType.ofTheSeed + ["SUBSCRIPTION_PAUSED", "SUBSCRIPTION_RESUMED", "DELIVERY_DEAD"] {
      let text = SlackMessage(for: sampleEvent(type: type, username: nil, path: EventPath(), data: nil)).text
      #expect(text.first?.isUppercase == true)
      #expect(text.hasSuffix("."))
      #expect(!text.contains("happened"))
    }
  }

  @Test func `an unknown type is told in its own words`() {
    #expect(SlackMessage(for: sampleEvent(type: "ORDER_SHIPPED")).text == "alice reported order shipped in version 1.2 of api.")
    #expect(
      SlackMessage(for: sampleEvent(type: "ORDER_SHIPPED", username: nil, path: EventPath(), data: nil)).text
        == "Something happened: order shipped.")
  }

  @Test func `a whole message, to the byte`() throws {
    let event = sampleEvent(
      type: "BUILD_FINISHED_EVENT",
      data: #"{"status":"failed","message":"2 < 3 & `x`","build":42,"secret":"hidden","nested":{"a":1},"branch":["a","b"]}"#)
    let message = SlackMessage(for: event, username: "fanfare", icon: "https://example.com/i.png")
    #expect(
      String(decoding: message.json, as: UTF8.self)
        == #"{"text":"Build 42 of version 1.2 of api has finished: failed.","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"Build `42` of version `1.2` of `api` has finished: `failed`.","verbatim":true}},{"type":"section","fields":[{"type":"mrkdwn","text":"*Message*\n`2 &lt; 3 &amp; ˋxˋ`","verbatim":true},{"type":"mrkdwn","text":"*Branch*\n`a, b`","verbatim":true}]},{"type":"context","elements":[{"type":"mrkdwn","text":"Inventory `shop/api/1.2`","verbatim":true},{"type":"mrkdwn","text":"by *alice*","verbatim":true},{"type":"mrkdwn","text":"<!date^1636823259^{date_short_pretty} {time_secs}|2021-11-13 17:07:39 UTC>","verbatim":true},{"type":"mrkdwn","text":"`BUILD_FINISHED_EVENT`","verbatim":true}]}],"username":"fanfare","icon_url":"https://example.com/i.png"}"#
    )
    #expect(
      String(decoding: message.plainJSON, as: UTF8.self)
        == #"{"text":"Build 42 of version 1.2 of api has finished: failed. (Message: 2 &lt; 3 &amp; `x`; Branch: a, b; Inventory shop/api/1.2; 2021-11-13 17:07:39 UTC)","mrkdwn":false,"username":"fanfare","icon_url":"https://example.com/i.png"}"#
    )
  }

  @Test(arguments: [(":tada:", "icon_emoji", ":tada:"), ("tada", "icon_emoji", ":tada:"), ("http://x/i.png", "icon_url", "http://x/i.png")])
  func `an icon is a name or a URL`(icon: String, key: String, value: String) throws {
    #expect(try body(SlackMessage(for: sampleEvent(), icon: icon))[key]?.stringValue == value)
  }

  @Test func `nothing of an event becomes markup, a link or a mention`() throws {
    let evil = "<!channel> <@U1> <http://evil|x> *b* _i_ ~s~ `c` @here &amp;\n> quote \u{202E}gnp"
    let path = EventPath(
      inventory: InventoryPlace(project: evil, application: evil, version: evil),
      state: StatePlace(project: evil, environment: evil, deployment: evil))
    let values = ["user", "team", "build", "status", "message", "reason", "role"]
    let data = JSONValue.object(values.map { JSONValue.Member($0, .string(evil)) }).bytes
    for type in EventType.ofTheSeed + [evil] {
      let event = sampleEvent(type: type, username: evil, path: path, data: String(decoding: data, as: UTF8.self))
      let message = SlackMessage(for: event, username: evil, icon: nil)
      for text in texts(try body(message)) {
        // The one thing in angle brackets is our own date.
        #expect(text.replacing(#/<!date\^[^<>]*>/#, with: "").allSatisfy { $0 != "<" && $0 != ">" })
        #expect(!text.unicodeScalars.contains("\u{202E}"))
      }
      // Code spans come in pairs, and outside of them there is nothing of the event.
      guard case .array(let blocks)? = try body(message)["blocks"] else {
        Issue.record("there are no blocks")
        return
      }
      for text in blocks.flatMap(texts) {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        #expect(parts.count % 2 == 1)
        for outside in stride(from: 0, to: parts.count, by: 2) { #expect(!parts[outside].contains("channel")) }
      }
    }
  }

  @Test func `however long an event's values are, Slack's limits are kept`() throws {
    for filler in ["&", "x", "日", "👩‍👩‍👧‍👦", "e" + String(repeating: "\u{301}", count: 500)] {
      let long = String(repeating: filler, count: max(2, 2000 / filler.unicodeScalars.count))
      let path = EventPath(
        inventory: InventoryPlace(project: long, application: long, version: long),
        state: StatePlace(project: long, environment: long, deployment: long))
      let keys = ["status", "message", "reason", "error", "role", "build", "branch", "commit", "duration", "summary", "description"]
      let data = JSONValue.object(keys.map { JSONValue.Member($0, .string(long)) }).bytes
      for type in EventType.ofTheSeed + [long] {
        let event = sampleEvent(type: type, username: long, path: path, data: String(decoding: data, as: UTF8.self))
        let message = SlackMessage(for: event)
        #expect(message.text.utf16.count <= 4000)
        guard case .array(let blocks)? = try body(message)["blocks"] else {
          Issue.record("there are no blocks")
          return
        }
        #expect(blocks.count <= 50)
        for block in blocks {
          if let text = block["text"]?["text"]?.stringValue { #expect(text.utf16.count <= 3000) }
          if case .array(let fields)? = block["fields"] {
            #expect(fields.count <= 10)
            #expect(fields.allSatisfy { ($0["text"]?.stringValue?.utf16.count ?? 0) <= 2000 })
          }
          if case .array(let elements)? = block["elements"] {
            #expect(elements.count <= 10)
            #expect(elements.allSatisfy { ($0["text"]?.stringValue?.utf16.count ?? 0) <= 3000 })
          }
        }
      }
    }
  }
}
