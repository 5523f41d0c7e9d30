/// Reads what producers send: one event, an array of them, or CloudEvents in either mode (contract §3 and §4).
///
/// A pure function of its arguments: the time and new ids are handed in.
public struct EventDecoder: Sendable {
  /// What becomes of types that neither the seed nor `events.extraTypes` lists.
  public enum UnknownTypes: String, Sendable, CaseIterable {
    case accept
    case quarantine
  }

  /// `events.maxBytes`.
  public var maximumBytes: Int
  /// `events.extraTypes`.
  public var extraTypes: Set<String>
  public var unknownTypes: UnknownTypes

  public init(maximumBytes: Int = 1_048_576, extraTypes: Set<String> = [], unknownTypes: UnknownTypes = .accept) {
    self.maximumBytes = maximumBytes
    self.extraTypes = extraTypes
    self.unknownTypes = unknownTypes
  }

  /// Something to read, with what came around it.
  public struct Content: Sendable {
    /// With its encoding undone.
    public var body: [UInt8]
    public var contentType: String?
    public var headers: JSONValue?
    /// The broker's identity for the message, used where the event has no id of its own.
    public var messageID: String?
    public var sentAt: Timestamp?
    public var receivedAt: Timestamp

    public init(
      body: [UInt8], contentType: String? = nil, headers: JSONValue? = nil, messageID: String? = nil, sentAt: Timestamp? = nil,
      receivedAt: Timestamp
    ) {
      self.body = body
      self.contentType = contentType
      self.headers = headers
      self.messageID = messageID
      self.sentAt = sentAt
      self.receivedAt = receivedAt
    }
  }

  /// One event of the content, or why it is none, and the bytes it was read from.
  public struct Reading: Sendable {
    public var result: Result<Event, Fault>
    public var range: Range<Int>
  }

  /// Why something is not an event.
  public struct Fault: Error, Sendable {
    public var reason: Quarantined.Reason
    public var errors: [ValidationError]

    public init(reason: Quarantined.Reason, errors: [ValidationError]) {
      self.reason = reason
      self.errors = errors
    }

    /// For people: every error in a sentence.
    public var detail: String {
      errors.map { $0.pointer.isEmpty ? $0.message : "\($0.pointer): \($0.message)" }.joined(separator: "; ")
    }
  }

  /// Reads every event in the content. An array's elements stand for themselves: one that is wrong does not spoil the others.
  ///
  /// - Parameter makeID: makes the id of an event that came without any.
  public func read(_ content: Content, makeID: () -> String) -> [Reading] {
    let whole = 0..<content.body.count
    if content.body.count > maximumBytes {
      return [
        failure(.tooLarge, "the message has \(content.body.count) bytes; at most \(maximumBytes) are allowed (events.maxBytes)", whole)
      ]
    }
    let mediaType = MediaType(content.contentType)
    // Batch and structured mode say so in the content type; only then are headers not looked at.
    let isCloudEvent = mediaType == .cloudEvent || mediaType == .cloudEventBatch
    if !isCloudEvent, let attributes = CloudEvent.attributes(inHeaders: content.headers) {
      return [readBinary(attributes, content, mediaType, makeID)]
    }
    var scanner = JSONScanner(content.body)
    do {
      if scanner.peek() == UInt8(ascii: "["), mediaType != .cloudEvent { return try readArray(&scanner, content, mediaType, makeID) }
      let members = try readMembers(&scanner)
      try scanner.expectEnd()
      return [
        Reading(result: event(of: members, content, isCloudEvent: isCloudEvent, base: "", index: nil, makeID), range: whole)
      ]
    } catch {
      if content.body.starts(with: [0xEF, 0xBB, 0xBF]) {
        return [failure(.malformedJSON, "the text starts with a byte order mark, which JSON must not have", whole)]
      }
      return [failure(.malformedJSON, "the message is not a JSON object or array of objects: \(error)", whole)]
    }
  }

  // MARK: Forms

  private func readArray(
    _ scanner: inout JSONScanner, _ content: Content, _ mediaType: MediaType, _ makeID: () -> String
  ) throws(JSONError) -> [Reading] {
    var ranges: [Range<Int>] = []
    try scanner.array { (scanner) throws(JSONError) in ranges.append(try scanner.skipValue()) }
    try scanner.expectEnd()
    return ranges.enumerated().map { index, range in
      guard content.body[range.lowerBound] == UInt8(ascii: "{") else {
        return failure(.invalidEvent, "an element of the array is not an object", range, pointer: "/\(index)")
      }
      var scanner = JSONScanner(content.body, in: range)
      do {
        let members = try readMembers(&scanner)
        return Reading(
          result: event(of: members, content, isCloudEvent: mediaType == .cloudEventBatch, base: "/\(index)", index: index, makeID),
          range: range)
      } catch {
        return failure(.malformedJSON, "\(error)", range, pointer: "/\(index)")
      }
    }
  }

  private func readMembers(_ scanner: inout JSONScanner) throws(JSONError) -> [EventReader.Member] {
    var members: [EventReader.Member] = []
    members.reserveCapacity(16)
    try scanner.object { (key, scanner) throws(JSONError) in
      let range = try scanner.skipValue()
      members.append(EventReader.Member(key: key, bytes: scanner.bytes, range: range))
    }
    return members
  }

  private func readBinary(_ attributes: [JSONValue.Member], _ content: Content, _ mediaType: MediaType, _ makeID: () -> String) -> Reading {
    let whole = 0..<content.body.count
    var members = attributes.map { EventReader.Member(key: $0.key, value: $0.value) }
    if let contentType = content.contentType, mediaType != .json, !members.contains(where: { $0.key == "datacontenttype" }) {
      members.append(EventReader.Member(key: "datacontenttype", value: .string(contentType)))
    }
    if !content.body.isEmpty {
      if mediaType == .other {
        members.append(EventReader.Member(key: "data_base64", value: .string(Base64.encode(content.body))))
      } else {
        var scanner = JSONScanner(content.body)
        do {
          let range = try scanner.skipValue()
          try scanner.expectEnd()
          members.append(EventReader.Member(key: "data", bytes: content.body, range: range))
        } catch {
          return failure(.malformedJSON, "the CloudEvent's data is not JSON: \(error)", whole)
        }
      }
    }
    return Reading(result: event(of: members, content, isCloudEvent: true, base: "", index: nil, makeID), range: whole)
  }

  private func event(
    of members: [EventReader.Member], _ content: Content, isCloudEvent: Bool, base: String, index: Int?, _ makeID: () -> String
  ) -> Result<Event, Fault> {
    var members = members
    var traceparent = Traceparent.valid(content.headers?["traceparent"]?.stringValue)
    if isCloudEvent {
      traceparent = Traceparent.valid(CloudEvent.text("traceparent", in: members)) ?? traceparent
      do {
        members = try CloudEvent.members(of: members)
      } catch {
        return .failure(
          Fault(reason: .invalidCloudEvent, errors: [ValidationError(pointer: base, code: "invalid_cloudevent", message: error.detail)]))
      }
    }
    // Elements of an array share the message's identity, so each gets its place added: a redelivery is recognised all the same.
    let messageID = content.messageID.flatMap { $0.isEmpty ? nil : $0 }.map { id in index.map { "\(id)#\($0)" } ?? id }
    if let messageID, !members.contains(where: { $0.key == "id" && !$0.isNull }), let fault = PrintableText.fault(of: messageID, limit: 255)
    {
      let message = "the message_id that stands in for the missing id must have 1 to 255 printable characters, and \(fault)"
      return .failure(
        Fault(reason: .invalidEvent, errors: [ValidationError(pointer: base + "/id", code: "invalid_string", message: message)]))
    }
    let defaults = EventReader.Defaults(
      id: messageID, occurredAt: content.sentAt ?? content.receivedAt, receivedAt: content.receivedAt, traceparent: traceparent)
    switch EventReader.read(members, base: base, defaults: defaults, makeID: makeID) {
    case .failure(let failure): return .failure(Fault(reason: .invalidEvent, errors: failure.errors))
    case .success(let event):
      if unknownTypes == .quarantine, !isKnown(event.type) {
        let message = "the type \"\(event.type)\" is neither one of the Event service's nor in events.extraTypes"
        return .failure(
          Fault(reason: .unknownType, errors: [ValidationError(pointer: base + "/type", code: "unknown_type", message: message)]))
      }
      return .success(event)
    }
  }

  /// Whether a type is the seed's or configured.
  public func isKnown(_ type: EventType) -> Bool { type.isKnown || extraTypes.contains(type.name) }

  private func failure(_ reason: Quarantined.Reason, _ message: String, _ range: Range<Int>, pointer: String = "") -> Reading {
    let error = ValidationError(pointer: pointer, code: reason.rawValue, message: message)
    return Reading(result: .failure(Fault(reason: reason, errors: [error])), range: range)
  }
}

/// What a content type means to the decoder; parameters do not matter.
enum MediaType {
  case json
  case cloudEvent
  case cloudEventBatch
  case other

  init(_ contentType: String?) {
    // What nearly everybody sends.
    if contentType == "application/json" {
      self = .json
      return
    }
    let essence = contentType?.split(separator: ";").first.map { $0.trimmingSpaces.lowercased() } ?? ""
    switch essence {
    case "", "application/json", "text/json": self = .json
    case "application/cloudevents+json": self = .cloudEvent
    case "application/cloudevents-batch+json": self = .cloudEventBatch
    default: self = essence.hasSuffix("+json") ? .json : .other
    }
  }
}

/// W3C Trace Context: `00-<32 hex>-<16 hex>-<2 hex>`, in lower case.
enum Traceparent {
  static func valid(_ text: String?) -> String? {
    guard let text else { return nil }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 4, parts.map(\.utf8.count) == [2, 32, 16, 2],
      parts.allSatisfy({ $0.utf8.allSatisfy { $0 &- 0x30 < 10 || (0x61...0x66).contains($0) } })
    else { return nil }
    return text
  }
}
