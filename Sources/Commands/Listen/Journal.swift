import Glibc
import Synchronization

/// Prints arrivals and counts them.
final class Journal: Sendable {
  enum Style: Sendable { case lines, json, counter }

  fileprivate struct State {
    var requests = 0
    var accepted = 0
    var failedOnPurpose = 0
    var badSignatures = 0
    var repeated = 0
    var shownAt: ContinuousClock.Instant?
    var waiter: CheckedContinuation<Void, Never>?
    var isFull = false
  }

  private let style: Style
  private let limit: Int?
  private let state = Mutex(State())

  /// - Parameter limit: after so many requests ``full()`` returns.
  init(style: Style, limit: Int?) {
    self.style = style
    self.limit = limit
  }

  func enter(_ request: ReceivedRequest) {
    let (counter, waiter) = state.withLock { state -> (String?, CheckedContinuation<Void, Never>?) in
      state.requests += 1
      if (200..<300).contains(request.status) { state.accepted += 1 }
      if request.isFailureOnPurpose { state.failedOnPurpose += 1 }
      switch request.signature {
      case .bad, .stale, .missing: state.badSignatures += 1
      case .good, .unchecked: break
      }
      if request.arrival > 1 { state.repeated += 1 }
      // Printed under the lock: lines of several connections must neither mix nor change their order.
      switch style {
      case .lines: Console.print(request.line)
      case .json: Console.write(request.json + [UInt8(ascii: "\n")])
      case .counter: break
      }
      return (counterLine(&state), state.requests == limit ? state.fill() : nil)
    }
    if let counter { Console.write(counter, to: STDERR_FILENO) }
    waiter?.resume()
  }

  /// Returns when the limit is reached, or after ``stop()``.
  func full() async {
    await withCheckedContinuation { continuation in
      let isFull = state.withLock { state in
        if !state.isFull { state.waiter = continuation }
        return state.isFull
      }
      if isFull { continuation.resume() }
    }
  }

  func stop() {
    let waiter = state.withLock { $0.fill() }
    waiter?.resume()
  }

  var summary: String {
    state.withLock { state in
      var parts = ["\(state.requests) requests, \(state.accepted) accepted"]
      if state.failedOnPurpose > 0 { parts.append("\(state.failedOnPurpose) failed on purpose") }
      if state.badSignatures > 0 { parts.append("\(state.badSignatures) with a wrong or missing signature") }
      if state.repeated > 0 { parts.append("\(state.repeated) that had come before") }
      return parts.joined(separator: ", ")
    }
  }

  /// The counter's line, at most ten times a second.
  private func counterLine(_ state: inout State) -> String? {
    guard style == .counter, Console.isErrorTerminal else { return nil }
    let now = ContinuousClock.now
    if let shownAt = state.shownAt, now - shownAt < .milliseconds(100) { return nil }
    state.shownAt = now
    return "\r\u{1B}[K\(state.requests) requests, \(state.accepted) accepted"
  }
}

extension Journal.State {
  fileprivate mutating func fill() -> CheckedContinuation<Void, Never>? {
    isFull = true
    defer { waiter = nil }
    return waiter
  }
}
