import Foundation

/// A command that is run to its end.
public enum Command {
  /// - Returns: what it wrote to its standard output.
  /// - Throws: ``BrokerFixtureError`` with what it printed, if it failed.
  @discardableResult
  public static func run(_ path: String, _ arguments: [String], environment: [String: String]? = nil) async throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    if let environment { process.environment = environment }
    let output = Pipe()
    let errors = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let (text, complaint) = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        // What these commands print fits into a pipe, so one after the other is fine.
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        continuation.resume(returning: (text, complaint))
      }
    }
    if process.terminationStatus != 0 {
      throw BrokerFixtureError("\(path) \(arguments.joined(separator: " ")) failed: \(text)\(complaint)")
    }
    return text
  }
}
