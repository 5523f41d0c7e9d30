import NIOHTTP1

/// What of a request decides how its answer is framed, and whether the connection can go on behind it.
struct AnsweredRequest {
  private let isHead: Bool
  private let isHTTP10: Bool
  private let isKeepAlive: Bool
  private let asksForAnotherProtocol: Bool
  /// Nil for a chunked body, which ends where it ends.
  private let declared: Int?
  private var received = 0
  /// Whether the client waits for a word before it sends the body.
  private var waitsForInvitation: Bool
  /// Whether the whole request has come.
  var isComplete = false
  /// Whether the rest of the body cannot be read.
  var isBroken = false
  /// Whether the answer is the connection's last one; known once its head is written.
  private(set) var endsConnection = false

  init(_ head: HTTPRequestHead) {
    isHead = head.method == .HEAD
    isHTTP10 = head.version == .http1_0
    isKeepAlive = head.isKeepAlive
    asksForAnotherProtocol = head.asksForAnotherProtocol
    if let length = head.headers.first(name: "content-length") {
      declared = Int(length)
    } else {
      declared = head.headers.contains(name: "transfer-encoding") ? nil : 0
    }
    waitsForInvitation = !isHTTP10 && head.headers.first(name: "expect")?.lowercased() == "100-continue"
  }

  /// Whether only the head of the answer is sent.
  var hasNoAnswerBody: Bool { isHead }

  mutating func bodyArrived(_ count: Int) {
    received += count
    // It did not wait.
    waitsForInvitation = false
  }

  /// Whether the client is to be told to go on; true once.
  mutating func takeInvitation() -> Bool {
    defer { waitsForInvitation = false }
    return waitsForInvitation && !isComplete
  }

  /// Decides with the head of the answer whether it is the last one, and says so in it.
  mutating func answer(with head: inout HTTPResponseHead) {
    if (100..<200).contains(head.status.code) { return }
    // HTTP/1.0 knows no chunks: the encoder ends the body with the connection if it sees that version.
    if isHTTP10 { head.version = .http1_0 }
    endsConnection = !isKeepAlive || isHTTP10 || asksForAnotherProtocol || isBroken || !canGoOn || head.headers.isLast
    if endsConnection { head.headers.replaceOrAdd(name: "Connection", value: "close") }
  }

  /// Whether what is still to come of the request is known to be little, so that it can be skipped. A client that waits for `100 Continue`
  /// and gets this answer instead may send the body or not, and nobody could tell what comes next.
  private var canGoOn: Bool {
    if isComplete { return true }
    guard let declared else { return false }
    return !waitsForInvitation && declared - received <= ListenerLimits.maximumDrainedBytes
  }
}

extension HTTPHeaders {
  fileprivate var isLast: Bool { self[canonicalForm: "connection"].contains { $0.lowercased() == "close" } }
}
