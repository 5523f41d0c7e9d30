import Foundation
import Synchronization

/// Reads a log of JSON lines as it is written, and lets tests wait for one.
final class LogReader: Sendable {
  private struct State {
    var lines: [String] = []
    var rest = Data()
    var isFinished = false
    var waiters: [(matches: @Sendable ([String: Any]) -> Bool, continuation: CheckedContinuation<Bool, Never>)] = []
  }

  private let state = Mutex(State())

  init(_ handle: FileHandle) {
    handle.read { [weak self] in self?.take($0) }
  }

  var text: String { state.withLock { $0.lines.joined(separator: "\n") } }
  var tail: String { state.withLock { $0.lines.suffix(12).joined(separator: "\n") } }

  /// The first line that fits, now or later; nil once the log has ended without one.
  func line(where matches: @escaping @Sendable ([String: Any]) -> Bool) async -> [String: Any]? {
    _ = await withCheckedContinuation { continuation in
      let answer: Bool? = state.withLock { state in
        if state.lines.contains(where: { Self.parse($0).map(matches) ?? false }) { return true }
        if state.isFinished { return false }
        state.waiters.append((matches, continuation))
        return nil
      }
      if let answer { continuation.resume(returning: answer) }
    }
    return state.withLock { $0.lines }.lazy.compactMap(Self.parse).first(where: matches)
  }

  private func take(_ data: Data) {
    let ready: [(CheckedContinuation<Bool, Never>, Bool)] = state.withLock { state in
      var ready: [(CheckedContinuation<Bool, Never>, Bool)] = []
      if data.isEmpty {
        state.isFinished = true
        ready = state.waiters.map { ($0.continuation, false) }
        state.waiters = []
        return ready
      }
      state.rest.append(data)
      while let end = state.rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: state.rest[state.rest.startIndex..<end], as: UTF8.self)
        state.rest.removeSubrange(state.rest.startIndex...end)
        state.lines.append(line)
        guard let parsed = Self.parse(line) else { continue }
        state.waiters.removeAll { waiter in
          guard waiter.matches(parsed) else { return false }
          ready.append((waiter.continuation, true))
          return true
        }
      }
      return ready
    }
    for (continuation, found) in ready { continuation.resume(returning: found) }
  }

  private static func parse(_ line: String) -> [String: Any]? {
    try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
  }
}
