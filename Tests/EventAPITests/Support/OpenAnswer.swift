import EventAPI
import Fanfare
import NIOCore
import NIOPosix

/// An answer that is read as it comes, and only as far as the test wants it: what it does not read stays in the sockets.
struct OpenAnswer {
  /// The connection ended in the middle of the answer.
  struct CutOff: Error {}

  private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  private var raw: [UInt8] = []
  /// What has come of the body, without the chunks' frames, and was not taken yet.
  private var body: [UInt8] = []
  private var searched = 0
  /// Whether the last chunk has come.
  private(set) var isWhole = false
  private(set) var status = 0
  private(set) var headers: [(name: String, value: String)] = []

  /// Sends a GET on a connection of its own and hands out the answer once its head is there.
  ///
  /// - Parameter receiveBuffer: bytes that the system may keep for the client; the system's choice if nil.
  static func get<Value: Sendable>(
    _ target: String, port: Int, headers: [(String, String)] = [World.authorization], receiveBuffer: Int? = nil,
    _ body: (inout OpenAnswer) async throws -> Value
  ) async throws -> Value {
    var bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(.minutes(10))
    if let receiveBuffer { bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer)) }
    let channel = try await bootstrap.connect(host: "127.0.0.1", port: port) { channel in
      channel.eventLoop.makeCompletedFuture {
        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
      }
    }
    return try await channel.executeThenClose { inbound, outbound in
      let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
      try await outbound.write(ByteBuffer(string: "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(lines)\r\n"))
      var answer = OpenAnswer(inbound: inbound.makeAsyncIterator())
      try await answer.readHead()
      return try await body(&answer)
    }
  }

  private init(inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) { self.inbound = inbound }

  subscript(header: String) -> String? { headers.first { $0.name == header.lowercased() }?.value }

  /// The next block of an event stream, or nil at its end. Comments are blocks, too.
  mutating func block() async throws -> String? {
    while true {
      if let end = endOfBlock() {
        defer {
          body.removeSubrange(..<(end + 2))
          searched = 0
        }
        return String(decoding: body[..<end], as: UTF8.self)
      }
      if isWhole { return nil }
      try await readOn()
    }
  }

  /// Where the empty line is that ends a block; what was looked through once is not looked through again.
  private mutating func endOfBlock() -> Int? {
    body.withUnsafeBufferPointer { body in
      while searched + 1 < body.count {
        if body[searched] == 0x0A, body[searched + 1] == 0x0A { return searched }
        searched += 1
      }
      return nil
    }
  }

  /// The next event of a stream, comments passed over; nil at its end.
  mutating func event() async throws -> StreamedEvent? {
    while let block = try await block() {
      if let event = StreamedEvent(block) { return event }
    }
    return nil
  }

  mutating func events(_ count: Int) async throws -> [StreamedEvent] {
    var events: [StreamedEvent] = []
    while events.count < count, let event = try await event() { events.append(event) }
    return events
  }

  /// The rest of the body.
  mutating func rest() async throws -> String {
    while !isWhole { try await readOn() }
    defer { body = [] }
    return String(decoding: body, as: UTF8.self)
  }

  private mutating func readHead() async throws {
    let end = Array("\r\n\r\n".utf8)
    while true {
      if let split = raw.firstRange(of: end) {
        let answer = try Answer(Array(raw[..<split.upperBound]))
        (status, headers) = (answer.status, answer.headers)
        raw.removeSubrange(..<split.upperBound)
        if let length = self["content-length"].flatMap({ Int($0) }) {
          while raw.count < length { try await receive() }
          (body, raw, isWhole) = (raw, [], true)
        } else {
          unframe()
        }
        return
      }
      try await receive()
    }
  }

  private mutating func readOn() async throws {
    try await receive()
    unframe()
  }

  private mutating func receive() async throws {
    guard let buffer = try await inbound.next() else { throw CutOff() }
    raw += buffer.readableBytesView
  }

  /// Takes whole chunks out of what has come.
  private mutating func unframe() {
    while let end = raw.firstRange(of: [0x0D, 0x0A]), let size = Int(String(decoding: raw[..<end.lowerBound], as: UTF8.self), radix: 16) {
      guard raw.count >= end.upperBound + size + 2 else { return }
      body += raw[end.upperBound..<end.upperBound + size]
      raw.removeSubrange(..<(end.upperBound + size + 2))
      if size == 0 { isWhole = true }
    }
  }
}

/// One event of a stream as it stood on the wire.
struct StreamedEvent: Sendable {
  let id: String
  let type: String
  let data: String

  /// Nil for a block without data.
  init?(_ block: String) {
    var fields: [String: String] = [:]
    for line in block.split(separator: "\n") {
      let pair = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { fields[String(pair[0])] = String(pair[1].drop { $0 == " " }) }
    }
    guard let data = fields["data"] else { return nil }
    self.data = data
    id = fields["id"] ?? ""
    type = fields["event"] ?? ""
  }
}

extension World {
  /// Stores events and says so, as the composed service does.
  func publish(_ events: Event...) { publish(events) }

  func publish(_ events: [Event]) {
    store.change { state in for event in events { state.add(event) } }
    commits.fire()
  }

  func stream<Value: Sendable>(
    _ query: String = "", headers: [(String, String)] = [], token: String = adminToken, receiveBuffer: Int? = nil,
    _ body: (inout OpenAnswer) async throws -> Value
  ) async throws -> Value {
    try await OpenAnswer.get(
      "/api/v1/events/stream/" + query, port: api.port, headers: [("Authorization", "Bearer \(token)")] + headers,
      receiveBuffer: receiveBuffer, body)
  }
}

func happening(
  _ id: String, _ type: String = "ADD_BUILD", username: String? = nil, groups: [String] = [], project: String = "shop",
  receivedAt: Timestamp = MemoryStore.now, data: String? = nil
) -> Event {
  Event(
    id: id, type: EventType(type), occurredAt: MemoryStore.now, receivedAt: receivedAt, username: username, audience: Audience(groups),
    path: EventPath(inventory: InventoryPlace(project: project)), data: data.map { Array($0.utf8) })
}
