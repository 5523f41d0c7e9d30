import Hummingbird
import Logging
import Synchronization

/// A real HTTP receiver on loopback that keeps what it was sent and answers as the test says.
final class Receiver: Sendable {
  struct Arrival: Sendable {
    let path: String
    let headers: [String: String]
    let body: [UInt8]

    var delivery: String { headers["webhook-id"] ?? "" }
    var event: String { headers["x-event-id"] ?? "" }
  }

  private struct State {
    var arrivals: [Arrival] = []
    var counts: [String: Int] = [:]
    var waiters: [(isMet: @Sendable ([Arrival]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())
  private let answer: @Sendable (Arrival, _ earlier: Int) -> (status: Int, body: String)

  /// - Parameter answer: told of each arrival and of how many came before with the same `webhook-id`.
  init(answer: @escaping @Sendable (Arrival, _ earlier: Int) -> (status: Int, body: String) = { _, _ in (204, "") }) {
    self.answer = answer
  }

  var arrivals: [Arrival] { state.withLock { $0.arrivals } }

  /// Waits until what has arrived meets a condition.
  func wait(until isMet: @escaping @Sendable ([Arrival]) -> Bool) async {
    await withCheckedContinuation { continuation in
      let isMetNow = state.withLock { state in
        if isMet(state.arrivals) { return true }
        state.waiters.append((isMet, continuation))
        return false
      }
      if isMetNow { continuation.resume() }
    }
  }

  func wait(forArrivals count: Int) async {
    await wait { $0.count >= count }
  }

  /// Serves while `body` runs; it is given the receiver's URL.
  func serving<Value: Sendable>(_ body: @Sendable (String) async throws -> Value) async throws -> Value {
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let application = Application(
      responder: CallbackResponder { (request: Request, _: BasicRequestContext) in try await self.respond(to: request) },
      configuration: .init(address: .hostname("127.0.0.1", port: 0)), onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
      logger: Logger(label: "receiver", factory: { _ in SwiftLogNoOpLogHandler() }))
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      var iterator = ports.makeAsyncIterator()
      let bound = await iterator.next() ?? 0
      defer { group.cancelAll() }
      return try await body("http://127.0.0.1:\(bound)")
    }
  }

  private func respond(to request: Request) async throws -> Response {
    let buffer = try await request.body.collect(upTo: 8 << 20)
    var headers: [String: String] = [:]
    for field in request.headers { headers[field.name.canonicalName] = field.value }
    let arrival = Arrival(path: request.uri.path, headers: headers, body: Array(buffer.readableBytesView))
    let (earlier, met) = state.withLock { state in
      let earlier = state.counts[arrival.delivery, default: 0]
      state.counts[arrival.delivery] = earlier + 1
      state.arrivals.append(arrival)
      var met: [CheckedContinuation<Void, Never>] = []
      let arrivals = state.arrivals
      state.waiters.removeAll { waiter in
        guard waiter.isMet(arrivals) else { return false }
        met.append(waiter.continuation)
        return true
      }
      return (earlier, met)
    }
    for continuation in met { continuation.resume() }
    let (status, body) = answer(arrival, earlier)
    return Response(status: .init(code: status), body: .init(byteBuffer: .init(string: body)))
  }
}
