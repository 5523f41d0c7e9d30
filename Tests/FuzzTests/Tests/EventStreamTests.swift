import Testing

@testable import fanfare

/// The client's reader of streams: here and not among the targets, since libFuzzer's program cannot link the commands.
@Suite struct EventStreamTests {
  private static let target = FuzzTarget(
    "event-stream", words: ["data:", "id: ", "event:", "retry:", "\r\n\r\n", "\r", "\n\n", "\u{FEFF}", ":"]
  ) {
    input in
    var (whole, pieces) = (EventStreamParser(), EventStreamParser())
    let messages = whole.take(input)
    var fromPieces: [EventStreamParser.Message] = []
    var rest = input[...]
    var length = 1
    while !rest.isEmpty {
      fromPieces += pieces.take(rest.prefix(length))
      rest = rest.dropFirst(length)
      length = length % 7 + 1
    }
    try hold(fromPieces == messages, "pieces make \(fromPieces.count) messages, the whole \(messages.count)")
    try hold(pieces.lastEventID == whole.lastEventID && pieces.retry == whole.retry, "pieces end elsewhere")
    try hold(messages.reduce(0) { $0 + $1.data.count } <= input.count, "more data than came")
  }

  @Test func `a stream says the same in pieces of any size`() throws {
    let corpus = [
      "retry: 1000\n\nid: 1\nevent: e\ndata: {\"a\":1}\n\n", ": comment\r\n\r\ndata\ndata: b\r\ndata:c\r\n\r\nid\r\n\r\n",
      "\u{FEFF}data: x\n\ndata: y",
    ].map { Array($0.utf8) }
    for input in corpus { try Self.target.read(input) }
    var mutator = Mutator(target: Self.target, corpus: corpus, seed: 6)
    for _ in 0..<1_000 { try Self.target.read(mutator.next()) }
  }
}
