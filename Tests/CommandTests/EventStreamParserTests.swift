import Testing

@testable import fanfare

/// The examples of the specification, and its corners.
@Suite struct EventStreamParserTests {
  private static func messages(_ text: String, pieces: Int = .max) -> [EventStreamParser.Message] {
    var parser = EventStreamParser()
    var rest = Array(text.utf8)[...]
    var messages: [EventStreamParser.Message] = []
    while !rest.isEmpty {
      messages += parser.take(rest.prefix(pieces))
      rest = rest.dropFirst(pieces)
    }
    return messages
  }

  private static func message(_ data: String, event: String = "message", id: String = "") -> EventStreamParser.Message {
    EventStreamParser.Message(event: event, data: Array(data.utf8), lastEventID: id)
  }

  @Test(arguments: [
    ("data: YHOO\ndata: +2\ndata: 10\n\n", [message("YHOO\n+2\n10")]),
    (
      ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
      [message("first event", id: "1"), message("second event"), message(" third event")]
    ),
    ("data\n\ndata\ndata\n\ndata:", [message(""), message("\n")]),
    ("data:test\n\ndata: test\n\n", [message("test"), message("test")]),
    ("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n", [message("73857293", event: "add"), message("2153", event: "remove")]),
    ("event: lost\n\ndata: kept\n\n", [message("kept")]),
    ("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\n", [message("a")]),
    ("data: a\r\rdata: b\r\n\r\ndata: c\n\r\n", [message("a"), message("b"), message("c")]),
    ("id: x\u{0}y\ndata: a\n\n", [message("a")]),
    ("id: 5\n\ndata: a\n\n", [message("a", id: "5")]),
    ("data: größer: ☃\nnonsense: 1\nDATA: 2\n\n", [message("größer: ☃")]),
    ("data: not ended\n", []),
  ])
  fileprivate func `a stream is read as the specification says, in pieces of any size`(
    text: String, expected: [EventStreamParser.Message]
  ) {
    for pieces in [1, 2, 3, 7, .max] { #expect(Self.messages(text, pieces: pieces) == expected, "in pieces of \(pieces)") }
  }

  @Test func `the id to go on after moves with the end of a block, and the wait is kept if it is a number`() {
    var parser = EventStreamParser(lastEventID: "before")
    #expect(parser.lastEventID == "before")
    _ = parser.take("retry: 1500\nid: 7\ndata: x\n".utf8)
    #expect(parser.lastEventID == "before")
    #expect(parser.retry == .milliseconds(1500))
    _ = parser.take("\nretry: 1x\nretry:\n\n".utf8)
    #expect(parser.lastEventID == "7")
    #expect(parser.retry == .milliseconds(1500))
  }
}
