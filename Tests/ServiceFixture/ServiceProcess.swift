public import Foundation
import Synchronization

/// A real `fanfare serve` in a process of its own, with its own data directory and ports that the system chose.
public final class ServiceProcess: Sendable {
  /// How a process ended.
  public enum Ending: Sendable, Hashable {
    case exited(code: Int32)
    case killed(signal: Int32)
  }

  /// Tests, programs of the tests and the executable are built into the same folder.
  public static let executable =
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "fanfare")

  public let directory: URL
  private let process: Process
  private let log: LogReader
  private let addresses = Mutex(Addresses())

  private struct Addresses {
    var url = ""
    var internalURL = ""
  }

  /// Starts the service and waits until it says that it is up.
  ///
  /// - Parameters:
  ///   - settings: more keys, as `--set key=value` has them.
  ///   - environment: more variables; of the caller's it gets none.
  /// - Throws: ``ServiceFailure`` if it ends before.
  public static func start(
    in directory: URL, settings: [String: String], environment: [String: String] = [:]
  ) async throws -> ServiceProcess {
    let service = try launch(in: directory, settings: settings, environment: environment)
    guard await service.isUp() else {
      throw ServiceFailure(description: "the service did not come up: \(service.logTail)")
    }
    return service
  }

  /// Starts the service and waits for nothing.
  ///
  /// - Parameter environment: more variables; of the caller's it gets none.
  public static func launch(
    in directory: URL, settings: [String: String], environment: [String: String] = [:]
  ) throws -> ServiceProcess {
    let process = Process()
    process.executableURL = executable
    var all = [
      "data.directory": directory.path, "http.listen": "127.0.0.1:0", "internal.listen": "127.0.0.1:0", "log.format": "json",
      "delivery.allowNetworks": "127.0.0.0/8",
      // No receiver here hangs; on a machine that is busy elsewhere, one may be late.
      "delivery.timeout": "10m", "http.headerTimeout": "10m", "http.bodyTimeout": "10m", "http.idleTimeout": "10m",
    ]
    all.merge(settings) { $1 }
    process.arguments = ["serve"] + all.flatMap { ["--set", "\($0.key)=\($0.value)"] }
    process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
    let errors = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    let log = LogReader(errors.fileHandleForReading)
    try process.run()
    return ServiceProcess(process: process, log: log, directory: directory)
  }

  private init(process: Process, log: LogReader, directory: URL) {
    self.process = process
    self.log = log
    self.directory = directory
  }

  /// A test that failed before it came to its stop leaves no service behind.
  deinit {
    if process.isRunning { process.terminate() }
  }

  /// Waits until it says that it is up.
  ///
  /// - Returns: false if it ended before.
  public func isUp() async -> Bool {
    guard let up = await log.line(where: { $0["message"] as? String == "Fanfare is up" }) else { return false }
    let found = Addresses(url: up["url"] as? String ?? "", internalURL: up["internal_url"] as? String ?? "")
    addresses.withLock { $0 = found }
    return true
  }

  /// Of the public listener; empty before it is up.
  public var url: String { addresses.withLock { $0.url } }
  public var internalURL: String { addresses.withLock { $0.internalURL } }

  public var token: String {
    get throws {
      try String(contentsOf: directory.appending(path: "admin.token"), encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  /// Waits for a line of the log with this message.
  ///
  /// - Parameter part: the one that it is about; any if nil.
  public func waitForLog(_ message: String, part: String? = nil) async -> Bool {
    await log.line(where: { $0["message"] as? String == message && (part == nil || $0["part"] as? String == part) }) != nil
  }

  /// Takes its life without a word: SIGKILL.
  public func kill() async {
    Foundation.kill(process.processIdentifier, SIGKILL)
    await ended()
  }

  /// Sends SIGTERM, and does not wait.
  public func askToStop() { Foundation.kill(process.processIdentifier, SIGTERM) }

  /// Asks it to stop: SIGTERM.
  ///
  /// - Returns: its exit code.
  @discardableResult public func stop() async -> Int32 {
    process.terminate()
    await ended()
    return process.terminationStatus
  }

  /// Tells it to read its files again: SIGHUP.
  public func hangUp() { Foundation.kill(process.processIdentifier, SIGHUP) }

  public var processIdentifier: Int32 { process.processIdentifier }
  public var isRunning: Bool { process.isRunning }

  public var logTail: String { log.tail }
  public var wholeLog: String { log.text }

  /// Waits for its end, whoever brings it about.
  @discardableResult public func ended() async -> Ending {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { [process] in
        process.waitUntilExit()
        continuation.resume()
      }
    }
    let code = process.terminationStatus
    return process.terminationReason == .uncaughtSignal ? .killed(signal: code) : .exited(code: code)
  }
}

public struct ServiceFailure: Error, CustomStringConvertible {
  public let description: String

  public init(description: String) { self.description = description }
}
