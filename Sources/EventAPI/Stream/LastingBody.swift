import Hummingbird
import ServiceLifecycle
import Synchronization

/// A response body that takes its time: it ends when its source has ended, and is cut off when the source fails, when the client takes
/// nothing any more, and when the server stops.
struct LastingBody: Sendable {
  /// How long a client may leave what was written.
  let patience: Duration
  /// Told when a client was given up on.
  var onSlow: @Sendable () -> Void = {}

  /// - Parameter request: watched for the client hanging up, if that has to be known before the next write; the connection ends with the
  ///   body.
  func body(
    watching request: Request? = nil, from source: @escaping @Sendable (inout BodyOutlet) async throws -> Void
  ) -> ResponseBody {
    ResponseBody { writer in
      guard let request else {
        try await write(from: source, to: writer)
        return
      }
      try await request.body.consumeWithCancellationOnInboundClose { _ in
        try await write(from: source, to: writer)
      }
    }
  }

  private func write(
    from source: @escaping @Sendable (inout BodyOutlet) async throws -> Void, to writer: any ResponseBodyWriter
  ) async throws {
    let watch = WriteWatch(patience: patience)
    let outlet = BodyOutlet(writer: writer, watch: watch)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await cancelWhenGracefulShutdown {
          var outlet = outlet
          try await source(&outlet)
          try await outlet.finish()
        }
      }
      group.addTask { try await watch.run() }
      do {
        try await group.next()
      } catch {
        if error is SlowClient { onSlow() }
        throw error
      }
      group.cancelAll()
    }
  }
}

/// Where a ``LastingBody`` is written to. Writing waits until the client has taken most of what was written before.
struct BodyOutlet: Sendable {
  /// Lent to the one child that writes, which has ended when the body has.
  private nonisolated(unsafe) var writer: any ResponseBodyWriter
  private let watch: WriteWatch

  fileprivate init(writer: any ResponseBodyWriter, watch: WriteWatch) {
    self.writer = writer
    self.watch = watch
  }

  mutating func write(_ bytes: [UInt8]) async throws {
    watch.begin()
    try await writer.write(ByteBuffer(bytes: bytes))
    watch.end()
  }

  fileprivate mutating func finish() async throws {
    watch.begin()
    try await writer.finish(nil)
    watch.end()
  }
}

/// The client has not taken what was written for too long.
struct SlowClient: Error {}

/// Watches for a write that does not come to its end.
private final class WriteWatch: Sendable {
  private let patience: Duration
  /// When the write began that is under way.
  private let begun = Mutex<ContinuousClock.Instant?>(nil)

  init(patience: Duration) { self.patience = patience }

  func begin() { begun.withLock { $0 = .now } }
  func end() { begun.withLock { $0 = nil } }

  /// - Throws: ``SlowClient``, once a write takes longer than it may.
  func run() async throws {
    while true {
      let now = ContinuousClock.now
      let due = (begun.withLock { $0 } ?? now) + patience
      if due <= now { throw SlowClient() }
      // Until the write that is under way, or one that begins now, would have taken too long.
      try await Task.sleep(until: due)
    }
  }
}
