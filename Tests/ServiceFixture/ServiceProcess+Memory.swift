import Foundation

extension ServiceProcess {
  /// Lets the system count the peak from now on.
  public func forgetPeakMemory() throws {
    try Data("5".utf8).write(to: URL(filePath: "/proc/\(processIdentifier)/clear_refs"))
  }

  /// The most memory that was resident since the start, or since ``forgetPeakMemory()``, in bytes.
  public var peakMemory: Int {
    get throws {
      let status = try String(contentsOf: URL(filePath: "/proc/\(processIdentifier)/status"), encoding: .utf8)
      guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }), let kibibytes = Int(line.filter(\.isNumber))
      else {
        throw ServiceFailure(description: "the system does not tell how much memory the service had: \(status)")
      }
      return kibibytes << 10
    }
  }

  /// Whether it was built with a sanitizer: those keep what was freed for a while, or memory about memory, so that its own cannot be told.
  public static let isSanitized = ProcessInfo.processInfo.environment["FANFARE_TEST_SANITIZER"] != nil
}
