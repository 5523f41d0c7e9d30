import Logging
import Synchronization
import Threading

/// What was logged, as a signal to wait for.
final class LogWatch: Sendable {
  struct Line: Sendable {
    var message: String
    var metadata: [String: String]
  }

  private let lines = BatchStream<Line>()
  private let kept = Mutex<[Line]>([])
  /// What came together with the line that was last waited for, and after it.
  private let rest = Mutex<ArraySlice<Line>>([])

  var logger: Logger {
    Logger(label: "test") { _ in Handler(watch: self) }
  }

  /// Everything so far.
  var all: [Line] { kept.withLock { $0 } }

  /// The next line that says so, since the last wait. One waiter at a time.
  @discardableResult
  func wait(for message: String, where matches: (Line) -> Bool = { _ in true }) async -> Line? {
    if let line = take(message, matches, from: rest.withLock { $0 }) { return line }
    for await batch in lines {
      if let line = take(message, matches, from: batch[...]) { return line }
    }
    return nil
  }

  private func take(_ message: String, _ matches: (Line) -> Bool, from lines: ArraySlice<Line>) -> Line? {
    let index = lines.firstIndex { $0.message == message && matches($0) }
    rest.withLock { $0 = index.map { lines[($0 + 1)...] } ?? [] }
    return index.map { lines[$0] }
  }

  private struct Handler: LogHandler {
    let watch: LogWatch
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let line = Line(message: "\(event.message)", metadata: (event.metadata ?? [:]).mapValues { "\($0)" })
      watch.kept.withLock { $0.append(line) }
      watch.lines.send(line)
    }
  }
}
