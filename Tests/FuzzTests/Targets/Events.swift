@testable import Fanfare
@testable import Pipeline

extension FuzzTarget {
  static let events = [event, cloudEventHeaders, message, gzip, json, jsonPointer]

  private static let eventWords = [
    #""id":"#, #""type":"#, #""timestamp":"#, #""username":"#, #""user":"#, #""allowed_groups":["#, #""allowed_roles":["#,
    #""inventory_project":"#, #""inventory_namespace":"#, #""inventory_application":"#, #""inventory_version":"#, #""state_project":"#,
    #""state_environment":"#, #""state_deployment":"#, #""data":{"#, #""event_time":"#, "1636823259000000000", "2021-10-15T15:07:39Z",
    "null",
    #""specversion":"1.0""#, #""source":"/inventory/shop""#, #""subject":"api/1.2""#, #""time":"#, #""data_base64":"#, "\u{301}",
    "\\ud83d\\ude00",
    "\\u0000", "application/cloudevents+json\n", "application/cloudevents-batch+json\n", "application/json\n", "text/plain\n", "%2F",
  ]

  /// The first line is the content type.
  private static let event = FuzzTarget("event", words: eventWords) { input in
    let (contentType, body) = input.firstLineAndRest
    try check(
      EventDecoder.Content(body: body, contentType: contentType.isEmpty ? nil : contentType, receivedAt: Sample.now), keepsRange: true)
  }

  /// The first line is an object of headers.
  private static let cloudEventHeaders = FuzzTarget(
    "cloudevent-headers",
    words: eventWords + [#""ce-id":"#, #""cloudEvents:type":"#, #""cloudEvents_source":"#, #""ce_time":"#, #""ce-specversion":"1.0""#]
  ) { input in
    let (line, body) = input.firstLineAndRest
    guard let headers = try? JSONValue(parsing: Array(line.utf8)) else { return }
    for contentType in [nil, "application/json", "application/octet-stream"] {
      try check(
        EventDecoder.Content(body: body, contentType: contentType, headers: headers, messageID: "m", receivedAt: Sample.now),
        keepsRange: true)
    }
  }

  private static func check(_ content: EventDecoder.Content, keepsRange: Bool) throws {
    for reading in EventDecoder().read(content, makeID: { "made" }) {
      try hold(reading.range.upperBound <= content.body.count, "the range \(reading.range) is not of the body")
      switch reading.result {
      case .failure(let fault):
        try hold(!fault.errors.isEmpty && !fault.detail.isEmpty, "a fault says nothing")
        try hold(fault.errors.count <= EventReader.maximumErrors + 1, "a fault of \(fault.errors.count) errors")
      case .success(let event): try check(event)
      }
    }
  }

  /// What comes out of an event reads back as it.
  private static func check(_ event: Event) throws {
    try hold(PrintableText.fault(of: event.id, limit: 255) == nil, "the id \(event.id.debugDescription) was taken")
    try hold(PrintableText.fault(of: event.type.name, limit: 100) == nil, "the type \(event.type.name.debugDescription) was taken")
    let stored = StoredEvent(
      sequence: 1, id: event.id, type: event.type, occurredAt: event.occurredAt, receivedAt: event.receivedAt, compact: event.compactJSON,
      traceparent: event.traceparent)
    var back = try Event(compact: stored)
    back.isTimeGiven = event.isTimeGiven
    try hold(back == event && back.compactJSON == stored.compact, "the compact form says something else")
    let wire = stored.wireJSON()
    let readings = EventDecoder(maximumBytes: .max).read(
      EventDecoder.Content(body: wire, receivedAt: Sample.now), makeID: { "another" })
    guard readings.count == 1, case .success(let again) = readings[0].result else {
      throw Violation(description: "the wire form cannot be read: \(wire.asText)")
    }
    try hold(again.saysTheSame(as: event), "the wire form says something else: \(wire.asText)")
    for key in event.otherFields.map(\.key) + ["id", "data", "allowed_groups", "timestamp"] {
      _ = event.value(at: JSONPointer(tokens: [key, "0"]))
    }
    _ = event.value(at: JSONPointer(tokens: []))
  }

  /// The first line is the content encoding.
  private static let message = FuzzTarget("message", words: eventWords + ["gzip\n", "identity\n", "deflate\n"]) { input in
    let (encoding, body) = input.firstLineAndRest
    let reader = MessageReader(decoder: EventDecoder(maximumBytes: 65_536), clock: { Sample.now })
    let arrivals = reader.arrivals(
      in: InboundMessage(
        body: body, exchange: "x", routingKey: "r", contentEncoding: encoding, messageID: "m", token: AckToken(epoch: 1, tag: 1)))
    try hold(!arrivals.isEmpty, "a message came to nothing")
    for case .quarantined(let quarantined) in arrivals {
      try hold(!quarantined.detail.isEmpty, "something is quarantined for no reason")
      try hold(quarantined.origin.raw.count <= max(body.count, 65_536), "more is kept than came")
    }
  }

  private static let gzip = FuzzTarget("gzip") { input in
    do {
      let bytes = try Gzip.decompress(input, limit: 4096)
      try hold(bytes.count <= 4096, "\(bytes.count) bytes came out")
    } catch is Gzip.Failure {}
  }

  private static let json = FuzzTarget("json", words: ["\\u0000", "\\ud800", "1e999", "-0", "[[", "]]", "\u{FEFF}", "{\"a\":", "null"]) {
    input in
    for repeatedKeys in [JSONValue.RepeatedKeys.refused, .lastCounts] {
      guard let value = try? JSONValue(parsing: input, repeatedKeys: repeatedKeys) else { continue }
      try hold(input.count == input.asText.utf8.count, "what is not UTF-8 was taken")
      let bytes = value.bytes
      try hold(try JSONValue(parsing: bytes).bytes == bytes, "\(bytes.asText) reads back as something else")
      try hold(value.equals(value) && value.isEquivalent(to: value), "\(bytes.asText) is not itself")
    }
  }

  /// The first line is a pointer, the rest what it points into.
  private static let jsonPointer = FuzzTarget("json-pointer", words: ["~0", "~1", "/", "~\u{301}", "/\u{338}", "/data/0", "{\"\":"]) {
    input in
    let (text, document) = input.firstLineAndRest
    guard let pointer = try? JSONPointer(text) else { return }
    try hold(
      pointer.description.utf8.elementsEqual(text.utf8), "\(text.debugDescription) is told as \(pointer.description.debugDescription)")
    guard let value = try? JSONValue(parsing: document, repeatedKeys: .lastCounts) else { return }
    let found = pointer.range(in: document).map { Array(document[$0]) }
    let walked = pointer.value(in: value)
    try hold((found == nil) == (walked == nil), "\(text.debugDescription) leads somewhere in the text or in the tree only")
    if let found, let walked {
      try hold(try JSONValue(parsing: found, repeatedKeys: .lastCounts) == walked, "\(text.debugDescription) leads to two places")
    }
  }
}

enum Sample {
  static let now = Timestamp(seconds: 1_636_823_259)
}
