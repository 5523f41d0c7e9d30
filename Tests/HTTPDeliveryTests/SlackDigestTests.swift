import Fanfare
import HTTPDelivery
import Testing

/// Several deliveries as one Slack message.
@Suite struct SlackDigestTests {
  private let id = KSUID(timestamp: 236_823_259, high: 1, low: 2)
  private let renderer = RequestRenderer(userAgentVersion: "1.2.3")
  private let subscription = sampleSubscription(url: "https://hooks.slack.com/services/T/B/x", kind: .slack, slackUsername: "fanfare")

  private func task(_ number: UInt64, _ event: StoredEvent, isPlainText: Bool = false, replayOf: String? = nil) -> DeliveryTask {
    DeliveryTask(
      id: DeliveryID(KSUID(timestamp: 236_823_259, high: 7, low: number)), event: event, subscription: subscription,
      endpoint: EndpointID(row: 1), attemptsMade: 0, triesMade: 0, throttles: 0, dueAt: now, isPlainText: isPlainText, replayOf: replayOf)
  }

  private func deploy(_ number: Int, in project: String = "shop", username: String? = "alice") -> StoredEvent {
    sampleEvent(
      id: "evt-\(number)", type: "REDEPLOY_STATE_DEPLOYMENT", username: username,
      path: EventPath(state: StatePlace(project: project, environment: "prod", deployment: "web-\(number)")), data: nil)
  }

  private func digest(_ events: [StoredEvent]) -> Digest {
    Digest(id: id, members: events.enumerated().map { task(UInt64($0 + 1), $1) })
  }

  /// The texts of a message's sections, and of its context.
  private func texts(_ digest: SlackDigest) throws -> [String] {
    guard case .array(let blocks)? = try JSONValue(parsing: digest.json)["blocks"] else { return [] }
    return blocks.flatMap { block -> [String] in
      if let text = block["text"]?["text"]?.stringValue { return [text] }
      guard case .array(let elements)? = block["elements"] else { return [] }
      return elements.compactMap { $0["text"]?.stringValue }
    }
  }

  @Test func `a digest of one project, to the byte`() {
    let message = SlackDigest(of: digest([deploy(1), deploy(2, username: nil)]), username: "fanfare", icon: ":rocket:")
    let date = "<!date^1636823259^{date_short_pretty} {time_secs}|2021-11-13 17:07:39 UTC>"
    #expect(
      String(decoding: message.json, as: UTF8.self)
        == #"{"text":"2 events in shop","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"*2 events* in `shop`","verbatim":true}},{"type":"section","text":{"type":"mrkdwn","text":"• *alice* redeployed the deployment `web-1` in `shop/prod` (\#(date))\n• The deployment `web-2` in `shop/prod` was redeployed (\#(date))","verbatim":true}},{"type":"context","elements":[{"type":"mrkdwn","text":"digest `\#(id)`","verbatim":true}]}],"username":"fanfare","icon_emoji":":rocket:"}"#
    )
    #expect(
      String(decoding: message.plainJSON, as: UTF8.self)
        == #"{"text":"2 events in shop:\n- alice redeployed the deployment web-1 in shop/prod (2021-11-13 17:07:39 UTC)\n- The deployment web-2 in shop/prod was redeployed (2021-11-13 17:07:39 UTC)","mrkdwn":false,"username":"fanfare","icon_emoji":":rocket:"}"#
    )
  }

  @Test func `events of several projects stand under theirs`() throws {
    let message = SlackDigest(of: digest([deploy(1), deploy(2, in: "web"), deploy(3), deploy(4, in: "web")]))
    #expect(message.text == "4 events in 2 projects")
    let lines = try texts(message)[1].split(separator: "\n").map { $0.prefix { $0 != "(" } }
    #expect(
      lines == [
        "In `shop`:", "• *alice* redeployed the deployment `web-1` in `shop/prod` ",
        "• *alice* redeployed the deployment `web-3` in `shop/prod` ",
        "In `web`:", "• *alice* redeployed the deployment `web-2` in `web/prod` ",
        "• *alice* redeployed the deployment `web-4` in `web/prod` ",
      ])
  }

  @Test func `events of no project are events without a place`() throws {
    let signup = sampleEvent(id: "evt-9", type: "USER_SIGNUP", path: EventPath(), data: nil)
    #expect(SlackDigest(of: digest([signup, signup])).text == "2 events")
    let mixed = SlackDigest(of: digest([deploy(1), signup]))
    #expect(mixed.text == "2 events")
    #expect(try texts(mixed)[1].contains("In no project:\n• *alice* signed up ("))
  }

  @Test func `thirty are shown, and the rest is counted`() throws {
    let message = SlackDigest(of: digest((1...37).map { deploy($0) }))
    #expect(message.text == "37 events in shop")
    let texts = try texts(message)
    #expect(texts.joined(separator: "\n").split(separator: "\n").count { $0.hasPrefix("• ") } == 30)
    #expect(texts.contains("… and 7 more."))
    #expect(!texts.joined().contains("`web-31`"))
    let plain = String(decoding: message.plainJSON, as: UTF8.self)
    #expect(plain.contains("web-30 ") && !plain.contains("web-31 "))
    #expect(plain.contains("… and 7 more."))
    #expect(!String(decoding: SlackDigest(of: digest((1...30).map { deploy($0) })).json, as: UTF8.self).contains("more"))
  }

  @Test func `however long the events' values are, Slack's limits are kept and no event is lost`() throws {
    for filler in ["&", "x", "日", "👩‍👩‍👧‍👦"] {
      let long = String(repeating: filler, count: 500)
      let events = (1...40).map { number in
        let project = "\(number)" + long
        return sampleEvent(
          id: "evt-\(number)", type: "UPLOAD_INVENTORY_APPLICATION", username: long,
          path: EventPath(inventory: InventoryPlace(project: project, application: long, version: long)), data: nil)
      }
      let message = SlackDigest(of: digest(events))
      guard case .array(let blocks)? = try JSONValue(parsing: message.json)["blocks"] else {
        Issue.record("there are no blocks")
        return
      }
      #expect(blocks.count <= 50)
      let texts = try texts(message)
      #expect(texts.allSatisfy { $0.utf16.count <= 3_000 })
      #expect(texts.joined(separator: "\n").split(separator: "\n").count { $0.hasPrefix("• ") } == 30)
      #expect(texts.contains("… and 10 more."))
      let plain = try #require(try JSONValue(parsing: message.plainJSON)["text"]?.stringValue)
      #expect(plain.utf16.count <= 40_000)
      let shown = plain.split(separator: "\n").count { $0.hasPrefix("- ") }
      #expect(shown > 0)
      #expect(plain.hasSuffix("… and \(40 - shown) more."))
    }
  }

  @Test func `nothing of an event becomes markup, a link or a mention in a digest either`() throws {
    let evil = "<!channel> *b* `c` @here\n> quote"
    let event = sampleEvent(username: evil, path: EventPath(inventory: InventoryPlace(project: evil, application: evil)), data: nil)
    for text in try texts(SlackDigest(of: digest([event, deploy(1)]))) {
      #expect(text.replacing(#/<!date\^[^<>]*>/#, with: "").allSatisfy { $0 != "<" && $0 != ">" })
      for line in text.split(separator: "\n") {
        let parts = line.split(separator: "`", omittingEmptySubsequences: false)
        #expect(parts.count % 2 == 1)
        for outside in stride(from: 0, to: parts.count, by: 2) { #expect(!parts[outside].contains("channel")) }
      }
    }
  }

  // MARK: Which message a task becomes

  private func body(_ task: DeliveryTask) throws -> [UInt8] { try renderer.request(for: task, at: now).get().body }

  @Test func `a task with a digest goes out as the digest, one with refused blocks as plain text`() throws {
    let digest = digest([deploy(1), deploy(2)])
    var leader = digest.members[0]
    leader = leader.leading(digest)
    #expect(try body(leader) == SlackDigest(of: digest, username: "fanfare").json)
    let refused = Digest(id: id, members: [task(1, deploy(1)), task(2, deploy(2), isPlainText: true)])
    leader = leader.leading(refused)
    #expect(try body(leader) == SlackDigest(of: refused, username: "fanfare").plainJSON)
    #expect(try body(task(3, deploy(3))) == SlackMessage(for: deploy(3), username: "fanfare").json)
    #expect(try body(task(3, deploy(3), isPlainText: true)) == SlackMessage(for: deploy(3), username: "fanfare").plainJSON)
  }

  @Test func `a replayed event says so`() throws {
    let replayed = try JSONValue(parsing: body(task(1, deploy(1), replayOf: "2abc")))
    #expect(replayed["text"] == "Replay: alice redeployed the deployment web-1 in shop/prod.")
    let digest = Digest(id: id, members: [task(1, deploy(1), replayOf: "2abc"), task(2, deploy(2))])
    #expect(try texts(SlackDigest(of: digest))[1].hasPrefix("• Replay: *alice* redeployed"))
    let webhook = sampleSubscription(
      url: "https://example.com/", headers: [Subscription.Header(name: "x-event-replay-of", value: "mine")])
    let task = DeliveryTask(
      id: DeliveryID(KSUID(timestamp: 236_823_259, high: 7, low: 1)), event: deploy(1), subscription: webhook, endpoint: EndpointID(row: 1),
      attemptsMade: 0, triesMade: 0, throttles: 0, dueAt: now, replayOf: "2 abc")
    let headers = try renderer.request(for: task, at: now).get().headers
    #expect(headers.fields.filter { $0.name.lowercased() == "x-event-replay-of" }.map(\.value) == ["2%20abc"])
    #expect(try renderer.request(for: sampleTask(subscription: webhook), at: now).get().headers["X-Event-Replay-Of"] == nil)
  }

  @Test func `the result of a digest says which it was`() async throws {
    let receiver = try await Receiver { _ in Receiver.Answer(status: 200, body: Array("ok".utf8)) }
    let digest = Digest(id: id, members: [1, 2].map { sampleTask($0, subscription: sampleSubscription(url: receiver.url, kind: .slack)) })
    var leader = digest.members[0]
    leader = leader.leading(digest)
    try await withSender { sender async throws in
      #expect(try await sender.attempt(leader).digest == id)
      #expect(try await sender.attempt(digest.members[1]).digest == nil)
    }
    #expect(receiver.requests.count == 2)
    try await receiver.close()
  }
}
