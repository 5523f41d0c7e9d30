import Foundation
import Synchronization

/// A real `fanfare` command in a process of its own, asking a service with the admin's token.
final class CommandProcess: Sendable {
  private struct State {
    var bytes = Data()
    var isFinished = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private final class Output: Sendable {
    let state = Mutex(State())

    func take(_ data: Data) {
      let waiter = state.withLock { state in
        state.bytes.append(data)
        state.isFinished = data.isEmpty
        return state.waiter.take()
      }
      waiter?.resume()
    }
  }

  private let process = Process()
  private let output = Output()
  private let errors = Output()

  init(_ arguments: [String], of service: ServiceProcess) throws {
    // The test bundle and the executable are built into the same folder.
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "fanfare")
    process.arguments = arguments
    process.environment = ["PATH": "/usr/bin:/bin", "FANFARE_URL": service.url, "FANFARE_TOKEN": try service.token]
    process.standardInput = FileHandle.nullDevice
    for (pipe, end) in [(Pipe(), output), (Pipe(), errors)] {
      if end === output { process.standardOutput = pipe } else { process.standardError = pipe }
      pipe.fileHandleForReading.read { end.take($0) }
    }
    try process.run()
  }

  deinit {
    if process.isRunning { process.terminate() }
  }

  /// The lines that it has printed, once there are at least so many, or it has ended.
  func lines(_ count: Int) async -> [String] {
    while true {
      let (lines, isFinished) = output.state.withLock { state in
        (String(decoding: state.bytes, as: UTF8.self).split(separator: "\n").map(String.init), state.isFinished)
      }
      if lines.count >= count || isFinished { return lines }
      await withCheckedContinuation { continuation in
        let isLate = output.state.withLock { state in
          if state.isFinished || state.bytes.count(where: { $0 == UInt8(ascii: "\n") }) >= count { return true }
          state.waiter = continuation
          return false
        }
        if isLate { continuation.resume() }
      }
    }
  }

  /// What it has said on standard error so far.
  var notes: String { errors.state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

  func signal(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for its end.
  ///
  /// - Returns: its exit code.
  func exited() async -> Int32 {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { [process] in
        process.waitUntilExit()
        continuation.resume()
      }
    }
    return process.terminationStatus
  }
}
