import Fanfare
import Testing

@Suite struct DeliveryRouteTests {
  private static let root = "/api/v1/events/deliveries"

  @Test func `a delivery is shown with all its attempts`() async throws {
    try await World.run { (world) async throws in
      let id = DeliveryID(KSUID(timestamp: 300_000_000, high: 1, low: 7))
      world.store.change { state in
        state.deliveries = [
          DeliveryDetail(
            summary: DeliverySummary(
              id: id, eventID: "e1", eventType: EventType("ADD_BUILD"), scope: SubscriptionScope(side: .state, project: "p"),
              subscriptionID: "hook", kind: .webhook, url: "https://x.example/", state: .scheduled(at: Timestamp(seconds: 60)), attempts: 2,
              createdAt: Timestamp(seconds: 0), lastAttemptAt: Timestamp(seconds: 30), lastReason: "http_500"),
            attempts: [
              AttemptSummary(
                number: 1, startedAt: Timestamp(seconds: 1), duration: .milliseconds(12), status: nil, reason: "timed_out",
                detail: "no answer within 15 s", responseBody: []),
              AttemptSummary(
                number: 2, startedAt: Timestamp(seconds: 30), duration: .microseconds(3400), status: 500, reason: "http_500", detail: nil,
                responseBody: [0x6F, 0x68, 0xFF]),
            ])
        ]
      }
      let summary =
        #""id":"\#(id)","event":"e1","event_type":"ADD_BUILD","project":"p","scope":"state","subscription":"hook","type":"webhook","url":"https://x.example/","state":"scheduled","next_attempt_time":"1970-01-01T00:01:00.000000000Z","attempt_count":2,"creation_time":"1970-01-01T00:00:00.000000000Z","last_attempt_time":"1970-01-01T00:00:30.000000000Z","last_reason":"http_500""#
      #expect(try await world.get(Self.root).text == #"{"elements":[{\#(summary)}]}"#)
      let attempts =
        #"[{"number":1,"start_time":"1970-01-01T00:00:01.000000000Z","duration_ms":12,"outcome":"timed_out","detail":"no answer within 15 s","response_body":""},{"number":2,"start_time":"1970-01-01T00:00:30.000000000Z","duration_ms":3,"status":500,"outcome":"http_500","response_body":"oh�"}]"#
      for target in ["\(Self.root)/\(id)", "\(Self.root)/\(id)/"] {
        #expect(try await world.get(target).text == #"{\#(summary),"attempts":\#(attempts)}"#)
      }
    }
  }

  @Test(arguments: [
    ("", 6), ("project=p", 4), ("project=q", 2), ("subscription=s1", 3), ("state=dead", 3), ("state=scheduled", 3), ("state=succeeded", 0),
    ("event=e3", 1), ("since=2023-11-14T22:13:22Z", 4), ("until=2023-11-14T22:13:22Z", 2), ("project=p&state=dead", 2),
  ])
  func `filters narrow the listing`(query: String, count: Int) async throws {
    try await World.run { (world) async throws in
      world.deliver(6)
      #expect(try await world.get("\(Self.root)/?\(query)").ids.count == count)
    }
  }

  @Test func `cursors lead forwards and backwards through the pages`() async throws {
    try await World.run { (world) async throws in
      let all = world.deliver(5).map(\.description)
      let first = try await world.get(Self.root + "/?size=2&order=asc")
      #expect(try first.ids == Array(all[0..<2]))
      #expect(try first.json["previous"] == nil)
      let next = try #require(try first.json["next"])
      #expect(next == ["after": .string(Base64.encode(all[1].utf8)), "size": 2, "sort": "id", "order": "asc"])

      let second = try await world.get(Self.root + "/?" + next.asQuery)
      #expect(try second.ids == Array(all[2..<4]))
      let last = try await world.get(Self.root + "/?" + (try #require(try second.json["next"])).asQuery)
      #expect(try last.ids == [all[4]])
      #expect(try last.json["next"] == nil)
      let back = try #require(try last.json["previous"])
      #expect(back == ["before": .string(Base64.encode(all[4].utf8)), "size": 2, "sort": "id", "order": "asc"])
      #expect(try await world.get(Self.root + "/?" + back.asQuery).ids == Array(all[2..<4]))

      #expect(try await world.get(Self.root).ids == all.reversed())
      #expect(try await world.get(Self.root + "?size=0").text == #"{"elements":[]}"#)
    }
  }

  @Test func `the seed's own cursor is understood`() async throws {
    try await World.run { (world) async throws in
      let answer = try await world.get(Self.root + "/?after=MjNFMGRHTEFuSDk0M3FrTk12TUVaZUZzV3lh&size=2&sort=id&order=asc")
      #expect(answer.status == 200, "\(answer.text)")
    }
  }

  @Test(arguments: [
    "before=MjNFMGRHTEFuSDk0M3FrTk12TUVaZUZzV3lh&after=MjNFMGRHTEFuSDk0M3FrTk12TUVaZUZzV3lh", "after=x", "before=AAAA",
    "after=MjNFMGRHTEFuSDk0M3FrTk12TUVaZUZzV3l", "size=101", "size=-1", "sort=url", "order=up", "state=lost", "since=now", "page_size=3",
  ])
  func `a bad cursor or filter is named`(query: String) async throws {
    try await World.run { (world) async throws in
      let answer = try await world.get("\(Self.root)/?\(query)")
      #expect(answer.status == 400)
      #expect(answer.code == "invalid_query_parameter")
      #expect(try answer.json["data"]?["parameters"]?[0]?["parameter"]?.stringValue == String(query.prefix { $0 != "=" }))
    }
  }

  @Test func `a retry makes a delivery due at once and wakes the dispatcher`() async throws {
    try await World.run { (world) async throws in
      let id = world.deliver(1)[0]
      let answer = try await world.send("POST", "\(Self.root)/\(id)/retry", "")
      #expect(answer.status == 200)
      #expect(answer.text == #"{"requeued":1}"#)
      #expect(try await world.get("\(Self.root)/\(id)").json["next_attempt_time"]?.stringValue == MemoryStore.now.rfc3339)
      #expect(world.nudges.requeueCount == 1)
    }
  }

  @Test func `a delivery that there never was is unknown, and an id that is none is named`() async throws {
    try await World.run { (world) async throws in
      let unknown = "23E0dGLAnH943qkNMvMEZeFsWya"
      for (method, suffix) in [("GET", ""), ("POST", "/retry")] {
        let answer = try await world.send(method, "\(Self.root)/\(unknown)\(suffix)", "")
        #expect(answer.status == 404)
        #expect(answer.code == "unknown_delivery")
        #expect(try answer.json["data"] == ["id": .string(unknown)])
        let malformed = try await world.send(method, "\(Self.root)/17\(suffix)", "")
        #expect(malformed.status == 404)
        #expect(malformed.code == "unknown_delivery")
      }
      #expect(world.nudges.requeueCount == 0)
    }
  }
}

extension JSONValue {
  /// A cursor as the query that asks for its page.
  var asQuery: String {
    guard case .object(let members) = self else { return "" }
    return members.map { member in
      let value = member.value.stringValue ?? String(decoding: member.value.bytes, as: UTF8.self)
      return "\(member.key)=\(value.replacing("=", with: "%3D").replacing("+", with: "%2B"))"
    }.joined(separator: "&")
  }
}

extension World {
  /// Adds deliveries a second apart: odd ones dead, even ones scheduled; the last third of another project.
  @discardableResult func deliver(_ count: Int) -> [DeliveryID] {
    let ids = (0..<count).map { DeliveryID(KSUID(timestamp: 300_000_000 + UInt32($0), high: 0, low: UInt64($0))) }
    store.change { state in
      for (index, id) in ids.enumerated() {
        state.deliveries.append(
          DeliveryDetail(
            summary: DeliverySummary(
              id: id, eventID: "e\(index)", eventType: EventType("ADD_BUILD"),
              scope: SubscriptionScope(side: .project, project: index < count - count / 3 ? "p" : "q"), subscriptionID: "s\(index % 2)",
              kind: .webhook, url: "https://x.example/", state: index % 2 == 1 ? .dead(.exhausted) : .scheduled(at: MemoryStore.now),
              attempts: index, createdAt: Timestamp(seconds: MemoryStore.now.seconds + Int64(index)), lastAttemptAt: nil, lastReason: nil),
            attempts: []))
      }
    }
    return ids
  }
}
