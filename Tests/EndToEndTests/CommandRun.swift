import Foundation
import ServiceFixture

/// One run of `fanfare` as a person would start it.
struct CommandRun: Sendable {
  let status: Int32
  let output: String
  let errors: String

  static func fanfare(_ arguments: [String], environment: [String: String] = [:]) async throws -> CommandRun {
    try await run(ServiceProcess.executable, arguments, environment: environment)
  }

  /// One run of any program.
  static func run(_ program: URL, _ arguments: [String], environment: [String: String] = [:]) async throws -> CommandRun {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
    let (output, errors) = (Pipe(), Pipe())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        // What is printed here fits into a pipe, so one after the other is fine.
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        continuation.resume(returning: CommandRun(status: process.terminationStatus, output: text, errors: complaint))
      }
    }
  }
}
