import Foundation
import ServiceFixture
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

    /// Waits until there is something more, or nothing more to come; not at all if `isEnough` already.
    func wait(unless isEnough: @escaping @Sendable (Data) -> Bool) async {
      await withCheckedContinuation { continuation in
        let isLate = state.withLock { state in
          if state.isFinished || isEnough(state.bytes) { return true }
          state.waiter = continuation
          return false
        }
        if isLate { continuation.resume() }
      }
    }

    /// Waits for the end of what is written.
    func ended() async {
      while !state.withLock({ $0.isFinished }) { await wait { _ in false } }
    }
  }

  private let process = Process()
  private let output = Output()
  private let errors = Output()

  /// - Parameter isClient: false for a command that works on files, and asks no service.
  init(_ arguments: [String], of service: ServiceProcess, isClient: Bool = true) throws {
    process.executableURL = ServiceProcess.executable
    process.arguments = arguments
    process.environment = ["PATH": "/usr/bin:/bin"]
    if isClient { process.environment?.merge(["FANFARE_URL": service.url, "FANFARE_TOKEN": try service.token]) { $1 } }
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
      await output.wait { bytes in bytes.count { $0 == UInt8(ascii: "\n") } >= count }
    }
  }

  /// What it has said on standard error so far.
  var notes: String { errors.state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

  /// Waits until it has said this on standard error.
  ///
  /// - Returns: false if it ended without.
  func says(_ text: String) async -> Bool {
    let isSaid: @Sendable (Data) -> Bool = { String(decoding: $0, as: UTF8.self).contains(text) }
    while true {
      let (isMet, isFinished) = errors.state.withLock { (isSaid($0.bytes), $0.isFinished) }
      if isMet || isFinished { return isMet }
      await errors.wait(unless: isSaid)
    }
  }

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
    // What it printed last may still be on its way through the pipes.
    await output.ended()
    await errors.ended()
    return process.terminationStatus
  }
}
