import Fanfare
import HTTPDelivery
import Testing

@Suite struct RenderingTests {
  private let renderer = RequestRenderer(userAgentVersion: "1.2.3")
  private let url = "https://example.com/hook"

  private func request(_ subscription: Subscription, _ event: StoredEvent = sampleEvent()) throws -> OutboundRequest {
    try renderer.request(for: sampleTask(subscription: subscription, event: event), at: now).get()
  }

  private func failure(_ subscription: Subscription) -> TransportFailure? {
    switch renderer.request(for: sampleTask(subscription: subscription), at: now) {
    case .success: nil
    case .failure(let refusal): refusal.failure
    }
  }

  // MARK: Bodies

  @Test func `the format event is the event as the API shows it`() throws {
    let body = String(decoding: try request(sampleSubscription(url: url)).body, as: UTF8.self)
    #expect(
      body
        == #"{"id":"evt-1","type":"ADD_BUILD","timestamp":1636823259000000000,"event_time":"2021-11-13T17:07:39.000000000Z","received_time":"2021-11-13T17:07:40.000000000Z","username":"alice","allowed_groups":["payments"],"allowed_roles":["payments"],"inventory_project":"shop","inventory_namespace":"shop","inventory_application":"api","inventory_version":"1.2","data":{"status":"failed","n":12345678901234567890}}"#
    )
  }

  @Test func `the format thin is id, type, time and path`() throws {
    let request = try request(sampleSubscription(url: url, format: .thin))
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == #"{"id":"evt-1","type":"ADD_BUILD","timestamp":1636823259000000000,"inventory_project":"shop","inventory_namespace":"shop","inventory_application":"api","inventory_version":"1.2"}"#
    )
    #expect(request.headers["content-type"] == "application/json")
  }

  @Test func `the format cloudevents is a structured CloudEvent`() throws {
    let event = sampleEvent(
      groups: ["ops", "payments"],
      path: EventPath(
        inventory: InventoryPlace(project: "shop"),
        state: StatePlace(project: "shöp", environment: "prod", deployment: "web/front end")),
      others: [
        Event.Field(key: "Trace_Id", value: Array(#""t1""#.utf8)), Event.Field(key: "size", value: Array("7".utf8)),
        Event.Field(key: "big", value: Array("12345678901".utf8)), Event.Field(key: "nested", value: Array("{}".utf8)),
        Event.Field(key: "id_", value: Array("1".utf8)),
      ], traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    let request = try request(sampleSubscription(url: url, format: .cloudevents), event)
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == #"{"specversion":"1.0","id":"evt-1","type":"ADD_BUILD","time":"2021-11-13T17:07:39.000000000Z","source":"/state/sh%C3%B6p","subject":"prod/web%2Ffront%20end","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","username":"alice","allowedgroups":"ops,payments","inventoryproject":"shop","stateproject":"shöp","stateenvironment":"prod","statedeployment":"web/front end","traceid":"t1","size":7,"big":"12345678901","datacontenttype":"application/json","data":{"status":"failed","n":12345678901234567890}}"#
    )
    #expect(request.headers["content-type"] == "application/cloudevents+json")
  }

  @Test func `a CloudEvent of the Inventory, and one of no place`() throws {
    let inventory = try JSONValue(parsing: try request(sampleSubscription(url: url, format: .cloudevents)).body)
    #expect(inventory["source"] == "/inventory/shop")
    #expect(inventory["subject"] == "api/1.2")
    let nowhere = try request(
      sampleSubscription(url: url, format: .cloudevents), sampleEvent(username: nil, groups: [], path: EventPath(), data: nil))
    #expect(
      String(decoding: nowhere.body, as: UTF8.self)
        == #"{"specversion":"1.0","id":"evt-1","type":"ADD_BUILD","time":"2021-11-13T17:07:39.000000000Z","source":"/platform"}"#)
  }

  // MARK: Headers

  @Test func `each active secret signs, the newest first`() throws {
    let older = "whsec_AAECAwQFBgcICQoLDA0ODw=="
    let request = try request(sampleSubscription(url: url, secrets: [secret, older]))
    let id = sampleTask(subscription: sampleSubscription(url: url)).id.description
    let entries = try [secret, older].map {
      try #require(StandardWebhookSignature(secret: $0)).sign(id: id, timestamp: 1_636_823_259, body: request.body)
    }
    #expect(request.headers["webhook-signature"] == entries.joined(separator: " "))
  }

  @Test func `a retired secret signs until its end, and not from then on`() throws {
    let older = "whsec_AAECAwQFBgcICQoLDA0ODw=="
    let subscription = Subscription(
      scope: SubscriptionScope(side: .project, project: "shop"), id: "s", kind: .webhook, url: url, secrets: [secret],
      retiredSecrets: [RetiredSecret(secret: older, endsAt: now + .seconds(60))])
    func signatures(at instant: Timestamp) throws -> [Substring]? {
      let request = try renderer.request(for: sampleTask(subscription: subscription), at: instant).get()
      return request.headers["webhook-signature"]?.split(separator: " ")
    }
    let before = try #require(try signatures(at: now + .seconds(59)))
    #expect(before.count == 2)
    #expect(try signatures(at: now + .seconds(60))?.count == 1)
    let id = sampleTask(subscription: subscription).id.description
    let body = try renderer.request(for: sampleTask(subscription: subscription), at: now).get().body
    let entry = try #require(StandardWebhookSignature(secret: older)).sign(id: id, timestamp: 1_636_823_259 + 59, body: body)
    #expect(before.last.map(String.init) == entry)
  }

  @Test func `a retry has the same webhook-id and another number`() throws {
    let subscription = sampleSubscription(url: url)
    let first = try renderer.request(for: sampleTask(subscription: subscription), at: now).get()
    let third = try renderer.request(for: sampleTask(subscription: subscription, attemptsMade: 2), at: now + .seconds(60)).get()
    #expect(first.headers["webhook-id"] == third.headers["webhook-id"])
    #expect(first.headers["x-delivery-attempt"] == "1")
    #expect(third.headers["x-delivery-attempt"] == "3")
    #expect(third.headers["webhook-timestamp"] == "1636823319")
  }

  @Test func `a subscription's headers cannot replace the service's or the connection's`() throws {
    let names = [
      "Content-Type", "USER-AGENT", "Webhook-Id", "webhook-signature", "webhook-timestamp", "X-Event-Id", "x-event-type",
      "X-Delivery-Attempt", "traceparent", "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "TE", "Trailer",
      "Upgrade", "Proxy-Authorization", "Expect",
    ]
    let headers = names.map { Subscription.Header(name: $0, value: "forged") } + [Subscription.Header(name: "X-Empty", value: "")]
    let request = try request(sampleSubscription(url: url, headers: headers))
    #expect(!request.headers.fields.contains { $0.value == "forged" })
    #expect(request.headers.fields.contains { $0 == ("X-Empty", "") })
  }

  @Test(arguments: [
    Subscription.Header(name: "X-A", value: "b\r\nX-Evil: 1"), Subscription.Header(name: "X-A", value: "b\n"),
    Subscription.Header(name: "X-A", value: "b\0c"), Subscription.Header(name: "X-A\r\nX-Evil", value: "1"),
    Subscription.Header(name: "", value: "1"), Subscription.Header(name: "X A", value: "1"), Subscription.Header(name: "X-A:", value: "1"),
    Subscription.Header(name: "Ü", value: "1"),
  ])
  func `a header that would break out of its line is a bad request`(header: Subscription.Header) throws {
    let failure = try #require(self.failure(sampleSubscription(url: url, headers: [header])))
    #expect(failure.kind == .badRequest)
    #expect(!failure.detail.contains("\n"))
  }

  @Test func `an event's id is safe in a header whatever it is made of, and can be read back`() throws {
    let request = try request(sampleSubscription(url: url), sampleEvent(id: "é 100%/日本\u{2028}x", type: "ODD TYPE"))
    #expect(request.headers["x-event-id"] == "%C3%A9%20100%25/%E6%97%A5%E6%9C%AC%E2%80%A8x")
    #expect(request.headers["x-event-type"] == "ODD%20TYPE")
  }

  @Test(arguments: Subscription.Kind.allCases)
  func `a replayed delivery says of what it is one, and no other does`(kind: Subscription.Kind) throws {
    func header(_ original: String?, own: String? = nil) throws -> String? {
      let headers = own.map { [Subscription.Header(name: "x-event-replay-of", value: $0)] } ?? []
      let task = sampleTask(subscription: sampleSubscription(url: url, kind: kind, headers: headers), replayOf: original)
      return try renderer.request(for: task, at: now).get().headers["X-Event-Replay-Of"]
    }
    #expect(try header("23E0dGLAnH943qkNMvMEZeFsWya") == "23E0dGLAnH943qkNMvMEZeFsWya")
    // The event's own id, where there was no delivery, may be any text.
    #expect(try header("größe 1") == "gr%C3%B6%C3%9Fe%201")
    #expect(try header(nil) == nil)
    #expect(try header(nil, own: "forged") == nil)
  }

  @Test func `a traceparent that is not one is left out`() throws {
    for text in ["x\r\nX-Evil: 1", "00-short", String(repeating: "a", count: 200), String(repeating: "G", count: 55)] {
      #expect(try request(sampleSubscription(url: url), sampleEvent(traceparent: text)).headers["traceparent"] == nil)
    }
  }

  @Test func `a secret that is not one is a bad request, and is not told`() throws {
    let failure = try #require(self.failure(sampleSubscription(url: url, secrets: ["whsec_hunter2!"])))
    #expect(failure.kind == .badRequest)
    #expect(!failure.detail.contains("hunter2"))
  }

  @Test func `a Slack message goes out as JSON, without a webhook's signature`() throws {
    let request = try request(sampleSubscription(url: url, kind: .slack, slackUsername: "fanfare", slackIcon: ":rocket:"))
    #expect(request.headers.fields.map(\.name) == ["Content-Type", "User-Agent"])
    #expect(request.headers["content-type"] == "application/json")
    let body = try JSONValue(parsing: request.body)
    #expect(body["username"] == "fanfare")
    #expect(body["icon_emoji"] == ":rocket:")
  }
}
