/// Reads `text/event-stream` as it comes, in pieces of any size
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
struct EventStreamParser {
  /// What a client is told of: a block with data.
  struct Message: Hashable, Sendable {
    /// `message` if the block names none.
    var event: String
    /// Several `data` lines are joined by line breaks.
    var data: [UInt8]
    /// The last id that the stream had up to here; empty if none.
    var lastEventID: String
  }

  /// The id to go on after. It moves with the end of a block, also of one without data.
  private(set) var lastEventID = ""
  /// How long to wait before connecting again, if the stream has said so.
  private(set) var retry: Duration?

  private var line: [UInt8] = []
  private var isAfterCarriageReturn = false
  private var isAtStart = true
  private var event = ""
  private var data: [UInt8] = []
  private var hasData = false
  private var pendingID: String?

  init(lastEventID: String = "") { self.lastEventID = lastEventID }

  /// Takes the next bytes.
  ///
  /// - Returns: the messages that they complete. What is left of a block when the stream ends is none.
  mutating func take(_ bytes: some Sequence<UInt8>) -> [Message] {
    var messages: [Message] = []
    for byte in bytes {
      switch byte {
      case 0x0A where isAfterCarriageReturn: isAfterCarriageReturn = false
      case 0x0A, 0x0D:
        isAfterCarriageReturn = byte == 0x0D
        if let message = endLine() { messages.append(message) }
      default:
        isAfterCarriageReturn = false
        line.append(byte)
      }
    }
    return messages
  }

  private mutating func endLine() -> Message? {
    var text = line[...]
    // One byte order mark may lead the stream.
    if isAtStart, text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    isAtStart = false
    defer { line.removeAll(keepingCapacity: true) }
    if text.isEmpty { return endBlock() }
    let colon = text.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
    var value = text[colon...].dropFirst()
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    take(field: String(decoding: text[..<colon], as: UTF8.self), value)
    return nil
  }

  /// A line that begins with a colon is a comment: a field without a name, which nobody knows.
  private mutating func take(field: String, _ value: ArraySlice<UInt8>) {
    switch field {
    case "event": event = String(decoding: value, as: UTF8.self)
    case "data":
      if hasData { data.append(0x0A) }
      hasData = true
      data += value
    case "id":
      if !value.contains(0) { pendingID = String(decoding: value, as: UTF8.self) }
    case "retry":
      if !value.isEmpty, value.allSatisfy({ (0x30...0x39).contains($0) }), let milliseconds = Int(String(decoding: value, as: UTF8.self)) {
        retry = .milliseconds(milliseconds)
      }
    default: break
    }
  }

  private mutating func endBlock() -> Message? {
    if let id = pendingID { lastEventID = id }
    defer { (event, data, hasData) = ("", [], false) }
    guard hasData else { return nil }
    return Message(event: event.isEmpty ? "message" : event, data: data, lastEventID: lastEventID)
  }
}
