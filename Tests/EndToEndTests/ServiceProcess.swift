import Foundation
import Synchronization

/// A real `fanfare serve` in a process of its own, with its own data directory and ports that the system chose.
final class ServiceProcess: Sendable {
  let url: String
  let internalURL: String
  let directory: URL
  private let process: Process
  private let log: LogReader

  /// Starts the service and waits until it says that it is up.
  ///
  /// - Parameter settings: more keys, as `--set key=value` has them.
  static func start(in directory: URL, settings: [String: String]) async throws -> ServiceProcess {
    let process = Process()
    process.executableURL = CommandRun.executable
    var all = [
      "data.directory": directory.path, "http.listen": "127.0.0.1:0", "internal.listen": "127.0.0.1:0", "log.format": "json",
      "delivery.allowNetworks": "127.0.0.0/8",
      // No receiver here hangs; on a machine that is busy elsewhere, one may be late.
      "delivery.timeout": "10m",
    ]
    all.merge(settings) { $1 }
    process.arguments = ["serve"] + all.flatMap { ["--set", "\($0.key)=\($0.value)"] }
    process.environment = ["PATH": "/usr/bin:/bin"]
    let errors = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    let log = LogReader(errors.fileHandleForReading)
    try process.run()
    guard let up = await log.line(where: { $0["message"] as? String == "Fanfare is up" }) else {
      if process.isRunning { process.terminate() }
      throw ServiceFailure(description: "the service did not come up: \(log.tail)")
    }
    return ServiceProcess(
      process: process, log: log, url: up["url"] as? String ?? "", internalURL: up["internal_url"] as? String ?? "", directory: directory)
  }

  private init(process: Process, log: LogReader, url: String, internalURL: String, directory: URL) {
    self.process = process
    self.log = log
    self.url = url
    self.internalURL = internalURL
    self.directory = directory
  }

  /// A test that failed before it came to its stop leaves no service behind.
  deinit {
    if process.isRunning { process.terminate() }
  }

  var token: String {
    get throws {
      try String(contentsOf: directory.appending(path: "admin.token"), encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  /// Waits for a line of the log with this message.
  func waitForLog(_ message: String) async -> Bool {
    await log.line(where: { $0["message"] as? String == message }) != nil
  }

  /// Takes its life without a word: SIGKILL.
  func kill() async {
    Foundation.kill(process.processIdentifier, SIGKILL)
    await exited()
  }

  /// Asks it to stop: SIGTERM.
  ///
  /// - Returns: its exit code.
  @discardableResult func stop() async -> Int32 {
    process.terminate()
    await exited()
    return process.terminationStatus
  }

  /// Tells it to read its files again: SIGHUP.
  func hangUp() { Foundation.kill(process.processIdentifier, SIGHUP) }

  var processIdentifier: Int32 { process.processIdentifier }

  var logTail: String { log.tail }
  var wholeLog: String { log.text }

  private func exited() async {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { [process] in
        process.waitUntilExit()
        continuation.resume()
      }
    }
  }
}

struct ServiceFailure: Error, CustomStringConvertible {
  let description: String
}

/// Reads a log of JSON lines as it is written, and lets tests wait for one.
private final class LogReader: Sendable {
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
