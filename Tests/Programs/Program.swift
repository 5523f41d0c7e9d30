import Foundation

/// Programs of the system, as a second opinion and to make certificates.
public enum Program {
  /// - Returns: what it printed.
  /// - Throws: ``ProgramFailure`` if it ends otherwise than well.
  @discardableResult public static func run(_ path: String, _ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = FileHandle.nullDevice
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: input)
    try stdin.fileHandleForWriting.close()
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    if process.terminationStatus != 0 { throw ProgramFailure(program: path, status: process.terminationStatus) }
    return Array(output)
  }

  public static func gunzip(_ bytes: [UInt8]) throws -> [UInt8] { try run("/usr/bin/gzip", ["-dc"], input: bytes) }
}

public struct ProgramFailure: Error, CustomStringConvertible {
  let program: String
  let status: Int32

  public var description: String { "\(program) ended with \(status)" }
}
