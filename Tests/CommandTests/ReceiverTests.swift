import Fanfare
import Foundation
import FoundationNetworking
import HTTPDelivery
import Hummingbird
import Logging
import Testing

@testable import fanfare

@Suite struct ReceiverTests {
  private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
  private let body = Array(#"{"id":"e-1","type":"ADD_BUILD","state_project":"shop"}"#.utf8)

  /// A receiver on a port of its own, for as long as `body` runs.
  private func withReceiver(
    _ manners: Manners = Manners(), secrets: [String] = [], journal: Journal = Journal(style: .counter, limit: nil),
    _ body: (Int) async throws -> Void
  ) async throws {
    let port = AsyncStream<Int>.makeStream()
    let receiver = Receiver(manners: manners, signatures: secrets.compactMap { StandardWebhookSignature(secret: $0) }, journal: journal)
    let application = Application(
      responder: receiver, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { port.continuation.yield($0.localAddress?.port ?? 0) }, logger: .silent)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      for await number in port.stream {
        try await body(number)
        break
      }
      group.cancelAll()
    }
  }

  /// A real request, as a webhook has it.
  private func post(
    _ body: [UInt8], to port: Int, path: String = "/hook", headers: [String: String] = [:]
  ) async throws -> (status: Int, text: String) {
    var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
    request.httpMethod = "POST"
    request.httpBody = Data(body)
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    let (data, response) = try await URLSession.shared.data(for: request)
    return (try #require(response as? HTTPURLResponse).statusCode, String(decoding: data, as: UTF8.self))
  }

  private func signed(_ body: [UInt8], with secret: String = secret, at seconds: Int64? = nil) throws -> [String: String] {
    let seconds = seconds ?? SystemClock.now().seconds
    let signature = try #require(StandardWebhookSignature(secret: secret)).sign(id: "msg_1", timestamp: seconds, body: body)
    return ["webhook-id": "msg_1", "webhook-timestamp": String(seconds), "webhook-signature": signature]
  }

  @Test func `a good signature is accepted; a wrong, an old and a missing one are not`() async throws {
    let journal = Journal(style: .counter, limit: nil)
    try await withReceiver(secrets: [Self.secret], journal: journal) { port in
      let now = SystemClock.now().seconds
      let good = try signed(body)
      let ofAnother = try signed(body, with: "whsec_AAAA")
      let old = try signed(body, at: now - 310)
      // By more than the tests may take on a busy machine until it is posted.
      let early = try signed(body, at: now + 900)
      #expect(try await post(body, to: port, headers: good).status == 200)
      #expect(try await post(body + [0x20], to: port, headers: good).status == 401)
      #expect(try await post(body, to: port, headers: ofAnother).status == 401)
      #expect(try await post(body, to: port, headers: old).status == 401)
      #expect(try await post(body, to: port, headers: early).status == 401)
      #expect(try await post(body, to: port).status == 401)
    }
    #expect(journal.summary == "6 requests, 1 accepted, 5 with a wrong or missing signature, 4 that had come before")
  }

  @Test func `one of several secrets is enough`() async throws {
    try await withReceiver(secrets: ["whsec_AAAA", Self.secret]) { port in
      let good = try signed(body)
      #expect(try await post(body, to: port, headers: good).status == 200)
    }
  }

  @Test func `the first attempt of each delivery fails, the retry under the same webhook-id does not`() async throws {
    let one = ["webhook-id": "one"]
    let two = ["webhook-id": "two"]
    try await withReceiver(Manners(status: 503, failFirst: 1)) { port in
      var statuses: [Int] = []
      for headers in [one, two, one] { statuses.append(try await post(body, to: port, headers: headers).status) }
      #expect(statuses == [503, 503, 200])
    }
  }

  @Test func `a receiver that plays Slack answers ok`() async throws {
    try await withReceiver(Manners(playsSlack: true)) { port in
      let answer = try await post(Array(#"{"text":"hello"}"#.utf8), to: port)
      #expect(answer.status == 200)
      #expect(answer.text == "ok")
    }
  }

  @Test func `after the last of so many requests the journal is full`() async throws {
    let journal = Journal(style: .counter, limit: 2)
    try await withReceiver(journal: journal) { port in
      _ = try await post(body, to: port)
      _ = try await post(body, to: port)
      await journal.full()
    }
    #expect(journal.summary == "2 requests, 2 accepted, 1 that had come before")
  }

  @Test func `a line says what a person wants to know, and nothing that moves the cursor`() {
    let event = EventSummary(body: Array(#"{"id":"e-1","type":"ADD_BUILD","state_project":"shop","state_environment":"live"}"#.utf8))
    var request = ReceivedRequest(
      time: Timestamp(seconds: 0), method: "POST", path: "/hook", webhookID: "w", attempt: "2", signature: .good, bytes: 10, event: event,
      arrival: 2, status: 503, isFailureOnPurpose: true)
    #expect(
      request.line == "00:00:00.000  POST /hook  ADD_BUILD shop/live e-1  signature ok  attempt 2  answered 503 on purpose")
    request.event = EventSummary(body: Array("{\"text\":\"a\\u001b[2Jb\\nmore\"}".utf8))
    request.signature = .bad
    #expect(request.line == "00:00:00.000  POST /hook  “a\u{FFFD}[2Jb”  SIGNATURE WRONG  attempt 2  answered 503 on purpose")
    #expect(EventSummary(body: [1, 2, 3]).text == "3 bytes")
  }

  @Test func `a request as JSON is JSON`() throws {
    let request = ReceivedRequest(
      time: Timestamp(seconds: 0), method: "POST", path: "/hook", webhookID: nil, attempt: nil, signature: .unchecked, bytes: 54,
      event: EventSummary(body: body), arrival: 1, status: 200, isFailureOnPurpose: false)
    let json = try JSONValue(parsing: request.json)
    #expect(json["event"] == "e-1")
    #expect(json["event_type"] == "ADD_BUILD")
    #expect(json["signature"] == "unchecked")
    #expect(json["webhook_id"] == nil)
  }
}
